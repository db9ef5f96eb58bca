"""Python-Markdown extension: a page's snippets become <py-playground> elements, complete without
any script: highlighted code, golden output, figures."""

import html
import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, cast

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from .errors import PageError
from .exercises import Exercise, version_of
from .figures import figures_of, read_figure
from .pages import BuildFailure, Page, PageSource, find_page
from .paths import DOCS
from .snippets import Snippet, parse_page

_MARK = "pySnippetPlaceholder"
_FITS_A_PHONE = 30  # characters of a line of output
_FITS_THE_BOX = 20  # lines of output; a little less than what its height limit shows
_FENCE = re.compile(r"^[^\n]*(?:```|~~~)", re.MULTILINE)
# What was set once: lists of posts ask for the same again, and `serve` for all, after each change.
_highlighted: dict[tuple[str, str, tuple[int, ...], str], str] = {}


class FencesExtension(Extension):
    """Needs pymdownx.highlight beside it, whose settings it uses."""

    def __init__(self, **configs: Any) -> None:
        self.config = {"docs_dir": [str(DOCS), "where the pages are"]}
        super().__init__(**configs)

    def extendMarkdown(self, md: Markdown) -> None:
        page_source = PageSource.of(md)
        playgrounds = _Playgrounds(md)
        fences = _FencePreprocessor(md, page_source, playgrounds, Path(self.getConfig("docs_dir")))
        # After the whitespace is normal (30), before any other fences are read (25).
        md.preprocessors.register(fences, "snippets", 26)
        # After inline markup (20) and indentation (10), which must not touch them, and before
        # links to files are resolved (1 or 0), which must find the figures.
        md.treeprocessors.register(playgrounds, "snippets", 4)
        md.block_level_elements.append("py-playground")


class _FencePreprocessor(Preprocessor):
    """Puts a mark, a paragraph of its own, in the place of each snippet and its output."""

    def __init__(
        self, md: Markdown, source: PageSource, playgrounds: "_Playgrounds", docs: Path
    ) -> None:
        super().__init__(md)
        self._source = source
        self._playgrounds = playgrounds
        self._docs = docs

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        self._playgrounds.clear()
        if not _FENCE.search(text):
            return lines
        try:
            page = find_page(self._source.text, self._docs)
            start = page.first_line if page else 1
            path = page.path if page else self._docs / "(page)"
            snippets = parse_page(text, path, start)
            if snippets and page is None:
                raise PageError(path, 1, "no page under docs has this text: is it a file there?")
        except PageError as error:
            raise BuildFailure(error) from None
        parts, position = [], 0
        for snippet in snippets:
            assert page is not None
            mark = self._playgrounds.add(page, snippet)
            # MkDocs looks for the targets of links in raw HTML, and in headings, alone.
            anchor = f'<div class="py-anchor" id="exercise-{snippet.id}"></div>\n\n'
            before = f"{text[position : snippet.span[0]]}\n{anchor if snippet.exercise else ''}"
            parts.append(f"{before}{snippet.indent}{mark}\n")
            position = snippet.span[1]
            for part in snippet.exercise.parts if snippet.exercise else ():
                parts.append(text[position : part.span[0]])  # hints
                position = part.span[1]
        return "".join([*parts, text[position:]]).split("\n")


