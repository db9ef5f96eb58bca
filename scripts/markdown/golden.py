"""Runs a page's snippets and holds what they show against what the page records."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from pytest_doctestplus.output_checker import FLOAT_CMP, OutputChecker

from engine.runner import Cell, Event, Session, golden

from .figures import figures_of
from .paths import shown_path
from .snippets import Snippet

UPDATE = "python3 scripts/dev.py update"
_TAB = 8  # columns, as a terminal and a browser show it


@dataclass(frozen=True)
class Outcome:
    """What running a snippet showed, in the form that pages record."""

    text: str  # without spaces at line ends, without a final line end
    figures: tuple[str, ...]  # SVG
    problem: str  # why this cannot be recorded, with file:line; empty if it can
    seconds: float


class Program:
    """A page's snippets, run as the page runs them: each after those above it."""

    def __init__(self, snippets: Sequence[Snippet], path: Path) -> None:
        self._path = path
        self._snippets = {snippet.id: snippet for snippet in snippets if not snippet.static}
        self._events: list[Event] = []
        self._session = Session(self._events.append)

    def run(self, snippet: Snippet) -> Outcome:
        """Goes on from the last run where it can, otherwise begins with the snippets above."""
        order = list(self._snippets)
        cells = [_cell(self._snippets[name]) for name in order[: order.index(snippet.id) + 1]]
        self._events.clear()
        start = perf_counter()
        ended_well = self._session.run(cells)
        seconds = perf_counter() - start
        text, figures = golden(self._events)
        lines = text.expandtabs(_TAB).rstrip("\n").split("\n")
        text = "\n".join(line.rstrip(" ") for line in lines).rstrip("\n")
        return Outcome(text, tuple(figures), self._problem(snippet, ended_well, text), seconds)

    def _problem(self, snippet: Snippet, ended_well: bool, text: str) -> str:
        where = f"{shown_path(self._path)}:{snippet.line}"
        errors = [event for event in self._events if event["type"] == "error"]
        if not ended_well:
            return self._unexpected(snippet, errors[-1])
        if snippet.raises and not errors:
            return f"{where}: {snippet.id} should raise {snippet.raises}, but it raised nothing"
        control = re.search(r"[^\n -~\u00a0-\U0010ffff]", text)
        if control:
            return f"{where}: {snippet.id} prints {control[0]!r}, which a page cannot record"
        return ""

    def _unexpected(self, snippet: Snippet, error: Event) -> str:
        page = shown_path(self._path)
        places = []
        for frame in error["frames"]:
            cell = self._snippets[frame["cell"]]
            places.append((f"{page}:{cell.line + frame['line'] - 1}", cell.id))
        where = places[-1][0] if places else f"{page}:{snippet.line}"
        summary = f"{where}: {error['name']}: {error['message']}"
        if snippet.raises:
            summary += f" (expected {snippet.raises})"
        frames = [f"{place}: in {name}" for place, name in places]
        return "\n".join([summary, "", *frames, error["traceback"].rstrip("\n")])


def _cell(snippet: Snippet) -> Cell:
    return Cell(snippet.id, snippet.title, snippet.source, snippet.raises)


def same(recorded: str, shown: str, tolerance: float | None) -> bool:
    """Whether the two are equal, except for numbers that differ by less than the tolerance,
    relative or absolute. Without a tolerance every character counts: what is recorded is what the
    reader's run shows."""
    if recorded == shown or tolerance is None:
        return recorded == shown
    checker = OutputChecker()
    checker.rtol = checker.atol = tolerance
    return bool(checker.check_output(recorded, shown, FLOAT_CMP))


def stale_text(snippet: Snippet, outcome: Outcome) -> bool:
    """Whether the page's output is not what the run showed."""
    return not same(snippet.output or "", outcome.text, snippet.tol)


def stale_figures(page: Path, snippet: Snippet, outcome: Outcome) -> list[str]:
    """What is wrong with the figure files, one sentence each. Raises PageError."""
    files = figures_of(page, snippet)
    wrong = []
    for number, figure in enumerate(outcome.figures, 1):
        if number > len(files):
            wrong.append(f"figure {number} of {snippet.id} has no file")
        elif not same(files[number - 1].read_text("utf-8"), figure, snippet.tol):
            wrong.append(f"{files[number - 1].name} is not what {snippet.id} draws")
    for path in files[len(outcome.figures) :]:
        wrong.append(f"{path.name} is not drawn by {snippet.id}")
    return wrong


def failure(page: Path, snippet: Snippet, outcome: Outcome) -> str:
    """Why the snippet's test fails, for people; empty if it passes. Raises PageError."""
    if outcome.problem:
        return outcome.problem
    where = f"{shown_path(page)}:{snippet.line}"
    parts = []
    if stale_text(snippet, outcome):
        nothing = "(nothing)"
        parts.append(f"{where}: the output of {snippet.id} is not what the page shows")
        parts.append(f"expected:\n{_indented(snippet.output or nothing)}")
        parts.append(f"got:\n{_indented(outcome.text or nothing)}")
    parts.extend(f"{where}: {reason}" for reason in stale_figures(page, snippet, outcome))
    if parts:
        parts.append(f"If what you got is right, record it: {UPDATE}")
    return "\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))
