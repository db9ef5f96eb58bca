"""The HTML that a page's snippets become."""

from collections.abc import Callable
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup, Tag

from scripts.markdown.pages import BuildFailure

SVG = '<svg xmlns="http://www.w3.org/2000/svg" {size}><title>A plot</title><desc>of x</desc></svg>'
Render = Callable[[str], BeautifulSoup]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "post" / "index.md"
    path.parent.mkdir()
    return path


@pytest.fixture
def render(page: Path) -> Render:
    """Converts a page as the site does, having written it to its file below front matter."""

    def convert(text: str) -> BeautifulSoup:
        page.write_text(f"---\ntitle: Post\ntags: [a]\n---\n\n{text}", "utf-8")
        return BeautifulSoup(_converter(page.parent.parent).convert(text), "html.parser")

    return convert


def _converter(docs: Path, *without: str) -> markdown.Markdown:
    names = ["admonition", "attr_list", "footnotes", "md_in_html", "tables", "toc"]
    names += [f"pymdownx.{name}" for name in ("details", "highlight", "superfences", "tabbed")]
    return markdown.Markdown(
        extensions=[name for name in [*names, "scripts.markdown.fences"] if name not in without],
        extension_configs={
            "pymdownx.tabbed": {"alternate_style": True},
            "pymdownx.highlight": {
                "anchor_linenums": True,
                "line_spans": "__span",
                "linenums": True,
            },
            "scripts.markdown.fences": {"docs_dir": str(docs)},
        },
    )


def the(soup: BeautifulSoup | Tag, selector: str) -> Tag:
    [tag] = soup.select(selector)
    return tag


def test_a_playground_with_everything(render: Render, page: Path) -> None:
    (page.parent / "sum.svg").write_text(SVG.format(size='width="300" height="120.4px"'))
    (page.parent / "sum-2.svg").write_text(SVG.format(size='viewBox="0 0 640 480"'))
    soup = render(
        "# Post\n\nText *here*\n"
        '```python {#sum title="sum_up.py" raises=KeyError hl_lines=2}\n'
        "\n"
        'print("<b>&amp;*x*", {}["k"])  # $x$ **b**\n'
        "\n"
        "```\n"
        "```output\n"
        "\n"
        "<script>alert(1)</script> &amp; *x* $y$\n"
        "KeyError: 'k'\n"
        "```\n"
        "More text\n"
    )
    playground = the(soup, "py-playground")
    assert playground.attrs == {
        "data-block": "sum",
        "data-title": "sum_up.py",
        "data-raises": "KeyError",
    }
    assert [child.name for child in playground.find_all(recursive=False)] == [
        "div",
        "div",
        "section",
    ]
    assert the(playground, "div.py-title").text == "sum_up.py"
    code = the(playground, "div.highlight > pre > code")
    assert code.text == '\nprint("<b>&amp;*x*", {}["k"])  # $x$ **b**\n\n'
    assert the(code, ".hll").text.startswith("print")
    assert the(code, ".nb").text == "print"
    text = the(playground, ".py-output > pre.py-text")
    # The parser of a browser drops the first line end.
    assert text.text == "\n\n<script>alert(1)</script> &amp; *x* $y$\nKeyError: 'k'"
    assert not soup.select("script")
    images = [figure.img for figure in playground.select(".py-output > figure.py-figure")]
    assert [image and image.attrs for image in images] == [
        {"src": "sum.svg", "alt": "A plot: of x", "width": "300", "height": "120"},
        {"src": "sum-2.svg", "alt": "A plot: of x", "width": "640", "height": "480"},
    ]
    assert [p.text for p in soup.select("p")] == ["Text here", "More text"]


def test_without_title_output_or_figure_there_is_nothing_of_them(render: Render) -> None:
    playground = the(render("```python\nx = 1\n```\n"), "py-playground")
    assert playground.attrs == {"data-block": "block-1"}
    assert [child.name for child in playground.find_all(recursive=False)] == ["div"]
    assert the(playground, "code").text == "x = 1\n"


def test_hidden_code_is_behind_a_summary_its_output_is_not(render: Render) -> None:
    soup = render("```python {#setup .hidden}\nx = 1\nx\n```\n\n```output\n1\n```\n")
    assert the(soup, "py-playground > details.py-hidden > summary").text == "Code: setup"
    assert the(soup, "details code").text == "x = 1\nx\n"
    assert the(soup, "py-playground > .py-output").text == "1"


