"""Tells whether running code has changed the process that it ran in: then a fresh namespace is not
enough for the next run to be fresh."""

import gc
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

# Modules that change by being used, or belong to the browser.
_OWN = ("__main__", "js", "linecache", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "sys")
# Names in sys that tell of the process: the others change with every run.
_SYS = (
    *("path", "argv", "meta_path", "path_hooks", "excepthook", "unraisablehook", "breakpointhook"),
    *("displayhook", "stdin", "stdout", "stderr", "exit", "getrecursionlimit", "setrecursionlimit"),
    *("dont_write_bytecode", "ps1", "tracebacklimit", "addaudithook", "settrace", "modules"),
)
_MISSING = object()


class State:
    """The state of the process when this was made; of modules that are imported later, as they are
    right after their import."""

    def __init__(self) -> None:
        self._known = set(sys.modules)  # some are there that are no modules
        self._modules: dict[str, ModuleType] = {}
        self._names: dict[str, dict[str, Any]] = {}
        self._classes: dict[type, dict[str, Any]] = {}
        self._inside: list[tuple[Any, Any]] = []  # what the engine's modules hold, and a copy
        for name, module in list(sys.modules.items()):
            self._note(name, module)
        self._watch = _Watch(self._note)
        sys.meta_path.insert(0, self._watch)
        self._probes = _probes()

    def changed(self) -> str:
        """What has changed, in a word for people; empty if nothing has."""
        try:
            return self._changed_probe() or self._changed_module() or self._changed_inside()
        except Exception as trouble:  # whatever a reader has put there
            return type(trouble).__name__

    def close(self) -> None:
        """Stop watching imports."""
        if self._watch in sys.meta_path:
            sys.meta_path.remove(self._watch)

    def _note(self, name: str, module: object) -> None:
        if not isinstance(module, ModuleType) or name in _OWN or name.startswith(_FOREIGN):
            return
        self._modules[name] = module
        self._names[name] = dict(vars(module))
        ours = name.partition(".")[0] == "engine"
        for value in list(vars(module).values()):
            if isinstance(value, type):
                self._classes.setdefault(value, dict(vars(value)))
            elif ours:
                self._note_inside(value)

    def _note_inside(self, value: object) -> None:
        if isinstance(value, dict | list | set):
            self._inside.append((value, value.copy()))
        elif isinstance(value, FunctionType):
            self._inside.append((value, _anatomy(value)))

    def _changed_probe(self) -> str:
        now = _probes()
        return next(
            (name for name, value in now.items() if value != self._probes.get(name, value)), ""
        )

    def _changed_module(self) -> str:
        for name, module in self._modules.items():
            if sys.modules.get(name) is not module:
                return name
            now, then = vars(module), self._names[name]
            if now != then and _differs(now, then, f"{name}."):
                return name
        for name in sys.modules.keys() - self._known - self._modules.keys():
            # Not imported, but put there.
            if getattr(sys.modules[name], "__spec__", None) is None and name not in _OWN:
                return name
        return ""

    def _changed_inside(self) -> str:
        for owner, names in self._classes.items():
            if vars(owner) != names and _differs(vars(owner), names):
                return owner.__qualname__
        for value, before in self._inside:
            now = _anatomy(value) if isinstance(value, FunctionType) else value
            if now != before:
                return getattr(value, "__name__", "engine")
        return ""


_FOREIGN = (
    *("pyodide.", "_pyodide."),
    *("_pytest", "pytest", "pluggy", "hypothesis", "execnet", "xdist", "sybil", "tests", "scripts"),
)
# What goes on changing: notes of Python and asyncio, the count of the engine's graphs; and where
# this very note is kept.
_NOTED = (
    "STATE",
    "__warningregistry__",
    "__annotations__",
    "__annotations_cache__",
    "_",
    "epochs",
    "_event_loop_policy",
)


