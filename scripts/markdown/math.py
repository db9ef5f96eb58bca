"""Python-Markdown extension: formulas are rendered at build time; the page needs no script."""

import html
import re
import xml.etree.ElementTree as etree
from pathlib import Path
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from .errors import PageError
from .katex import Formula, TexError, render
from .pages import BuildFailure, PageSource, find_page
from .paths import DOCS

_DELIMITED = re.compile(r"\\([(\[])(.*)\\[)\]]", re.DOTALL)
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
        md.treeprocessors.register(_Glyphs(md, formulas), "math_glyphs", -1)


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
        for element in root.iter():
            if element.get("class") != "arithmatex":
                continue
            match = _DELIMITED.fullmatch(element.text or "")
            if match is None:
                continue
            kind, tex = match[1], html.unescape(match[2])
            try:
                formula = render(tex, kind == "[")
            except TexError as error:
                raise BuildFailure(self._located(error, kind, tex)) from None
            self._formulas[element] = formula
            element.text = AtomicString(formula.text)
            element.set("data-search-exclude", "")
            if kind == "[" and len(formula.text) > _FITS_A_PHONE:
                element.set("tabindex", "0")

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


class _Glyphs(Treeprocessor):
    def __init__(self, md: Markdown, formulas: dict[etree.Element, Formula]) -> None:
        super().__init__(md)
        self._formulas = formulas

    def run(self, root: etree.Element) -> None:
        for element, formula in self._formulas.items():
            element.text = self.md.htmlStash.store(formula.html)


def makeExtension(**configs: Any) -> MathExtension:
    return MathExtension(**configs)