class _Playgrounds(Treeprocessor):
    """Puts the elements where the marks are, and misses none."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        self._waiting: dict[str, tuple[Page, Snippet]] = {}

    def clear(self) -> None:
        self._waiting.clear()

    def add(self, page: Page, snippet: Snippet) -> str:
        mark = f"{_MARK}{len(self._waiting)}x"
        self._waiting[mark] = (page, snippet)
        return mark

    def run(self, root: etree.Element) -> None:
        parents = {child: parent for parent in root.iter() for child in parent}
        for paragraph in list(root.iter("p")):
            mark = (paragraph.text or "").strip()
            if mark not in self._waiting or len(paragraph):
                continue
            if mark != next(iter(self._waiting)):
                self._fail("the page would show this fence elsewhere than where it stands")
            page, snippet = self._waiting[mark]
            parent = parents[paragraph]
            place = list(parent).index(paragraph)
            hints = self._hints(parent, place + 1, snippet)
            del self._waiting[mark]
            element = self._element(page, snippet)
            if snippet.exercise:
                self._dress(element, snippet, snippet.exercise)
                self._append_help(element, snippet.exercise, hints)
            element.tail = paragraph.tail
            parent[place] = element
        if self._waiting:
            self._fail(
                "this fence would not be shown as code: it stands inside a comment, in raw HTML, "
                "or in text indented by four spaces or more"
            )

    def _fail(self, message: str) -> NoReturn:
        page, snippet = next(iter(self._waiting.values()))
        raise BuildFailure(PageError(page.path, snippet.fence_line, message))

    def _element(self, page: Page, snippet: Snippet) -> etree.Element:
        highlight = _highlighter(self.md)
        if snippet.static:
            # A paragraph of nothing but stashed HTML is replaced by it.
            element = etree.Element("p")
            element.text = self.md.htmlStash.store(highlight(snippet, snippet.title))
            return element
        element = etree.Element("py-playground", {"data-block": snippet.id})
        if snippet.title:
            element.set("data-title", snippet.title)
            etree.SubElement(element, "div", {"class": "py-title"}).text = snippet.title
        if snippet.raises:
            element.set("data-raises", snippet.raises)
        if snippet.input:
            element.set("data-input", "\n".join(snippet.input))
        if snippet.params:  # so that the style sheet can keep room for them
            element.set("data-fields", str(len(snippet.params)))
        code = element
        if snippet.hidden:
            code = etree.SubElement(element, "details", {"class": "py-hidden"})
            etree.SubElement(code, "summary").text = f"Code: {snippet.title or snippet.id}"
        self._append_html(code, highlight(snippet, ""))
        self._append_output(element, page, snippet)
        return element

    def _hints(self, parent: etree.Element, place: int, snippet: Snippet) -> list[etree.Element]:
        """Takes those of an exercise, which stand right below its mark, out of the text."""
        count = snippet.exercise.hints if snippet.exercise else 0
        hints = list(parent)[place : place + count]
        if [(hint.tag, hint.get("class")) for hint in hints] != [("details", "hint")] * count:
            self._fail("a hint of this exercise would not be shown as one: is its Markdown whole?")
        for hint in hints:
            parent.remove(hint)
            hint.tail = None
        return hints

    def _dress(self, element: etree.Element, snippet: Snippet, exercise: Exercise) -> None:
        """What an exercise is to readers, to their marks, and to blocks below."""
        element.set("data-exercise", exercise.task)
        element.set("data-version", version_of(snippet))
        if exercise.used_below:
            element.set("data-used-below", "")
        task = etree.Element("div", {"class": "py-task"})
        etree.SubElement(task, "span", {"class": "py-kind"}).text = "Exercise"
        etree.SubElement(task, "span", {"class": "py-asks"}).text = exercise.task
        etree.SubElement(task, "span", {"class": "py-mark"})
        element.insert(0, task)

    def _append_help(
        self, element: etree.Element, exercise: Exercise, hints: list[etree.Element]
    ) -> None:
        """What an exercise folds away: hints, solutions, and what its check tries."""
        help = etree.SubElement(element, "div", {"class": "py-help", "data-search-exclude": ""})
        for number, hint in enumerate(hints, 1):
            hint.set("class", "py-clue")
            hint[0].text = f"Hint {number} of {len(hints)}" if len(hints) > 1 else "Hint"
            help.append(hint)
        highlight = _highlighter(self.md)
        many = len(exercise.solutions) > 1
        for name, label, parts in (
            ("solution", "Solutions" if many else "Solution", exercise.solutions),
            ("check", "What the check tries", (exercise.check,)),
        ):
            folded = etree.SubElement(help, "details", {"class": f"py-{name}"})
            etree.SubElement(folded, "summary").text = label
            for part in parts:
                self._append_html(folded, highlight(part, ""))

    def _append_output(self, element: etree.Element, page: Page, snippet: Snippet) -> None:
        try:
            figures = [(path, read_figure(path)) for path in figures_of(page.path, snippet)]
        except PageError as error:
            raise BuildFailure(error) from None
        except ValueError as error:
            raise BuildFailure(PageError(page.path, snippet.fence_line, str(error))) from None
        if snippet.output is None and not figures:
            return
        # A section: the reader views of Firefox and Safari drop a div of little text.
        output = etree.SubElement(element, "section", {"class": "py-output"})
        if snippet.predict:
            output = etree.SubElement(output, "details", {"class": "py-predict"})
            etree.SubElement(output, "summary").text = "Guess first, then look"
        if snippet.output is not None:
            # HTML drops one line end right after <pre>; stashed, for the serializer spares "&lt;".
            start = "\n" if snippet.output.startswith("\n") else ""
            text = start + html.escape(snippet.output, quote=False)
            # What may have to be scrolled can be reached by the keyboard.
            lines = snippet.output.split("\n")
            large = max(map(len, lines)) > _FITS_A_PHONE or len(lines) > _FITS_THE_BOX
            focus = ' tabindex="0"' if large else ""
            self._append_html(output, f'<pre class="py-text"{focus}>{text}</pre>')
        for path, figure in figures:
            frame = etree.SubElement(output, "figure", figure.frame)
            sizes = {"width": figure.width, "height": figure.height}
            etree.SubElement(frame, "img", {"src": path.name, "alt": figure.alt, **sizes})

    def _append_html(self, element: etree.Element, text: str) -> None:
        """Add ready HTML, which no later step reads, as the last thing in the element."""
        stashed = self.md.htmlStash.store(text)
        if len(element):
            element[-1].tail = (element[-1].tail or "") + stashed
        else:
            element.text = (element.text or "") + stashed


def _highlighter(md: Markdown) -> Callable[[Snippet, str], str]:
    """A function from a snippet and a title to HTML like that of every other block of code."""
    for extension in cast(list[Any], md.registeredExtensions):
        if hasattr(extension, "get_pymdownx_highlighter"):
            settings = extension.get_pymdownx_highlight_settings()
            make = extension.get_pymdownx_highlighter()
            break
    else:
        raise RuntimeError("scripts.markdown.fences needs pymdownx.highlight beside it")
    names = make.__init__.__code__.co_varnames[: make.__init__.__code__.co_argcount]
    known = {name: value for name, value in settings.items() if name in names}
    # The text of the code element is what the page runs: all of it, and nothing between.
    known.update(stripnl=False, linenums=None, line_spans="", line_anchors="", auto_title=False)
    highlight = make(md, **known)

    look = repr((sorted(known.items()), settings["css_class"]))

    def run(snippet: Snippet, title: str) -> str:
        key = (look, snippet.source, snippet.hl_lines, title)
        if key not in _highlighted:
            _highlighted[key] = highlight.highlight(
                snippet.source + "\n",
                "python",
                settings["css_class"],
                hl_lines=list(snippet.hl_lines),
                title=title or None,
            )
        return _highlighted[key]

    return run


def makeExtension(**configs: Any) -> FencesExtension:
    return FencesExtension(**configs)
