"""A page is a program: runs its snippets as the page does, each after those above it."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.runner import Cell, Event, golden

from .paths import shown_path
from .process import HOME, PageProcess, Ran, World
from .settings import time_limit
from .snippets import Snippet

_TAB = 8  # columns, as a terminal and a browser show it
_CONTROL = re.compile(r"[^\t\n -~\u00a0-\ud7ff\ue000-\U0010ffff]")
# As the page cuts what a run prints: what is longer could be recorded, but never be shown again.
_MOST_LINES, _MOST_CHARACTERS, _LARGEST_FIGURE = 10_000, 250_000, 1_000_000


@dataclass(frozen=True)
class Outcome:
    """What running a snippet showed, in the form that pages record."""

    text: str  # without spaces at line ends, without a final line end
    figures: tuple[str, ...]  # SVG
    problem: str  # why this cannot be recorded, with file:line; empty if it can
    seconds: float


class Interpreter(Protocol):
    """Where cells run: a PageProcess, or the one interpreter that there is."""

    def run(self, cells: Sequence[Cell], limit: float) -> Ran: ...

    def close(self) -> object: ...


class Program:
    """A page's snippets. Close it, or forget it, to end the interpreter that they run in."""

    def __init__(self, snippets: Sequence[Snippet], path: Path, world: World = HOME) -> None:
        self._path = path
        self._world = world
        self._snippets = [snippet for snippet in snippets if not snippet.static]
        self._interpreter: Interpreter | None = None
        self._ran = 0  # how many snippets, from the top, have run in this interpreter
        self._ended: Outcome | None = None  # the error after which the program does not go on

    def run(self, snippet: Snippet) -> Outcome:
        """Goes on from the last run where it can, otherwise begins with the snippets above. When
        one of these has failed, its outcome is that of all below it."""
        names = [other.id for other in self._snippets]
        last = names.index(snippet.id)
        if self._ended is not None and last >= self._ran:
            return self._ended
        self._ended = None
        outcome = None
        for number in range(min(self._ran, last), last + 1):
            outcome = self._run_one(number)
            if self._ended is not None:
                break
        assert outcome is not None
        return outcome

    def close(self) -> None:
        """End the interpreter. A later run begins anew."""
        if self._interpreter is not None:
            self._interpreter.close()
        self._interpreter, self._ran, self._ended = None, 0, None

    def _run_one(self, number: int) -> Outcome:
        if self._interpreter is None:
            self._interpreter = _interpreter(self._world)
        snippet = self._snippets[number]
        cells = [_cell(above) for above in self._snippets[: number + 1]]
        ran = self._interpreter.run(cells, snippet.limit or time_limit())
        text, figures = golden(ran.events)
        lines = text.expandtabs(_TAB).rstrip("\n").split("\n")
        text = "\n".join(line.rstrip(" ") for line in lines).rstrip("\n")
        problem = self._problem(snippet, ran, text, figures)
        outcome = Outcome(text, tuple(figures), problem, ran.seconds)
        if ran.ended_well:
            self._ran = number + 1
            return outcome
        if ran.death:
            self.close()
        self._ran, self._ended = number, outcome
        return outcome

    def _problem(self, snippet: Snippet, ran: Ran, text: str, figures: Sequence[str]) -> str:
        where = f"{shown_path(self._path)}:{snippet.line}"
        errors = [event for event in ran.events if event["type"] == "error"]
        if ran.death:
            return self._death(snippet, ran)
        if not ran.ended_well:
            return self._unexpected(snippet, errors[-1])
        if snippet.raises and not errors:
            return f"{where}: {snippet.id} should raise {snippet.raises}, but it raised nothing"
        if ran.stray:
            return (
                f"{where}: {snippet.id} writes {ran.stray[:60]!r} past sys.stdout and sys.stderr, "
                "where no reader sees it: use print"
            )
        for shown, verb in ((text, "prints"), *((figure, "draws") for figure in figures)):
            if control := _CONTROL.search(shown):
                return f"{where}: {snippet.id} {verb} {control[0]!r}, which a page cannot record"
        return _too_much(where, snippet, text, figures)

    def _death(self, snippet: Snippet, ran: Ran) -> str:
        names = {name: cell for cell, name in self._file_names()}
        for name, line in ran.frames:
            if name in names:
                place = names[name]
                spot = f"{shown_path(self._path)}:{place.line + line - 1}"
                return f"{spot}: {snippet.id} {ran.death}"
        return f"{shown_path(self._path)}:{snippet.line}: {snippet.id} {ran.death}"

    def _file_names(self) -> list[tuple[Snippet, str]]:
        """Snippets by what Python calls their files (see Sources), as its fault handler writes."""
        seen: dict[str, int] = {}
        named = []
        for snippet in self._snippets:
            title = snippet.title or snippet.id
            seen[title] = seen.get(title, 0) + 1
            name = title if seen[title] == 1 else f"{title} ({seen[title]})"
            named.append((snippet, name.encode("ascii", "backslashreplace").decode()))
        return named

    def _unexpected(self, snippet: Snippet, error: Event) -> str:
        page = shown_path(self._path)
        snippets = {other.id: other for other in self._snippets}
        places = []
        for frame in error["frames"]:
            cell = snippets[frame["cell"]]
            places.append((f"{page}:{cell.line + frame['line'] - 1}", cell.id))
        where = places[-1][0] if places else f"{page}:{snippet.line}"
        summary = f"{where}: {error['name']}: {error['message']}"
        if snippet.raises:
            summary += f" (expected {snippet.raises})"
        frames = [f"{place}: in {name}" for place, name in places]
        return "\n".join([summary, "", *frames, error["traceback"].rstrip("\n")])


def _interpreter(world: World) -> Interpreter:
    if sys.platform == "emscripten":
        from .shared import SharedInterpreter

        return SharedInterpreter()
    return PageProcess(world)


def _cell(snippet: Snippet) -> Cell:
    return Cell(snippet.id, snippet.title, snippet.source, snippet.raises)


def _too_much(where: str, snippet: Snippet, text: str, figures: Sequence[str]) -> str:
    lines = text.count("\n") + 1
    if lines > _MOST_LINES or len(text) > _MOST_CHARACTERS:
        return (
            f"{where}: {snippet.id} prints {lines:,} lines, {len(text):,} characters; a page shows "
            f"at most {_MOST_LINES:,} and {_MOST_CHARACTERS:,}: print less"
        )
    for number, figure in enumerate(figures, 1):
        if len(figure) > _LARGEST_FIGURE:
            return (
                f"{where}: figure {number} of {snippet.id} has {len(figure):,} characters; at most "
                f"{_LARGEST_FIGURE:,} are shown: draw fewer points"
            )
    return ""
