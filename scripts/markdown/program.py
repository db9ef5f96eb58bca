"""A page is a program: runs its snippets as the page does, each after those above it."""

import itertools
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
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


class BrokenAbove(Exception):
    """A snippet above an exercise fails; says which and where."""


class Interpreter(Protocol):
    """Where cells run: a PageProcess, or the one interpreter that there is."""

    def run(
        self, cells: Sequence[Cell], limit: float, check: Cell | None = None, steps: int = 0
    ) -> Ran: ...

    def close(self) -> object: ...


class Program:
    """A page's snippets. Close it, or forget it, to end the interpreters that they run in. Of an
    exercise those below see nothing, or its first solution; answers are tried in an interpreter of
    their own, where the snippets above ran once."""

    def __init__(self, snippets: Sequence[Snippet], path: Path, world: World = HOME) -> None:
        self._path = path
        self._world = world
        self._snippets = [snippet for snippet in snippets if not snippet.static]
        self._interpreter: Interpreter | None = None
        self._answers: Interpreter | None = None
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
        """End the interpreters. A later run begins anew."""
        self.forget_answers()
        if self._interpreter is not None:
            self._interpreter.close()
        self._interpreter, self._ran, self._ended = None, 0, None

    def forget_answers(self) -> None:
        """Those to come are tried after another run of the snippets above."""
        if self._answers is not None:
            self._answers.close()
        self._answers = None

    def check(self, exercise: Snippet, answer: str, steps: int) -> Ran:
        """An answer in the place of an exercise's starter: its events, the check's verdict last if
        the answer ended without an error. It may take so many steps, see Budget.

        Raises BrokenAbove if a snippet above ends with an error.
        """
        assert exercise.exercise is not None
        limit = exercise.limit or time_limit()
        above, cell = self._above(exercise), _cell(exercise)
        answers = self._interpreter_of(exercise)
        before = answers.run([*above, replace(cell, source="")], limit)
        if not before.ended_well:
            raise BrokenAbove(self._problem(exercise, before, "", ()))
        check = _cell(exercise.exercise.check)
        ran = answers.run([*above, replace(cell, source=answer)], limit, check, steps)
        if ran.death:
            self.forget_answers()
        return ran

    def _interpreter_of(self, snippet: Snippet) -> Interpreter:
        if snippet.exercise and self._answers:
            return self._answers
        if snippet.exercise and sys.platform != "emscripten":
            self._answers = PageProcess(self._world, rewinds=True)
            return self._answers
        if self._interpreter is None:
            self._interpreter = _interpreter(self._world)
        if snippet.exercise:
            self._answers = _beside(self._interpreter)
            return self._answers
        return self._interpreter

    def _above(self, snippet: Snippet) -> list[Cell]:
        cells = []
        for other in itertools.takewhile(lambda other: other.id != snippet.id, self._snippets):
            if other.exercise is None:
                cells.append(_cell(other))
            elif other.used_below:
                cells.append(replace(_cell(other), source=other.exercise.solutions[0].source))
        return cells

    def _run_one(self, number: int) -> Outcome:
        snippet = self._snippets[number]
        cells = [*self._above(snippet), _cell(snippet)]
        ran = self._interpreter_of(snippet).run(cells, snippet.limit or time_limit())
        text, figures = golden(ran.events)
        text = as_recorded(text)
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


def _beside(interpreter: Interpreter) -> Interpreter:
    """Another for the answers to exercises, where there is no other process."""
    from .shared import SharedInterpreter

    assert isinstance(interpreter, SharedInterpreter)
    return interpreter.beside()


def as_recorded(text: str) -> str:
    """A text as pages record it: Markdown keeps no tabs, and no spaces at the ends of lines."""
    lines = text.expandtabs(_TAB).rstrip("\n").split("\n")
    return "\n".join(line.rstrip(" ") for line in lines).rstrip("\n")


def _cell(snippet: Snippet) -> Cell:
    return Cell(snippet.id, snippet.title, snippet.source, snippet.raises, snippet.input)


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