def test_a_static_fence_is_an_ordinary_block(render: Render) -> None:
    soup = render(
        '```python {.static title="idea.py" hl_lines="1"}\nf(x)\n```\n\n```text\nx\n```\n'
    )
    assert not soup.select("py-playground")
    ours, other = soup.select("div.highlight")
    assert the(ours, "span.filename").text == "idea.py"
    assert the(ours, "code").text == "f(x)\n"
    assert the(ours, "code .hll").text == "f(x)\n"
    assert ours.parent is other.parent


@pytest.mark.parametrize(
    ("before", "place"),
    [
        ("- item\n\n", "ul > li"),
        ("1. item\n\n", "ol > li"),
        ("!!! note\n\n", "div.admonition"),
        ("??? note\n\n", "details.note"),
        ('=== "Tab"\n\n', "div.tabbed-block"),
    ],
)
@pytest.mark.parametrize("mark", ["```", "~~~"])
def test_wherever_it_stands(render: Render, before: str, place: str, mark: str) -> None:
    fences = f"{mark}python\nif x:\n\n    y()\n{mark}\n\n{mark}output\n1\n{mark}\n"
    indented = "".join(f"    {line}" if line.strip() else line for line in fences.splitlines(True))
    playground = the(render(f"{before}{indented}\nEnd\n"), f"{place} > py-playground")
    assert the(playground, "code").text == "if x:\n\n    y()\n"
    assert the(playground, ".py-text").text == "1"


def test_in_html_that_holds_markdown(render: Render) -> None:
    soup = render('<div markdown="1">\n\n```python\nx\n```\n\n</div>\n')
    assert the(soup, "div > py-playground code").text == "x\n"


def test_in_a_page_that_shows_fences(render: Render) -> None:
    soup = render("````markdown\n```python {#a}\nx\n```\n````\n\n```python {#b}\ny\n```\n")
    assert [tag["data-block"] for tag in soup.select("py-playground")] == ["b"]
    assert the(soup, "div.highlight:not(py-playground *) code").text.startswith("```python {#a}\n")


def refused(render: Render, text: str, line: int, message: str) -> None:
    with pytest.raises(BuildFailure) as caught:
        render(text)
    told = str(caught.value)
    assert f"post/index.md:{line}: " in told
    assert message in told
    assert "\n" not in told


HIDDEN = "this fence would not be shown as code"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# A\n\n```python {.hiden}\nx\n```\n", 8, "did you mean '.hidden'?"),
        ("text\n\n```output\nx\n```\n", 8, "right below a python fence"),
        ("<!--\n```python\nx\n```\n-->\n", 7, HIDDEN),
        ("<div>\n```python\nx\n```\n</div>\n", 7, HIDDEN),
        ("text\n\n    ```python\n    x\n    ```\n", 8, HIDDEN),
        (
            "a[^1] b\n\n[^1]: note\n\n    ```python\n    x\n    ```\n\n```python\ny\n```\n",
            10,
            "elsewhere",
        ),
    ],
)
def test_refused_by_file_and_line(render: Render, text: str, line: int, message: str) -> None:
    refused(render, text, line, message)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a-2.svg": SVG}, "a.svg is missing: run python3 scripts/dev.py update"),
        ({"a.svg": "<svg"}, "a.svg is not an SVG"),
        ({"a.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>'}, "a.svg needs a <title>"),
        ({"a.svg": SVG.format(size='width="100%" height="3"')}, "a width and a height in pixels"),
    ],
)
def test_a_bad_figure_is_refused(
    render: Render, page: Path, files: dict[str, str], message: str
) -> None:
    for name, content in files.items():
        (page.parent / name).write_text(content)
    refused(render, "# A\n\n```python {#a}\nx\n```\n", 8, message)


def test_two_pages_with_the_same_text_are_refused(render: Render, page: Path) -> None:
    (page.parent.parent / "copy.md").write_text("```python\nx\n```\n")
    with pytest.raises(BuildFailure, match=r"copy\.md:1: the text is that of .*index\.md too"):
        render("```python\nx\n```\n")


def test_the_title_that_the_blogs_index_adds_does_not_hide_the_page(
    render: Render, page: Path
) -> None:
    text = "Intro\n\n<!-- more -->\n\n```python\nx\n```\n"
    render(text)
    converted = _converter(page.parent.parent).convert(f"# Post\n\n{text}")
    excerpt, _, rest = converted.partition("<!-- more -->")
    assert "py-" not in excerpt
    assert '<py-playground data-block="block-1">' in rest


def test_highlighting_must_be_there(page: Path) -> None:
    page.write_text("```python\nx\n```\n")
    without = ("pymdownx.highlight", "pymdownx.superfences")
    with pytest.raises(RuntimeError, match=r"needs pymdownx\.highlight"):
        _converter(page.parent.parent, *without).convert("```python\nx\n```\n")
