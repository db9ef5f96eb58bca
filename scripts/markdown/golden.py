"""What a page's snippets show, held against what the page records."""

import itertools
from pathlib import Path

from pytest_doctestplus.output_checker import FLOAT_CMP, OutputChecker

from .figures import figures_of, recorded_figure
from .paths import shown_path
from .program import Outcome, Program
from .snippets import Snippet

UPDATE = "python3 scripts/dev.py update"

__all__ = [
    "UPDATE",
    "Outcome",
    "Program",
    "failure",
    "same",
    "stale_figures",
    "stale_text",
    "unrepeatable",
]


def same(recorded: str, shown: str, tolerance: float | None) -> bool:
    """Whether the two are equal, except for numbers that differ by less than the tolerance,
    relative or absolute. Without a tolerance every character counts: what is recorded is what the
    reader's run shows."""
    if recorded == shown or tolerance is None:
        return recorded == shown
    checker = OutputChecker()
    checker.rtol = checker.atol = tolerance
    return bool(checker.check_output(recorded, shown, FLOAT_CMP))


def same_figure(path: Path, figure: str, tolerance: float | None) -> bool:
    """Whether a figure file holds this figure."""
    return same(recorded_figure(path).rstrip("\n"), figure.rstrip("\n"), tolerance)


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
        elif not same_figure(files[number - 1], figure, snippet.tol):
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


def unrepeatable(snippet: Snippet, first: Outcome, second: Outcome) -> str:
    """What two runs in different worlds do not show alike; empty if there is nothing."""
    if not same(first.text, second.text, snippet.tol):
        lines = [outcome.text.split("\n") for outcome in (first, second)]
        for one, other in itertools.zip_longest(*lines, fillvalue="(nothing)"):
            if not same(one, other, snippet.tol):
                return f"{one!r}, then {other!r}"
    if len(first.figures) != len(second.figures):
        return f"{len(first.figures)} figures, then {len(second.figures)}"
    for number, (one, other) in enumerate(zip(first.figures, second.figures, strict=True), 1):
        if not same(one, other, snippet.tol):
            return f"its figure {number} differs"
    return ""


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.split("\n"))
