"""What the worker of a page needs of the runner. Imported once, before any reader's code has run:
what the process is like then is what every fresh run shall find."""

import functools
import sys
import time
from collections.abc import Callable

from .session import Event, Session
from .state import State


def connect(
    stream: Callable[[str, str, int], object],
    other: Callable[[Event], object],
    hurry: Callable[[], object],
    ask: Callable[[], object],
) -> Session:
    """The session of this process. A flood of events is mostly text, which goes to `stream` as
    name, text and how many characters to take back before; see Session for the rest."""

    def emit(event: Event) -> None:
        if event["type"] == "stream":
            stream(event["name"], event["text"], event.get("back", 0))
        else:
            other(event)

    return Session(emit, hurry=hurry, ask=ask, state=STATE)


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
