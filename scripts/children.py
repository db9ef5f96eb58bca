"""The commands' children: none outlives the command that started it."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

_SECONDS = 10.0  # that a child has to end by itself
_running: set[subprocess.Popen[Any]] = set()


def start(command: Sequence[str | Path], **options: Any) -> subprocess.Popen[Any]:
    """Start a child, as subprocess.Popen does; `ended` waits for it."""
    process = subprocess.Popen([str(part) for part in command], **options)
    _running.add(process)
    return process


def ended(process: subprocess.Popen[Any], seconds: float | None = None) -> int:
    """Wait for a child; its exit code. Raises subprocess.TimeoutExpired after `seconds`."""
    try:
        code = process.wait(seconds)
    except KeyboardInterrupt:  # which the child gets too: it may have something to say
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(_SECONDS)
        raise
    _running.discard(process)
    return code


def end_all() -> None:
    """End the children that still run, gently if they can be."""
    while _running:
        process = _running.pop()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def end_when_told() -> None:
    """Let the signals that end a program end its children too (see end_all)."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
