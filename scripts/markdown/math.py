"""Python-Markdown extension: formulas are rendered at build time; the page needs no script."""

import html
import re
import xml.etree.ElementTree as etree
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from .dialects import check_dialects, fences_of
from .errors import PageError
from .katex import Formula, TexError, render
from .pages import BuildFailure, PageSource, find_page
from .paths import DOCS

_DELIMITED = re.compile(r"\\([(\[])(.*)\\[)\]]", re.DOTALL)
_MAY_BE_FORMULA = re.compile(r"[$]|\\[(\[]|(?:```|~~~)[ \t]*math")
_OPENINGS = {"(": r"(?:\$|\\\()\s*", "[": r"(?:\$\$|\\\[|)\s*"}  # in the page's text
# A display formula of up to this many characters fits a phone 320 CSS pixels wide. What is longer
# may have to be scrolled, so the keyboard must be able to reach it.
_FITS_A_PHONE = 16


class MathExtension(Extension):
    """Brings pymdownx.arithmatex, which finds the formulas: $…$, \\(…\\), $$…$$, \\[…\\]."""

    def __init__(self, **configs: Any) -> None:
        self.config = {"docs_dir": [str(DOCS), "where the pages are"]}
        super().__init__(**configs)

    def extendMarkdown(self, md: Markdown) -> None:
        arithmatex = "pymdownx.arithmatex"
        md.registerExtensions([arithmatex], {arithmatex: {"generic": True}})
        formulas: dict[etree.Element, Formula] = {}
        docs = Path(self.getConfig("docs_dir"))
        # Titles and their anchors are made (5) from plain text; the glyphs come when all is done.
        text = _Texts(md, formulas, PageSource.of(md), docs)
        md.treeprocessors.register(text, "math_text", 6)
        # After snippets are found (26), by their lines, and before other fences are (25).
        md.preprocessors.register(_MathFences(md), "math_fences", 25.5)
        md.treeprocessors.register(_Glyphs(md, formulas), "math_glyphs", -1)


class _MathFences(Preprocessor):
    """Makes $$ of the fences ```math, which GitHub shows as formulas too."""

    def run(self, lines: list[str]) -> list[str]:
        made, position = [], 0
        for fence in fences_of(lines):
            if fence.info == "math":
                body = [line for line in lines[fence.start + 1 : fence.end] if line.strip(" \t>")]
                edge = f"{fence.indent}$$"
                empty = fence.indent.rstrip()  # within a quotation, its mark
                made += [*lines[position : fence.start], empty, edge, *body, edge, empty]
                position = fence.end + 1
        return [*made, *lines[position:]]


class _Texts(Treeprocessor):
    """Renders every formula; leaves its plain text in the page until the glyphs are put there."""

    def __init__(
        self, md: Markdown, formulas: dict[etree.Element, Formula], source: PageSource, docs: Path
    ) -> None:
        super().__init__(md)
        self._formulas = formulas
        self._source = source
        self._docs = docs

    def run(self, root: etree.Element) -> None:
        self._formulas.clear()
        written = self._written()
        for element in root.iter():
            if element.get("class") != "arithmatex":
                continue
            match = _DELIMITED.fullmatch(element.text or "")
            if match is None:
                continue
            kind, tex = match[1], html.unescape(match[2])
            written[_normal(tex)] = written.get(_normal(tex), [])[1:]
            try:
                formula = render(tex, kind == "[")
            except TexError as error:
                raise BuildFailure(self._located(error, kind, tex)) from None
            self._formulas[element] = formula
            element.text = AtomicString(formula.text)
            element.set("data-search-exclude", "")
            if kind == "[" and len(formula.text) > _FITS_A_PHONE:
                element.set("tabindex", "0")
        for line, path, tex in sorted(place for places in written.values() for place in places):
            message = (
                f"{tex[:40]!r} would not be shown as a formula here: set it in a paragraph, with "
                "empty lines around it if it is displayed, not in HTML or the words of an image"
            )
            raise BuildFailure(PageError(path, line, message))

    def _written(self) -> dict[str, list[tuple[int, Path, str]]]:
        """The places of the page's formulas, by their TeX; none if this is no whole page."""
        places: dict[str, list[tuple[int, Path, str]]] = {}
        text = self._source.text
        if not _MAY_BE_FORMULA.search(text):
            return places
        try:
            page = find_page(text, self._docs)
            formulas = check_dialects(text, page.path, page.first_line) if page else []
        except PageError as error:
            raise BuildFailure(error) from None
        for formula in formulas:
            assert page is not None
            place = (formula.line, page.path, formula.tex.strip())
            places.setdefault(_normal(formula.tex), []).append(place)
        return places

    def _located(self, error: TexError, kind: str, tex: str) -> PageError:
        text = self._source.text
        try:
            page = find_page(text, self._docs)
        except PageError as twice:
            return twice
        # A formula of several lines may be indented in the page: its first line will do.
        stripped = tex.strip()
        for wanted in (stripped, stripped.split("\n")[0]):
            found = re.search(_OPENINGS[kind] + re.escape(wanted), text)
            if found:
                break
        position = found.end() - len(wanted) if found else 0
        line = text.count("\n", 0, position)
        line += stripped.count("\n", 0, max(0, error.position - (len(tex) - len(tex.lstrip()))))
        if page is None:
            return PageError(self._docs / "(page)", line + 1, str(error))
        return PageError(page.path, page.first_line + line, str(error))


def _normal(tex: str) -> str:
    return " ".join(html.unescape(tex).replace("\n>", "\n").split())


class _Glyphs(Treeprocessor):
    def __init__(self, md: Markdown, formulas: dict[etree.Element, Formula]) -> None:
        super().__init__(md)
        self._formulas = formulas

    def run(self, root: etree.Element) -> None:
        for element, formula in self._formulas.items():
            element.text = self.md.htmlStash.store(formula.html)


def makeExtension(**configs: Any) -> MathExtension:
    return MathExtension(**configs)
