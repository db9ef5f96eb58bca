"""Redirects what running code prints, reads and warns, and keeps the interpreter as it was."""

import io
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from .terminal import Terminal

_UNFINISHED = 8192  # characters of an unfinished line that are kept back


class Capture:
    """While entered, standard output, errors and warnings go to `emit` as stream events, line by
    line; standard input gives the answers. While muted, nothing is emitted. `hurry` is called when
    the code wants seen what it has written, `ask` when it wants an answer that is not there,
    with the line that was begun: it does not return."""

    def __init__(
        self,
        emit: Callable[[dict[str, Any]], None],
        hurry: Callable[[], object],
        ask: Callable[[str], object],
    ) -> None:
        self._emit = emit
        self._hurry = hurry
        self.input = _Input(self, ask)
        self._streams: tuple[Any, Any, Any] = (
            _Output(self, "stdout"),
            _Output(self, "stderr"),
            self.input,
        )
        self._terminal = Terminal()
        self._muted = False
        self._kept: list[str] = []
        self._kept_size = 0
        self._kept_name = ""  # the stream it was written to

    def __enter__(self) -> "Capture":
        self._saved = sys.stdout, sys.stderr, sys.stdin, sys.getrecursionlimit()
        sys.stdout, sys.stderr, sys.stdin = self._streams
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        # Python's own defaults, whatever the process that runs us (pytest, say) has set.
        warnings.resetwarnings()
        for category in (
            ResourceWarning,
            ImportWarning,
            PendingDeprecationWarning,
            DeprecationWarning,
        ):
            warnings.simplefilter("ignore", category)
        warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
        warnings.showwarning = _show_warning
        self._filters = list(warnings.filters)
        return self

    def __exit__(self, *_: object) -> None:
        self.mute(False)
        self._warnings.__exit__(None, None, None)
        sys.stdout, sys.stderr, sys.stdin, limit = self._saved
        sys.setrecursionlimit(limit)

    def disturbed(self) -> bool:
        """Whether the code changed what leaving sets back, so that a later run cannot go on as if
        it had not been left."""
        return (
            (sys.stdout, sys.stderr, sys.stdin) != self._streams
            or sys.getrecursionlimit() != self._saved[3]
            or warnings.filters != self._filters
            or warnings.showwarning is not _show_warning
        )

    def mute(self, muted: bool) -> None:
        self.flush()
        self._terminal.clear()
        self._muted = muted

    @property
    def line(self) -> str:
        """What is shown of the line that was begun."""
        return self._terminal.line

    def hurry(self) -> None:
        """Let what was written be seen now."""
        self.flush()
        if not self._muted:
            self._hurry()

    def event(self, event: dict[str, Any]) -> None:
        """Emit an event, after the text that was written before it."""
        self.flush()
        if not event.get("update"):  # what is updated stands further up
            self._terminal.clear()
        if not self._muted:
            self._emit(event)

    def write(self, name: str, text: str) -> None:
        if self._muted:
            return
        if name != self._kept_name:
            self.flush()
            self._kept_name = name
        self._kept.append(text)
        self._kept_size += len(text)
        if "\n" in text or self._kept_size > _UNFINISHED:
            self.flush()

    def flush(self) -> None:
        if self._kept:
            text = "".join(self._kept)
            self._kept.clear()
            self._kept_size = 0
            back, text = self._terminal.write(text)
            if back:
                event = {"type": "stream", "name": self._kept_name, "text": text, "back": back}
                self._emit(event)
            elif text:
                self._emit({"type": "stream", "name": self._kept_name, "text": text})


class _Output(io.TextIOBase):
    """A stream of the session. It outlives a run: a logging handler may hold on to it."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, capture: Capture, name: str) -> None:
        self._capture = capture
        self.name = f"<{name}>"
        self._stream = name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._capture.write(self._stream, text)
        return len(text)

    def flush(self) -> None:
        self._capture.hurry()

    def close(self) -> None:
        """Nothing: the stream stays open for the runs to come."""


class _Input(io.TextIOBase):
    """Standard input: the answers that are there, a line each, shown as a terminal shows what is
    typed."""

    encoding = "utf-8"
    name = "<stdin>"

    def __init__(self, capture: Capture, ask: Callable[[str], object]) -> None:
        self._capture = capture
        self._ask = ask
        self._answers: list[str] = []
        self._answered = False  # there were some: then these were all
        self._asks = False

    def give(self, answers: Sequence[str], asks: bool) -> None:
        """The answers to come. `asks`: whether somebody can be asked for more."""
        self._answers = list(answers)
        self._answered = bool(answers)
        self._asks = asks

    def readable(self) -> bool:
        return True

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        if not self._answers:
            return self._ended()
        answer = self._answers.pop(0)
        self._capture.write("stdout", f"{answer}\n")
        return f"{answer}\n"

    def read(self, size: int | None = -1) -> str:
        lines = [self.readline()]
        while self._answers:
            lines.append(self.readline())
        return "".join(lines)

    def _ended(self) -> str:
        if self._asks:
            self._capture.hurry()
            self._ask(self._capture.line)
        if not self._answered:
            raise EOFError("no answer is there: run this block by itself first, and type it")
        return ""

    def close(self) -> None:
        """Nothing: there is nothing to close."""


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    text = warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)
