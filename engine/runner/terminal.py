"""What a terminal makes of text that moves back: "\\r", "\\b" and escape sequences."""

import re

_PLAIN = re.compile(r"[^\r\b\x07\x1b]*")
_ESCAPE = re.compile(
    r"\x1b(?:"
    r"\[([0-?]*)[ -/]*([@-~])"  # colours, moves, erasing
    r"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
    r"|[ -/]+[0-~]|[0-Z\\^-~])"
)
_LONGEST_ESCAPE = 256  # characters; what goes on longer is none


class Terminal:
    """The line that is being written. Text comes as a program writes it, and leaves as what has to
    be erased at the end of the line, and what comes in its place: `(back, text)`."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """A new line begins, for something else was shown."""
        self.line = ""
        self._column = 0
        self._begun = ""  # of an escape sequence that has not ended yet

    def write(self, text: str) -> tuple[int, str]:
        """Colours and the like are left out; a line is as long as it ever was, until erased."""
        if self._begun:
            text, self._begun = self._begun + text, ""
        plain = _PLAIN.match(text)
        if plain and plain.end() == len(text) and self._column == len(self.line):
            self._append(text)
            return 0, text
        done: list[str] = []  # lines that have ended meanwhile
        shown = self.line  # what is on the screen of the first of them
        position = 0
        while position < len(text):
            plain = _PLAIN.match(text, position)
            if plain and plain.end() > position:
                position = plain.end()
                self._overwrite(plain[0], done)
                continue
            mark = text[position]
            position += 1
            if mark == "\r":
                self._column = 0
            elif mark == "\b":
                self._column = max(self._column - 1, 0)
            elif mark == "\x1b":
                escape = _ESCAPE.match(text, position - 1)
                if escape:
                    position = escape.end()
                    if escape[2] == "K":
                        self._erase(escape[1])
                elif len(text) - position < _LONGEST_ESCAPE:
                    self._begun = text[position - 1 :]
                    break
        after = "".join(done) + self.line
        common = _common(shown, after)
        return len(shown) - common, after[common:]

    def _append(self, text: str) -> None:
        _, newline, tail = text.rpartition("\n")
        self.line = tail if newline else self.line + text
        self._column = len(self.line)

    def _overwrite(self, text: str, done: list[str]) -> None:
        *lines, last = text.split("\n")
        for line in lines:
            self._put(line)
            done.append(self.line + "\n")
            self.line, self._column = "", 0
        self._put(last)

    def _put(self, text: str) -> None:
        end = self._column + len(text)
        self.line = self.line[: self._column] + text + self.line[end:]
        self._column = end

    def _erase(self, part: str) -> None:
        if part in ("", "0"):
            self.line = self.line[: self._column]
        elif part == "2":
            self.line = " " * self._column
        elif part == "1":
            self.line = " " * self._column + self.line[self._column :]


def _common(one: str, other: str) -> int:
    """How many characters at the start of both are the same."""
    size = min(len(one), len(other))
    if one[:size] == other[:size]:
        return size
    return next(i for i in range(size) if one[i] != other[i])
