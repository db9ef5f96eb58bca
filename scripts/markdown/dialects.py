"""What GitHub and Python-Markdown read differently is refused, and so is what only looks like a
formula: nothing is shown wrong in silence.

Python-Markdown indents what belongs to a list item by four spaces; GitHub by as many as its marker
takes. A formula is $…$ on both, or $$…$$ in a paragraph of its own, or a fence ```math.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import PageError

_TAB = 4
_FENCE = re.compile(r"(?P<indent>[ \t>]*)(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)")
_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_CONTAINER = re.compile(r"\s*(?:>|[-*+]\s|\d+[.)]\s|!!!|\?\?\?|===|\[\^[^\]]+\]:|:\s)")
_MARKERS = re.compile(r"(?:\s*(?:>|[-*+]\s|\d+[.)]\s))*\s*")
_CODE = re.compile(r"(?<![`\\])(`+)(?!`)(?:.+?)(?<!`)\1(?!`)", re.DOTALL)
_GITHUBS = re.compile(r"\$`[^`\n]+`\$")
_INLINE = re.compile(r"(?<!\\)\$(?!\s)((?:\\.|[^\\$])+?)(?<!\s)\$", re.DOTALL)  # as arithmatex
_PARENTHESES = re.compile(r"(?<!\\)\\\(((?:\\[^)]|[^\\])+?)\\\)", re.DOTALL)
_DOLLARS = re.compile(r"\$\$((?:\\.|[^\\$])+)\$\$", re.DOTALL)
_BRACKETS = re.compile(r"\\\[((?:\\[^\]]|[^\\])+)\\\]", re.DOTALL)
_STRAY = re.compile(r"(?<!\\)\$")
_DELIMITER_ROW = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")


@dataclass(frozen=True)
class Fenced:
    """A fence of any language; `start` and `end` are the indices of its first and last line."""

    start: int
    end: int
    indent: str
    info: str


@dataclass(frozen=True)
class Formula:
    """A formula that an author has written, and the line of the file on which it begins."""

    tex: str
    line: int


def fences_of(lines: Sequence[str]) -> Iterator[Fenced]:
    """The fences of a page, from top to bottom; one that is never closed ends with the page."""
    index = 0
    while index < len(lines):
        opening = _FENCE.fullmatch(lines[index])
        if opening is None:
            index += 1
            continue
        mark, end = opening["mark"], index + 1
        while end < len(lines):
            found = lines[end].lstrip(" \t>").rstrip()
            if len(found) >= len(mark) and not found.strip(mark[0]):
                break
            end += 1
        end = min(end, len(lines) - 1)
        yield Fenced(index, end, opening["indent"], opening["info"].strip())
        index = end + 1


def check_dialects(text: str, path: Path, first_line: int = 1) -> list[Formula]:
    """The page's formulas, if it means one thing on GitHub and on the site; else PageError."""
    page = _Page(text.replace("\r\n", "\n"), path, first_line)
    page.check_lists()
    return page.formulas()


