"""MkDocs hook: a notebook's page in the form of the posts.

mkdocs-jupyter puts 600 KB of JupyterLab's styles and three scripts into each page, and gives every
figure the same words. Its cells are kept, set as a snippet is; nothing else is.
"""

import base64
import html
import re
import textwrap

from bs4 import BeautifulSoup, Tag
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

from scripts.markdown.figures import parse_figure
from scripts.markdown.katex import render

_TEXT = {"text/plain", "application/vnd.jupyter.stdout", "application/vnd.jupyter.stderr"}
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<!\\)\$(?!\s)((?:\\.|[^\\$])+?)(?<!\s)\$", re.DOTALL)
_SVG_URL = "data:image/svg+xml;base64,"


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Set the page anew if it is a notebook. Raises PluginError on an output it cannot show."""
    if not page.file.src_uri.endswith(".ipynb"):
        return content
    soup = BeautifulSoup(content[content.index('<div class="jupyter-wrapper">') :], "html.parser")
    cells = []
    # Before nbformat 4.5 cells have no ids; they may lie within another frame of the same class.
    frames = [frame for frame in soup.select(".jp-Cell") if not frame.find_parent(class_="jp-Cell")]
    for number, cell in enumerate(frames, 1):
        try:
            cells.append(_cell(cell))
        except ValueError as error:
            raise PluginError(f"docs/{page.file.src_uri}: cell {number}: {error}") from None
    if not cells:
        raise PluginError(f"docs/{page.file.src_uri}: a notebook without cells shows nothing")
    _name(page, config, soup)
    name = page.file.src_uri.rsplit("/", 1)[-1]
    download = f'<p class="dl-lab__file"><a href="{name}" download>Download {name}</a></p>'
    return "\n".join([cells[0], download, *cells[1:]])


def _name(page: Page, config: MkDocsConfig, soup: BeautifulSoup) -> None:
    """The title that `nav` gives, which mkdocs-jupyter passes over, and a description."""
    for item in config.nav or ():
        if isinstance(item, dict) and page.file.src_uri in item.values():
            page.title = next(iter(item))
    first = soup.select_one(".jp-RenderedMarkdown p")
    if first is not None and "description" not in page.meta:
        words = " ".join(first.get_text().split())
        page.meta["description"] = textwrap.shorten(words, 160, placeholder=" …")


def _cell(cell: Tag) -> str:
    prose = cell.select_one(".jp-RenderedMarkdown")
    if prose is not None:
        for link in prose.select("a.anchor-link"):
            link["class"], link["title"] = "headerlink", "Link to this section"
        _set_formulas(prose)
        return prose.decode_contents().strip()
    pre = cell.select_one(".highlight-ipynb pre")
    if pre is None:
        raise ValueError("a cell that is neither prose nor code cannot be shown")
    code = pre.decode_contents().rstrip()
    shown = "".join(map(_output, cell.select(".jp-OutputArea-output")))
    output = f'<section class="py-output">{shown}</section>' if shown else ""
    source = f'<div class="highlight"><pre><code>{code}\n</code></pre></div>'
    return f'<div class="py-lab">{source}{output}</div>'


def _set_formulas(prose: Tag) -> None:
    """Put KaTeX's glyphs in the place of each $…$ and $$…$$; TexError is a ValueError."""
    for text in prose.find_all(string=re.compile(r"\$")):
        if text.find_parent(["code", "pre"]):
            continue
        parts, position = [], 0
        for found in _FORMULA.finditer(text):
            tex = found[1] or found[2]
            parts.append(html.escape(text[position : found.start()], quote=False))
            formula = render(tex, found[1] is not None).html
            parts.append(f'<span class="arithmatex" data-search-exclude>{formula}</span>')
            position = found.end()
        parts.append(html.escape(text[position:], quote=False))
        text.replace_with(BeautifulSoup("".join(parts), "html.parser"))


def _output(output: Tag) -> str:
    kind, image = output["data-mime-type"], output.select_one("img")
    address = str(image["src"]) if image else ""
    if kind in _TEXT:
        return f'<pre class="py-text">{html.escape(output.get_text().strip(), quote=False)}</pre>'
    if kind == "image/svg+xml" and address.startswith(_SVG_URL):
        svg = base64.b64decode(address.removeprefix(_SVG_URL)).decode()
        figure = parse_figure(svg, "a figure")
        return (
            f'<figure class="{figure.frame["class"]}" style="{figure.frame["style"]}">'
            f'<img src="{address}" alt="{html.escape(figure.alt)}"'
            f' width="{figure.width}" height="{figure.height}"></figure>'
        )
    raise ValueError(f"an output of type {kind} cannot be shown: print text or show a figure")
