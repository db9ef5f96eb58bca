"""The one interpreter that there is inside Pyodide, where no page can have its own.

Before each page it is set back: the working folder (a new, empty one), the variables of the
environment, import path and arguments, what modules hold (every name of every module, the engine's
and builtins among them), modules that a page imported first, logging, the decimal context, seeds,
the locale, hooks of tracing and of the collector. It cannot set back what lies inside objects (an
attribute of a class of the standard library, an item of a dictionary in a module), what compiled
modules keep to themselves, or threads; and there is no time limit. On CPython a page has a process
of its own, where none of this can matter.
"""

import builtins
import gc
import logging
import os
import random
import sys
from collections.abc import Sequence
from tempfile import TemporaryDirectory
from time import perf_counter
from types import ModuleType
from typing import Any

from engine.runner import Cell, Event, Session

from .budget import run_counted
from .process import Ran

NOT_SET_BACK = (
    "One interpreter ran all pages. It was set back before each, but for what lies inside objects, "
    "in compiled modules and in threads; there was no time limit."
)
# What tells of the tests themselves, or is Python's own state, and goes on changing.
_KEPT = ("sys", "gc", "linecache", "_pytest", "pytest", "pluggy", "sybil", "scripts", "tests")


class _Running:
    """Runs cells in a session of its own."""

    def __init__(self, *, rewinds: bool) -> None:
        self._events: list[Event] = []
        self._session = Session(self._events.append, rewinds=rewinds)

    def run(
        self, cells: Sequence[Cell], limit: float, check: Cell | None = None, steps: int = 0
    ) -> Ran:
        self._events.clear()
        start = perf_counter()
        if check:
            ended_well, steps = run_counted(self._session, cells, check, steps)
        else:
            ended_well = self._session.run(cells)
        return Ran(tuple(self._events), ended_well, perf_counter() - start, steps)

    def close(self) -> None:
        """Nothing: what it holds goes with it."""


class SharedInterpreter(_Running):
    """Runs one page's cells; another's must not run before it is closed."""

    def __init__(self) -> None:
        self._before = _State()
        self._folder = TemporaryDirectory(prefix="page-")
        os.chdir(self._folder.name)
        self._before.make_fresh()
        super().__init__(rewinds=False)

    def beside(self) -> "_Running":
        """Another session in the same interpreter, for the answers to exercises."""
        return _Running(rewinds=True)

    def close(self) -> None:
        self._before.restore()
        self._folder.cleanup()


class _State:
    """What a page may change, as it was when this was made."""

    def __init__(self) -> None:
        self._folder = os.getcwd()
        self._environ = dict(os.environ)
        self._modules = dict(sys.modules)
        self._names = {
            name: (module, dict(vars(module)))
            for name, module in self._modules.items()
            if isinstance(module, ModuleType) and name.partition(".")[0] not in _KEPT
        }
        self._lists: list[tuple[list[Any], list[Any]]] = [
            (values, list(values)) for values in (sys.path, sys.argv, sys.meta_path)
        ]
        self._hooks = {
            name: getattr(sys, name)
            for name in ("excepthook", "unraisablehook", "displayhook", "breakpointhook")
        }
        root = logging.getLogger()
        self._logging = (
            root.handlers[:],
            root.level,
            root.filters[:],
            logging.root.manager.disable,
        )
        self._random = random.getstate()
        self._collector = gc.get_threshold(), gc.isenabled()

    def make_fresh(self) -> None:
        """As a new process would be, without what the tests have set."""
        root = logging.getLogger()
        root.handlers, root.filters = [], []
        root.setLevel(logging.WARNING)
        sys.unraisablehook = sys.__unraisablehook__
        random.seed()

    def restore(self) -> None:
        sys.settrace(None)
        sys.setprofile(None)
        if "decimal" in sys.modules:
            decimal = sys.modules["decimal"]
            decimal.setcontext(decimal.Context(prec=28))
        if "locale" in sys.modules:
            locale = sys.modules["locale"]
            locale.setlocale(locale.LC_ALL, "C")
        for name in set(sys.modules) - set(self._modules):
            if name.partition(".")[0] not in _KEPT and _is_plain(sys.modules[name]):
                del sys.modules[name]
        sys.modules.update(self._modules)
        for module, names in self._names.values():
            _set_names(module, names)
        for values, before in self._lists:
            values[:] = before
        for name, hook in self._hooks.items():
            setattr(sys, name, hook)
        root = logging.getLogger()
        root.handlers, level, root.filters, logging.root.manager.disable = self._logging
        root.setLevel(level)
        random.setstate(self._random)
        gc.set_threshold(*self._collector[0])
        (gc.enable if self._collector[1] else gc.disable)()
        for name in set(os.environ) - set(self._environ):
            del os.environ[name]
        os.environ.update(self._environ)
        os.chdir(self._folder)


def _is_plain(module: Any) -> bool:
    """Whether a module can be imported anew: compiled ones keep their state."""
    return bool(getattr(module, "__file__", None))


def _set_names(module: ModuleType, names: dict[str, Any]) -> None:
    now = vars(module)
    if now.items() == names.items():
        return
    for name in [name for name in now if name not in names and module is not builtins]:
        del now[name]
    now.update(names)
