"""What the checks of exercises are written with.

A check is code that runs after the reader's, in the same namespace. It refuses an answer by an
AssertionError, so `assert condition, "message"` is a check already. What is here says a refusal
well: what was tried, what came out, and what would be right in kind, without giving it away.

    from engine.exercise import compare

    compare(double, lambda x: 2 * x, [(1,), (-2.5,)], kind="a number twice as large")

Random inputs come from `random.Random(seed)`, so that every check tries the same.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any, NoReturn

__all__ = ["alike", "attempt", "compare", "number", "refuse", "shown"]

_LONGEST = 80  # characters of a value in a message
_MOST = 8  # items of a list


def refuse(message: str) -> NoReturn:
    """End the check: the answer is not right. Raises AssertionError."""
    raise AssertionError(message)


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """What the reader's function gives; where it raises an error, refuse with what was tried.
    Raises AssertionError, from the error that led to it."""
    if not callable(function):
        refuse(f"A function was expected, but there is {shown(function)}.")
    try:
        return function(*map(_fresh, arguments))
    except Exception as error:
        words = " ".join(str(error).split())[:200]
        raise AssertionError(
            f"Tried {_call(function, arguments)}: it raised {type(error).__name__}: {words}"
        ) from error


def compare(
    function: Callable[..., Any],
    right: Callable[..., Any],
    cases: Iterable[tuple[Any, ...]],
    *,
    kind: str,
    tolerance: float = 1e-9,
    mistakes: Mapping[str, Callable[..., Any]] | None = None,
) -> None:
    """Refuse unless the reader's function gives what `right` gives, for every tuple of arguments.

    `kind` says what would be right, without the answer: "a number: the slope there". `tolerance`
    is relative and absolute, for numbers. `mistakes` are functions that are typically written, by
    what to say to who wrote one: of the cases on which they differ from `right`, all those tried
    are given as they would. Raises AssertionError.
    """
    cases = list(cases)
    for arguments in cases:
        got = attempt(function, *arguments)
        wanted = right(*arguments)
        if alike(got, wanted, tolerance):
            continue
        message = (
            f"Tried {_call(function, arguments)}: it gave {shown(got)}. Right would be {kind}."
        )
        for words, mistake in (mistakes or {}).items():
            if _agrees(function, mistake, right, cases, tolerance):
                message += f" {words}"
                break
        refuse(message)


def number(
    name: str,
    value: Any,
    right: float,
    *,
    kind: str,
    tolerance: float = 1e-9,
    mistakes: Mapping[str, Any] | None = None,
) -> None:
    """Refuse unless `value`, which the reader has put under `name`, is the number `right`.

    `kind` and `tolerance` as in `compare`; `mistakes` are values that are typically found, by
    what to say to who found one. Raises AssertionError.
    """
    if value is ... or value is None:
        refuse(f"{name} has no value yet: put a number in its place, {kind}.")
    if alike(value, right, tolerance):
        return
    another = "another number" if isinstance(value, int | float) else "a number"
    message = f"{name} is {shown(value)}. Right would be {another}: {kind}."
    for words, mistake in (mistakes or {}).items():
        if alike(value, mistake, tolerance):
            message += f" {words}"
            break
    refuse(message)


def alike(got: Any, wanted: Any, tolerance: float = 1e-9) -> bool:
    """Whether two answers are the same: numbers within the tolerance, relative or absolute; lists
    and tuples item by item, one as good as the other; dictionaries by key."""
    if isinstance(wanted, bool) or wanted is None:
        return got is wanted
    if isinstance(wanted, int | float):
        if isinstance(got, bool) or not isinstance(got, int | float):
            return False
        if math.isnan(wanted):
            return math.isnan(got)
        return math.isclose(got, wanted, rel_tol=tolerance, abs_tol=tolerance)
    if isinstance(wanted, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(wanted)
            and all(alike(one, other, tolerance) for one, other in zip(got, wanted, strict=True))
        )
    if isinstance(wanted, dict):
        return (
            isinstance(got, dict)
            and got.keys() == wanted.keys()
            and all(alike(got[key], wanted[key], tolerance) for key in wanted)
        )
    return type(got) is type(wanted) and bool(got == wanted)


def shown(value: Any) -> str:
    """A value as messages show it: short, and numbers to six digits, which are the same
    everywhere."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | tuple):
        parts = [*map(shown, value[:_MOST]), *(["…"] if len(value) > _MOST else [])]
        inside = ", ".join(parts)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(parts) == 1 else f"({inside})"
    if isinstance(value, FunctionType):
        return value.__name__
    try:
        text = repr(value)
    except Exception as error:  # of the reader's class
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    text = re.sub(r" at 0x[0-9a-f]+", "", text)  # another one in every run
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _fresh(value: Any) -> Any:
    """A copy of what holds other values: a function may change what it is given."""
    if type(value) in (list, tuple, set):
        return type(value)(map(_fresh, value))
    return {key: _fresh(item) for key, item in value.items()} if type(value) is dict else value


def _call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> str:
    name = getattr(function, "__name__", "it")
    return f"{name}({', '.join(map(shown, arguments))})"


def _agrees(
    function: Callable[..., Any],
    mistake: Callable[..., Any],
    right: Callable[..., Any],
    cases: list[tuple[Any, ...]],
    tolerance: float,
) -> bool:
    """Whether the reader has written this mistake: its answers, wherever they are wrong ones."""
    differing = 0
    for arguments in cases:
        wrong = mistake(*arguments)
        if alike(wrong, right(*arguments), tolerance):
            continue
        differing += 1
        try:
            got = attempt(function, *arguments)
        except AssertionError:
            return False
        if not alike(got, wrong, tolerance):
            return False
    return differing > 0
