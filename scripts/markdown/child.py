"""The interpreter of one page, a program of its own: python -P child.py ROOT STRAY SHIFTED REWINDS.

Reads requests, JSON lines of cells and a time limit, from standard input, and answers each with
what the session showed. Standard error is a file: what ended Python is described there, with the
lines, even when Python itself cannot say it any more. The page's code has none of the three: what
it writes past Python's own streams goes to the file STRAY. Started by process.py, which knows why.
"""

import faulthandler
import json
import os
import sys
from importlib.abc import MetaPathFinder
from time import perf_counter
from typing import Any, NoReturn

FLOOD = 1_000_000  # characters; several times what a page may record, and a reader's page shows
MEMORY = 4 << 30  # bytes, as in a browser
_IMPORTABLE = {*sys.stdlib_module_names, "engine", "wasmtime"}


class _OnlyWhatReadersHave(MetaPathFinder):
    """Refuses the packages that are on this machine for the site's and the tests' sake. Wasmtime
    stands for the browser's WebAssembly."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        name = fullname.partition(".")[0]
        if name not in _IMPORTABLE:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class _Events:
    """What the session emits. An update takes the place of what it updates, so that a long run of
    them does not add up; whatever else adds up without end is stopped."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.all: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}
        self._size = 0

    def add(self, event: dict[str, Any]) -> None:
        name: str | None = event.get("id")
        if name is not None and event["update"]:
            place = self._places[name]
            self._size -= _size(self.all[place])
            self.all[place] = {**event, "update": False}
        else:
            if name is not None:
                self._places[name] = len(self.all)
            self.all.append(event)
        self._size += _size(event)
        if self._size > FLOOD:
            _end("Flood")


def _size(event: dict[str, Any]) -> int:
    shown = event.get("data", event)
    return 20 + sum(len(value) for value in shown.values() if isinstance(value, str))


def _end(why: str) -> NoReturn:
    """End here, and say where that is."""
    os.write(_report, f"{why}\n".encode())
    faulthandler.dump_traceback(_report)
    os._exit(1)


def _shift_the_world() -> None:
    """Change what a page's output must not depend on: where objects lie in memory, and the time,
    by more than a year. (The caller has changed the seed of hashes, the folder and the zone.)"""
    import time

    later = 400.0 * 24 * 3600
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + later
    time.time_ns = lambda: now_ns() + int(later * 1e9)
    for name in ("gmtime", "localtime", "ctime"):
        original = getattr(time, name)
        setattr(time, name, lambda secs=None, f=original: f(time.time() if secs is None else secs))
    strftime, asctime = time.strftime, time.asctime
    time.strftime = lambda form, t=None: strftime(form, time.localtime() if t is None else t)
    time.asctime = lambda t=None: asctime(time.localtime() if t is None else t)
    sys.modules["_datetime"] = None  # type: ignore[assignment]  # then datetime asks time.time
    _shifted.extend(bytearray(size) for size in range(0, 1024, 8) for _ in range(40))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    # Not the address space, of which WebAssembly's runtime reserves more than there is memory.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


_shifted: list[bytearray] = []
_report = os.dup(2)


def main(root: str, stray: str, shifted: str, rewinds: str) -> None:
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    beside = os.open(stray, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for descriptor, target in ((nothing, 0), (beside, 1), (beside, 2)):
        os.dup2(descriptor, target)
    faulthandler.enable(_report)
    sys.path.append(root)
    if shifted == "shifted":
        _shift_the_world()
    from engine.runner import Cell, Session
    from scripts.markdown.budget import run_counted

    for name in [name for name in sys.modules if name.partition(".")[0] == "scripts"]:
        del sys.modules[name]  # no page can import it
    _limit_memory()
    sys.argv[:] = [""]
    sys.meta_path.insert(0, _OnlyWhatReadersHave())
    events, process = _Events(), os.getpid()
    session = Session(events.add, rewinds=rewinds == "rewinds")
    for request in requests:
        task = json.loads(request)
        events.clear()
        faulthandler.dump_traceback_later(task["limit"], exit=True, file=_report)
        start = perf_counter()
        cells, steps = [Cell(**cell) for cell in task["cells"]], 0
        if "check" in task:
            check = Cell(**task["check"])
            ended_well, steps = run_counted(session, cells, check, task["steps"])
        else:
            ended_well = session.run(cells)
        seconds = perf_counter() - start
        if os.getpid() != process:  # a fork that the page has made: the answer is not its to give
            os._exit(0)
        faulthandler.cancel_dump_traceback_later()
        answer = {
            "events": events.all,
            "ended_well": ended_well,
            "seconds": seconds,
            "steps": steps,
        }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
