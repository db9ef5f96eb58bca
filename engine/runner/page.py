"""What the worker of a page needs of the runner. Imported once, before any reader's code has run:
what the process is like then is what every fresh run shall find."""

import functools
import random
import sys
import time
from collections.abc import Callable, Iterable

from .session import Cell, Event, Session
from .state import State


def connect(
    stream: Callable[[str, str, int], object],
    other: Callable[[Event], object],
    hurry: Callable[[], object],
    ask: Callable[[str], object],
) -> Session:
    """The session of this process. A flood of events is mostly text, which goes to `stream` as
    name, text and how many characters to take back before; see Session for the rest."""

    def emit(event: Event) -> None:
        if event["type"] == "stream":
            stream(event["name"], event["text"], event.get("back", 0))
        else:
            other(event)

    return Session(emit, hurry=hurry, ask=ask, state=STATE)


def cell(
    id: str, title: str, source: str, raises: str | None = None, answers: Iterable[str] = ()
) -> Cell:
    return Cell(id, title, source, raises, tuple(answers))


def seed(number: int) -> None:
    """What is random in a run that begins anew with one more answer shall be what it was."""
    random.seed(number)


def _let_see_before(sleep: Callable[[float], None]) -> Callable[[float], None]:
    """Nothing leaves a worker while it sleeps."""

    @functools.wraps(sleep)
    def seen(seconds: float, /) -> None:
        sys.stdout.flush()
        sleep(seconds)

    return seen


if sys.platform == "emscripten":
    time.sleep = _let_see_before(time.sleep)
STATE = State()
