"""Finds the fences of a page. Whatever looks like a Python or an output fence is either of the one
form that GitHub, Python-Markdown and this project all understand, or refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import PageError

TAB = 4  # columns, as Python-Markdown expands it
_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_MARKER = r"[ \t]*(?:(?:>|[-*+]|\d+[.)])[ \t]*)+"  # of a quotation or a list item
_MARKED = re.compile(rf"(?P<marker>{_MARKER})(?P<fence>`{{3,}}|~{{3,}})(?P<info>.*)")
_LANGUAGE = re.compile(r"\s*\{?\s*\.?(?P<name>[\w#+-]*)(?P<rest>.*)")
_OPTIONS = re.compile(r"\s*\{(?P<options>[^{}]*)\}\s*")
_PYTHON = re.compile(r"(?:i?python|pycon|pyodide|pyscript|micropython)[\w#+-]*|py[23]?|pyi|sage")
_MORE = re.compile(r"\s*<!--\s*more\s*-->\s*")
_EXAMPLE = '```python {#name title="name.py"}'


@dataclass(frozen=True)
class Fence:
    """A Python or output fence. The line counts from 1 in the page's file; the span is of offsets
    (start, end) into the text, from the start of the opening line to the end of the closing one."""

    language: str  # "python" or "output"
    options: str  # what stands between the braces
    indent: str
    body: tuple[str, ...]  # its lines, without the indentation
    line: int  # of the opening
    span: tuple[int, int]


class Scanner:
    """Reads a page's text, which begins on line `first_line` of the file `path`."""

    def __init__(self, text: str, path: Path, first_line: int) -> None:
        raw = text.split("\n")
        self._path = path
        self._first_line = first_line
        self._lines = [line.removesuffix("\r") for line in raw]
        self._starts = [0]
        for line in raw:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.more: int | None = None  # the line of <!-- more -->, which ends the excerpt

    def fences(self) -> Iterator[Fence]:
        """The Python and output fences, from top to bottom. Raises PageError."""
        index = 0
        while index < len(self._lines):
            opening = _OPENING.fullmatch(self._lines[index])
            if opening is None or _is_inline(opening):
                self._check_plain_line(index)
                index += 1
                continue
            end = self._closing(index, opening)
            language, options = self._read_info(index, opening["info"])
            if language:
                yield Fence(
                    language,
                    options,
                    opening["indent"],
                    self._body(index, end, opening["indent"]),
                    self._first_line + index,
                    (self._starts[index], self._starts[end] + len(self._lines[end])),
                )
            index = end + 1

    def _refuse(self, index: int, message: str) -> PageError:
        return PageError(self._path, self._first_line + index, message)

    def _check_plain_line(self, index: int) -> None:
        line = self._lines[index]
        if self.more is None and _MORE.fullmatch(line):
            self.more = self._first_line + index
        inline = _OPENING.fullmatch(line)
        if inline and re.match(r"\s*\.?python\s*\{", inline["info"]):
            raise self._refuse(index, "no backticks in the line that opens a fence")
        marked = _MARKED.fullmatch(line)
        if marked is None or _is_inline(marked):
            return
        if ">" not in marked["marker"]:
            message = "a fence starts on a line of its own, indented below its list item"
            raise self._refuse(index, message)
        if self._read_info(index, marked["info"])[0]:
            raise self._refuse(index, "a snippet cannot stand in a quotation: move it out")

    def _closing(self, index: int, opening: re.Match[str]) -> int:
        """Index of the line that closes the fence opened at `index`."""
        fence, indent = opening["fence"], opening["indent"].expandtabs(TAB)
        for end in range(index + 1, len(self._lines)):
            mark = self._lines[end].strip()
            if len(mark) < len(fence) or mark.strip(fence[0]):
                continue
            # GitHub and Python-Markdown disagree on the rest: only what both understand is taken.
            line = self._lines[end].expandtabs(TAB)
            if mark != fence or line[: len(line) - len(line.lstrip())] != indent:
                raise self._refuse(
                    end,
                    f"close the fence of line {self._first_line + index} with {fence}, indented "
                    "as it is (to show a fence in a fence, make the outer one longer)",
                )
            return end
        raise self._refuse(index, f"this fence is never closed: end it with a line {fence}")

    def _read_info(self, index: int, info: str) -> tuple[str, str]:
        """(language, options) of an opening; the language is empty if it is no concern of ours."""
        match = _LANGUAGE.fullmatch(info)
        assert match is not None
        name, rest = match["name"].lower(), match["rest"]
        if name in ("output", "outputs"):
            if info.strip() != "output":
                raise self._refuse(index, "an output fence is opened by ```output, without options")
            return "output", ""
        if not _PYTHON.fullmatch(name):
            return "", ""
        if not re.match(r"python(\s|$)", info.strip()):
            raise self._refuse(index, f"write {_EXAMPLE}, not {info.strip()!r}")
        options = _OPTIONS.fullmatch(rest)
        if rest.strip() and options is None:
            raise self._refuse(index, f"options go in one pair of braces: {_EXAMPLE}")
        return "python", options["options"] if options else ""

    def _body(self, index: int, end: int, indent: str) -> tuple[str, ...]:
        body = []
        for number in range(index + 1, end):
            line = self._lines[number]
            if "\t" in line:
                message = (
                    r"a tab, which Markdown turns into spaces: write spaces, or \t in a string"
                )
                raise self._refuse(number, message)
            if re.search(r"[\x02\x03\r]", line):
                raise self._refuse(number, "a control character, which Markdown would lose")
            if line.strip() and not line.startswith(indent.expandtabs(TAB)):
                raise self._refuse(number, "this line is indented less than its fence")
            body.append(line[len(indent.expandtabs(TAB)) :] if line.strip() else "")
        if not any(body):
            raise self._refuse(index, "this fence is empty: remove it")
        return tuple(body)


def _is_inline(fence: re.Match[str]) -> bool:
    """Three backticks around a word in a line of text are no fence."""
    return fence["fence"][0] == "`" and "`" in fence["info"]