def _differs(now: Mapping[str, Any], then: Mapping[str, Any], inner: str = "") -> bool:
    """Whether names are others than they were. Private counters are no such names, nor is a module
    below (`inner` and its name) that was imported since."""
    for name in now.keys() | then.keys():
        value, before = now.get(name, _MISSING), then.get(name, _MISSING)
        if value is before or name in _NOTED:
            continue
        if before is _MISSING and (name.startswith("__") or value is sys.modules.get(inner + name)):
            continue
        if not (name.startswith("_") and type(value) is type(before) is int):
            return True
    return False


def _anatomy(function: FunctionType) -> tuple[object, ...]:
    inner = function.__code__, function.__defaults__, function.__kwdefaults__
    return (*inner, dict(function.__dict__))


def _probes() -> dict[str, object]:
    """What can be asked for cheaply, by what it is called."""
    found: dict[str, object] = {
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_debug(), len(gc.callbacks)),
        "environment": dict(os.environ),
        "trace": (sys.gettrace(), sys.getprofile()),
        "files": _files(),
    }
    for name in _SYS:
        value = getattr(sys, name, _MISSING)
        found[f"sys.{name}"] = list(value) if isinstance(value, list) else _Same(value)
    for name, probe in _PROBES.items():
        if name in sys.modules:
            found[name] = probe(sys.modules[name])
    return found


class _Same:
    """Compares by identity."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other._value is self._value

    __hash__ = None  # type: ignore[assignment]


def _files() -> object:
    """In the page, where the file system is the program's alone: what lies in the usual places."""
    if sys.platform != "emscripten":
        return None
    listed = {}
    for folder in ("/", "/home", "/tmp", os.path.expanduser("~")):
        with os.scandir(folder) as entries:
            listed[folder] = sorted(entry.name for entry in entries)
    return os.getcwd(), listed


def _logging(logging: Any) -> object:
    root = logging.root
    loggers = {
        name: (log.level, log.propagate, log.disabled, log.handlers[:], log.filters[:])
        for name, log in root.manager.loggerDict.items()
        if isinstance(log, logging.Logger)
        and (log.handlers or log.level or log.filters or not log.propagate or log.disabled)
    }
    names = dict(logging._nameToLevel), logging._loggerClass
    return root.handlers[:], root.level, root.filters[:], root.manager.disable, loggers, names


def _threads(threading: Any) -> object:
    return threading.gettrace(), threading.getprofile(), threading.excepthook


def _signals(signal: Any) -> object:
    names = ("SIGINT", "SIGTERM", "SIGALRM", "SIGUSR1")
    return [signal.getsignal(getattr(signal, name)) for name in names if hasattr(signal, name)]


_PROBES: dict[str, Callable[[Any], object]] = {
    "copyreg": lambda copyreg: dict(copyreg.dispatch_table),
    "locale": lambda locale: locale.setlocale(locale.LC_ALL),
    "logging": _logging,
    "signal": _signals,
    "threading": _threads,
    "tracemalloc": lambda tracemalloc: tracemalloc.is_tracing(),
}


class _Watch(importlib.abc.MetaPathFinder):
    """Finds nothing itself, but sees each module as it is once it has been imported."""

    def __init__(self, note: Callable[[str, object], None]) -> None:
        self._note = note

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        for finder in _after(self):
            find = getattr(finder, "find_spec", None)
            spec: importlib.machinery.ModuleSpec | None = find and find(fullname, path, target)
            if spec is None:
                continue
            if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                spec.loader = _Loader(spec.loader, self._note)  # type: ignore[assignment]
            return spec
        return None

    def invalidate_caches(self) -> None:
        """Nothing is cached."""


def _after(finder: object) -> Iterable[Any]:
    finders = list(sys.meta_path)
    return finders[finders.index(finder) + 1 :] if finder in finders else []


class _Loader:
    """A module's loader while it loads."""

    def __init__(self, loader: Any, note: Callable[[str, object], None]) -> None:
        self._loader = loader
        self._note = note

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        create = getattr(self._loader, "create_module", None)
        made: ModuleType | None = create and create(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        # From here on, nobody sees that it was watched.
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._note(module.__name__, module)
