"""Gathers the fences of an exercise: a starter, which the reader edits, and right below it its
check, solutions and mistakes, with hints anywhere between them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import PageError

if TYPE_CHECKING:
    from .snippets import Snippet

# As GitHub and Python-Markdown (md_in_html) fold it.
_HINT = re.compile(
    r"[ \t]*<details class=\"hint\" markdown>\s*?\n"
    r"[ \t]*<summary>[^<\n]+</summary>\s*\n"
    r"(?:(?!</?details).)*?\S(?:(?!</?details).)*?\n"
    r"[ \t]*</details>[ \t\r]*(?=\n|\Z)",
    re.DOTALL,
)
_HINT_EXAMPLE = (
    '<details class="hint" markdown>, <summary>Hint</summary>, an empty line, the hint, </details>'
)
_LIKE_A_HINT = re.compile(r"<details\b[^>]*\bhint\b[^>]*>", re.IGNORECASE)
_EQUIVALENT = re.compile(r"#\s*equivalent:\s*(?P<what>.*)")
_ARROW = re.compile(r"(?P<old>.+?)\s+->\s+(?P<new>.+?):\s+(?P<reason>\S.*)")


@dataclass(frozen=True)
class Equivalent:
    """A mutant of a solution that is right as well, and why: `# equivalent: OLD -> NEW: reason`."""

    old: str  # the statement's first line
    new: str
    reason: str
    line: int  # in the page's file


@dataclass(frozen=True)
class Exercise:
    """What stands below a starter. A check runs after the answer, in its namespace, and refuses it
    by an AssertionError; the output fence below the check records what the starter gets, the one
    below a mistake what that gets."""

    task: str
    used_below: bool
    check: Snippet
    solutions: tuple[Snippet, ...]
    mistakes: tuple[Snippet, ...]
    hints: int
    equivalents: tuple[Equivalent, ...]

    @property
    def parts(self) -> tuple[Snippet, ...]:
        """All of them, from top to bottom."""
        parts = (self.check, *self.solutions, *self.mistakes)
        return tuple(sorted(parts, key=lambda part: part.line))


def version_of(starter: Snippet) -> str:
    """Another one when what is asked has changed, or what is checked: a mark names its version."""
    assert starter.exercise is not None
    texts = (starter.source, starter.exercise.check.source)
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def gather(fences: Sequence[Snippet], text: str, path: Path) -> list[Snippet]:
    """The snippets of a page, each exercise's parts in its starter. Raises PageError."""
    if all(fence.part == "" for fence in fences):
        return list(fences)
    groups: list[tuple[Snippet, list[Snippet], int]] = []  # a starter, its parts and hints
    place = 0
    hints: list[int] = []  # where those that belong to an exercise begin
    while place < len(fences):
        first = fences[place]
        place += 1
        parts, count = [], 0
        if first.part == "exercise":
            if first.indent:
                message = "an exercise cannot stand in a list or a box: do not indent it"
                raise PageError(path, first.fence_line, message)
            starts, end = _hints(text, first.span[1])
            hints += starts
            count = len(starts)
            while place < len(fences) and fences[place].part not in ("", "exercise"):
                if text[end : fences[place].span[0]].strip():
                    break
                parts.append(fences[place])
                starts, end = _hints(text, fences[place].span[1])
                hints += starts
                count += len(starts)
                place += 1
        groups.append((first, parts, count))
    _check_hints(text, hints, fences, path)
    return [_gathered(*group, path) for group in groups]


def _hints(text: str, start: int) -> tuple[list[int], int]:
    """Where the hints begin that stand right there, and where they end."""
    found: list[int] = []
    while True:
        blank = re.compile(r"\s*\n").match(text, start)
        hint = _HINT.match(text, blank.end() if blank else start)
        if hint is None:
            return found, start
        found.append(text.index("<details", hint.start()))
        start = hint.end()


def _check_hints(text: str, known: Sequence[int], fences: Sequence[Snippet], path: Path) -> None:
    """No hint stands alone, or is of a form that only one of GitHub and the site would fold."""
    offset = fences[0].fence_line - text.count("\n", 0, fences[0].span[0])
    for like in _LIKE_A_HINT.finditer(text):
        if like.start() in known or any(
            fence.span[0] <= like.start() < fence.span[1] for fence in fences
        ):
            continue
        line = offset + text.count("\n", 0, like.start())
        message = f"a hint stands right below a fence of its exercise, as {_HINT_EXAMPLE}"
        raise PageError(path, line, message)


def _gathered(first: Snippet, parts: Sequence[Snippet], hints: int, path: Path) -> Snippet:
    """A snippet; a starter with what belongs to it."""
    if first.part == "exercise":
        return replace(first, exercise=_exercise(first, parts, hints, path))
    if first.part:
        message = (
            f"this .{first.part} does not stand right below an .exercise or a part of it: only "
            "hints may stand between them"
        )
        raise PageError(path, first.fence_line, message)
    return first


def _exercise(starter: Snippet, parts: Sequence[Snippet], hints: int, path: Path) -> Exercise:
    checks = [part for part in parts if part.part == "check"]
    if len(checks) > 1:
        raise PageError(
            path, checks[1].fence_line, "an exercise has one check, and this is another"
        )
    for name in ("check", "solution", "mistake"):
        if not any(part.part == name for part in parts):
            line = (checks[0] if checks and name == "mistake" else starter).fence_line
            what = "check" if checks and name == "mistake" else "exercise"
            message = f"this {what} has no {name}: add a fence ```python {{.{name}}} below it"
            raise PageError(path, line, message)
    named = []
    for name in ("solution", "mistake"):
        for number, part in enumerate((part for part in parts if part.part == name), 1):
            if part.output is not None and name == "solution":
                message = "a solution has no output fence: what it is for is said by the check"
                raise PageError(path, part.fence_line, message)
            named.append(replace(part, id=f"{starter.id}:{name}-{number}", title=starter.title))
    check = replace(
        checks[0], id=f"{starter.id}:check", title=f"check of {starter.title or starter.id}"
    )
    return Exercise(
        starter.task,
        starter.used_below,
        check,
        tuple(part for part in named if part.part == "solution"),
        tuple(part for part in named if part.part == "mistake"),
        hints,
        tuple(_equivalents(check, path)),
    )


def _equivalents(check: Snippet, path: Path) -> list[Equivalent]:
    """The mutants that the comments of a check list. A comment goes on in the next lines."""
    found: list[tuple[int, str]] = []
    going_on = False
    for number, line in enumerate(check.source.split("\n"), check.line):
        comment = line.strip()
        if match := _EQUIVALENT.fullmatch(comment):
            found.append((number, match["what"]))
            going_on = True
        elif going_on and comment.startswith("#"):
            found[-1] = (found[-1][0], f"{found[-1][1]} {comment.lstrip('# ')}")
        else:
            going_on = False
    equivalents = []
    for number, what in found:
        parts = _ARROW.fullmatch(what)
        if parts is None:
            message = (
                "write # equivalent: OLD STATEMENT -> NEW STATEMENT: why that is right as well"
            )
            raise PageError(path, number, message)
        equivalents.append(Equivalent(parts["old"], parts["new"], parts["reason"], number))
    return equivalents