class _Page:
    def __init__(self, text: str, path: Path, first_line: int) -> None:
        self._path = path
        self._first_line = first_line
        front = _FRONT_MATTER.match(text.removeprefix("\ufeff")) if first_line == 1 else None
        hidden = text[: front.end()].count("\n") if front else 0
        self._lines = [line.expandtabs(_TAB) for line in text.split("\n")]
        self._lines[:hidden] = [""] * hidden
        self._fences = list(fences_of(self._lines))
        self._written = self._lines[:]  # with fences, which check_lists looks at
        self._formulas: list[Formula] = []
        for fence in self._fences:
            if fence.info == "math":
                body = "\n".join(self._lines[fence.start + 1 : fence.end])
                self._formulas.append(Formula(body, first_line + fence.start + 1))
            for index in range(fence.start, fence.end + 1):
                self._lines[index] = ""
        comment = re.compile(r"<!--.*?-->", re.DOTALL)
        self._lines = comment.sub(_blank, "\n".join(self._lines)).split("\n")

    def _refuse(self, index: int, message: str) -> PageError:
        return PageError(self._path, self._first_line + index, message)

    # Lists

    def check_lists(self) -> None:
        """Refuse what GitHub shows in a list item, but Python-Markdown after the list."""
        starts = {fence.start for fence in self._fences}
        inside = {n for fence in self._fences for n in range(fence.start + 1, fence.end + 1)}
        for index, line in enumerate(self._written):
            indent = _indent(line)
            if not line.strip() or index in inside or indent % _TAB == 0:
                continue
            after_blank = index > 0 and not self._written[index - 1].strip()
            if not (after_blank or index in starts or _ITEM.match(line)):
                continue
            item = self._item_above(index, indent)
            if item is not None and not self._is_code(item):
                wanted = _indent(self._written[item]) + _TAB
                raise self._refuse(
                    index,
                    f"indent this by {wanted} spaces, not {indent}: else it does not belong to the "
                    f"list item of line {self._first_line + item} on the site",
                )

    def _item_above(self, index: int, indent: int) -> int | None:
        """The line of the list item that something indented so belongs to, on GitHub."""
        for above in range(index - 1, -1, -1):
            line = self._written[above]
            if line.strip() and _indent(line) < indent:
                marker = _ITEM.match(line)
                if marker:
                    return above if indent >= len(marker[0]) else None
                if _indent(line) == 0 and not self._continues(above):
                    return None
        return None

    def _continues(self, index: int) -> bool:
        """Whether a line goes on a paragraph that a line above has begun."""
        return index > 0 and bool(self._written[index - 1].strip())

    # Formulas

    def formulas(self) -> list[Formula]:
        for start, end in self._blocks():
            self._read_block(start, end)
        return sorted(self._formulas, key=lambda formula: formula.line)

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """The runs of lines between empty ones, but for indented code; each table row is one."""
        index, lines = 0, self._lines
        while index < len(lines):
            if not lines[index].strip():
                index += 1
                continue
            end = index
            while end < len(lines) and lines[end].strip():
                end += 1
            if not self._is_code(index):
                rows = any(
                    _DELIMITER_ROW.fullmatch(line) and "|" in line for line in lines[index:end]
                )
                yield from ((n, n + 1) for n in range(index, end)) if rows else [(index, end)]
            index = end

    def _is_code(self, index: int) -> bool:
        indent = _indent(self._lines[index])
        if indent < _TAB:
            return False
        for above in range(index - 1, -1, -1):
            line = self._lines[above]
            if line.strip() and _indent(line) < indent:
                while self._lines[above].strip():  # any line of that paragraph may have begun it
                    if _CONTAINER.match(self._lines[above]):
                        return False
                    above -= 1
                return True
        return True

    def _read_block(self, start: int, end: int) -> None:
        written = "\n".join(self._lines[start:end])
        if found := _GITHUBS.search(written):
            raise self._at(start, written, found.start(), "write a formula as $x$, without `")
        text = _CODE.sub(_blank, written)
        if "$$" in text.replace(r"\$", "  ") or r"\[" in text:
            text = self._read_displayed(start, text)
        in_table = "|" in text and _is_table(self._around(start))
        for pattern in (_INLINE, _PARENTHESES):
            for found in pattern.finditer(text):
                if in_table and "|" in found[1]:
                    message = r"a | in a formula ends the table's cell: write \mid, \vert or \lVert"
                    raise self._at(start, text, found.start(), message)
                line = start + text.count("\n", 0, found.start())
                self._formulas.append(Formula(found[1], self._first_line + line))
        rest = _INLINE.sub(lambda found: "§" + _blank(found)[1:], text)
        strays = [found.start() for found in _STRAY.finditer(rest)]
        if strays and (len(strays) > 1 or "§" in rest):
            message = r"this $ begins no formula: write \$ for the sign (or close the formula)"
            raise self._at(start, text, strays[0], message)

    def _around(self, index: int) -> list[str]:
        """The paragraph or table that a line is in."""
        start = end = index
        while start > 0 and self._lines[start - 1].strip():
            start -= 1
        while end < len(self._lines) and self._lines[end].strip():
            end += 1
        return self._lines[start:end]

    def _read_displayed(self, start: int, text: str) -> str:
        """Note a formula that is a paragraph; returns the text without it."""
        body = re.sub(r"(?m)^[ \t]*>[ \t]?", "", text)
        marker = _MARKERS.match(body)
        inner = body[marker.end() if marker else 0 :].strip()
        for pattern in (_DOLLARS, _BRACKETS):
            if found := pattern.fullmatch(inner):
                self._formulas.append(Formula(found[1], self._first_line + start))
                return _blank_text(text)
        if "$$" in text.replace(r"\$", "  "):
            message = (
                "$$ begins and ends a paragraph of its own: put empty lines above and below the "
                "formula, and none into it"
            )
            raise self._at(start, text, text.index("$$"), message)
        if found := re.search(r"(?m)^[ \t]*\\\[", text):
            line = start + text.count("\n", 0, found.end())
            tex = text[found.end() :].partition(r"\]")[0]
            self._formulas.append(Formula(tex, self._first_line + line))
        return text

    def _at(self, start: int, text: str, offset: int, message: str) -> PageError:
        return self._refuse(start + text.count("\n", 0, offset), message)


def _is_table(lines: Sequence[str]) -> bool:
    return any("|" in line and _DELIMITER_ROW.fullmatch(line) for line in lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _blank(found: re.Match[str]) -> str:
    return _blank_text(found[0])


def _blank_text(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
