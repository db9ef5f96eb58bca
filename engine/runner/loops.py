"""Runs coroutines to their end, on CPython and in the page alike: `await` at the top of a block,
and `asyncio.run`."""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any


class _Clock:
    """In place of a selector, which waits for input and output too: a page has none."""

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("every task waits for another: nothing can wake them")
        if timeout > 0:
            time.sleep(timeout)
        return []


class ClockLoop(asyncio.BaseEventLoop):
    """An event loop of tasks and times. The loop of a browser goes on only after Python has come to
    its end; this one runs until its task is done, as a loop on CPython does."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Clock()

    def _process_events(self, events: object) -> None:
        """Nothing: there are no events but times."""

    def _write_to_self(self) -> None:
        """Nothing: no other thread has to be woken."""


class Loop:
    """The loop of a program, made when the first block awaits something; its tasks go on whenever
    a later block does."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> object:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        try:
            return self._loop.run_until_complete(coroutine)
        finally:
            coroutine.close()

    def close(self) -> None:
        """End what still waits, in silence, as the end of a program does."""
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        loop.set_exception_handler(lambda *_: None)
        try:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            if tasks:
                loop.run_until_complete(asyncio.wait(tasks, timeout=0.1))
        except BaseException:  # whatever a task does when it is cancelled
            pass
        finally:
            loop.close()


@contextmanager
def own_loops() -> Iterator[None]:
    """While entered, in a browser, asyncio makes loops that run to the end, and none runs yet: a
    browser's own always does."""
    events: Any = asyncio.events
    saved = events._get_event_loop_policy(), events._get_running_loop(), asyncio.run
    events._set_event_loop_policy(_policy())
    events._set_running_loop(None)
    asyncio.run = asyncio.runners.run
    try:
        yield
    finally:
        events._set_event_loop_policy(saved[0])
        events._set_running_loop(saved[1])
        asyncio.run = saved[2]


def _policy() -> object:
    events: Any = asyncio.events

    class Policy(events._BaseDefaultEventLoopPolicy):  # type: ignore[misc]
        _loop_factory = ClockLoop

    return Policy()
