"""A page is a process: its snippets run in a fresh interpreter, in an empty working folder, within
a time limit, so that no page depends on another, on this machine, or on when it ran.

A new interpreter takes some 50 ms, less than a page's own work; a fork server would save most of
it, for a second kind of interpreter to keep right.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.runner import Cell, Event

from .paths import ROOT

CHILD = Path(__file__).with_name("child.py")
_GRACE = 5.0  # seconds after which an interpreter that did not end itself is killed
_FRAME = re.compile(r'^  File "(?P<name>.*)", line (?P<line>\d+) in ', re.MULTILINE)
# What an interpreter may need to start; whatever else is set on this machine, no page sees.
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class World:
    """What varies from one machine and run to another. What a page shows is the same in all."""

    seed: int
    zone: str
    shifted: bool = False  # another year, other addresses


HOME = World(0, "UTC")
# 26 hours lie between the two zones' clocks: no date is the same in both.
WORLDS = (World(0, "UTC+12"), World(1, "UTC-14", shifted=True))


@dataclass(frozen=True)
class Ran:
    """What became of a run: what it showed, or why the interpreter is no more."""

    events: tuple[Event, ...] = ()
    ended_well: bool = True  # no error but those meant
    seconds: float = 0.0
    steps: int = 0  # that the last cell took, if they were counted
    stray: str = ""  # what was written past sys.stdout and sys.stderr
    death: str = ""  # why there is no answer, as the end of a sentence that begins with the block
    frames: tuple[tuple[str, int], ...] = ()  # (file name, line) at that moment, innermost first


class PageProcess:
    """An interpreter for the cells of one page; ended by close(), and when it is forgotten."""

    def __init__(self, world: World = HOME, *, rewinds: bool = False) -> None:
        self._folder = TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True)
        place = Path(self._folder.name)
        work = place / "work"
        work.mkdir()
        self._report, self._stray = place / "report", place / "stray"
        self._told = 0  # bytes of `stray`
        shifted, rewinding = "shifted" * world.shifted, "rewinds" * rewinds
        with self._report.open("wb") as report:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", CHILD, ROOT, self._stray, shifted, rewinding],
                cwd=work,
                env=_environ(world, work),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=report,
                encoding="utf-8",
                start_new_session=True,
            )
        self.close = weakref.finalize(self, _close, self._process, self._folder)

    def run(
        self, cells: Sequence[Cell], limit: float, check: Cell | None = None, steps: int = 0
    ) -> Ran:
        """Run the cells as Session.run does, at most for `limit` seconds; with a check, the last
        of them for at most so many steps, see Budget."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"cells": [asdict(cell) for cell in cells], "limit": limit}
        if check:
            request |= {"check": asdict(check), "steps": steps}
        overdue = threading.Timer(limit + _GRACE, _kill, [self._process])
        overdue.start()
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        except OSError:  # it has ended
            answer = ""
        finally:
            late = not overdue.is_alive()
            overdue.cancel()
        if not answer.endswith("\n"):
            return self._dead(limit, late)
        return Ran(**json.loads(answer), stray=self._new_stray())

    def _new_stray(self) -> str:
        with self._stray.open("rb") as file:
            file.seek(self._told)
            new = file.read(1000)
            self._told = file.seek(0, os.SEEK_END)
        return new.decode("utf-8", "replace")

    def _dead(self, limit: float, late: bool) -> Ran:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE)
        _kill(self._process)
        code = self._process.wait()
        report = self._report.read_text("utf-8", "replace")
        frames = tuple((found["name"], int(found["line"])) for found in _FRAME.finditer(report))
        if late or report.startswith("Timeout"):
            death = (
                f"did not end within {limit:g} s: make its work smaller, or give its fence "
                f"limit={2 * limit:g}"
            )
        elif report.startswith("Flood"):
            death = "shows more than a page can: print less, or cut what is printed"
        elif code < 0:
            death = f"ended Python by {_signal_name(-code)}: a block must come to its end"
        else:
            last = report.strip().rpartition("\n")[2]
            why = f", {last}" if last else ""
            death = f"ended Python (exit code {code}{why}): a block must come to its end"
        return Ran(ended_well=False, death=death, frames=frames)


def _environ(world: World, home: Path) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed_on,
        "HOME": str(home),
        "TMPDIR": str(home.parent),
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": str(world.seed),
        "TZ": world.zone,
    }


def _kill(process: "subprocess.Popen[str]") -> None:
    """End it, and what it has started."""
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _close(process: "subprocess.Popen[str]", folder: "TemporaryDirectory[str]") -> None:
    if process.returncode is None:  # else its number may be another's by now
        _kill(process)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        with suppress(OSError):
            pipe.close()
    folder.cleanup()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
