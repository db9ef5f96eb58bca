"""Completes names in the editor of a block, and tells what a name is."""

import ast
import builtins
import importlib
import inspect
import keyword
import pkgutil
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Any

from .hints import names_bound

_LIMIT = 200  # suggestions
_MISSING = object()


def complete(text: str, scope: Mapping[str, object]) -> list[dict[str, str]]:
    """What may come at the end of `text`, code up to the cursor: `{"label", "type"}`, `type` as
    CodeMirror has it. Names without an underscore in front come first."""
    line = text[text.rfind("\n") + 1 :]
    if "#" in line and "'" not in line and '"' not in line:
        return []  # a comment
    if imported := _import_written(line):
        package, last = imported
        if package is None:
            return _modules(last)
        module = _import(package)
        return _listed(last, _members(module)) if module else []
    owner, _, start = _written_last(line).rpartition(".")
    if owner:
        value = _resolve(owner, scope)
        unknown = value is _MISSING or isinstance(value, property)
        return [] if unknown else _listed(start, _members(value))
    if not start or start[0].isdecimal():
        return []
    names = {**vars(builtins), **scope}
    return _listed(start, names, keyword.kwlist)


def _written_last(line: str) -> str:
    """The dotted name at the end of a line. (A pattern would try each place of a long line.)"""
    start = len(line)
    while start and (line[start - 1].isalnum() or line[start - 1] in "_."):
        start -= 1
    return line[start:]


def _import_written(line: str) -> tuple[str | None, str] | None:
    """Of a line that is an import so far: whose names it imports, None if modules, and the
    beginning of the last name."""
    keyword, *more = line.split(maxsplit=1)[:2] or [""]
    if keyword not in ("import", "from") or (line.endswith(keyword) and not more):
        return None
    rest = more[0] if more else ""
    package, found, names = rest.partition(" import ") if keyword == "from" else (None, "", rest)
    if package is not None and not found:
        package, names = None, rest
    last = names.rpartition(",")[2].lstrip().removeprefix("(").lstrip()
    if _written_last(last) != last or (package is not None and "." in last):
        return None
    return package if package is None else package.strip(), last


def describe(name: str, scope: Mapping[str, object]) -> dict[str, str] | None:
    """What a dotted name stands for: `{"title", "text"}`, its signature or value and its
    docstring; None if that cannot be told without running code."""
    value = _resolve(name, {**vars(builtins), **scope})
    if value is _MISSING:
        return None
    text = ""
    if callable(value) or isinstance(value, types.ModuleType | property):
        text = inspect.getdoc(value) or ""
    return {"title": _title(name, value), "text": text}


def scope_of(sources: Iterable[str], namespace: Mapping[str, object]) -> dict[str, Any]:
    """The names that blocks give, those of `namespace` with their values. Where it lacks them, the
    blocks were not run: then what they import is there all the same."""
    scope: dict[str, Any] = {}
    for source in sources:
        scope.update(dict.fromkeys(names_bound(source), _MISSING))
        scope.update(_imported(source))
    scope.update(namespace)
    return {name: value for name, value in scope.items() if not name.startswith("__")}


def _imported(source: str) -> dict[str, Any]:
    """What the top-level imports of a block bind."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    names: dict[str, Any] = {}
    for statement in body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if module := _import(alias.name):
                    first = alias.name.partition(".")[0]
                    names[alias.asname or first] = module if alias.asname else sys.modules[first]
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            module = _import(statement.module or "")
            for alias in statement.names:
                names[alias.asname or alias.name] = getattr(module, alias.name, _MISSING)
    return names


def _resolve(name: str, scope: Mapping[str, object]) -> object:
    """The value of a dotted name, found without running any code of a property."""
    first, *rest = name.split(".")
    value = scope.get(first, _MISSING)
    for part in rest:
        if value is _MISSING:
            break
        found = inspect.getattr_static(value, part, _MISSING)
        if isinstance(found, types.MemberDescriptorType):  # a slot
            found = getattr(value, part, _MISSING)
        elif isinstance(found, property):
            found = _MISSING if part != rest[-1] else found
        elif isinstance(found, staticmethod | classmethod):
            found = found.__func__
        value = found
    return value


def _members(value: object) -> dict[str, object]:
    try:
        names = dir(value)
    except Exception:  # a reader's __dir__ may be anything
        return {}
    return {name: inspect.getattr_static(value, name, _MISSING) for name in names}


def _modules(start: str) -> list[dict[str, str]]:
    package, _, last = start.rpartition(".")
    if not package:
        return _listed(last, dict.fromkeys([*sys.stdlib_module_names, "engine"], sys))
    module = _import(package)
    path = getattr(module, "__path__", [])
    return _listed(last, {info.name: sys for info in pkgutil.iter_modules(path)})


def _import(name: str) -> types.ModuleType | None:
    """A module that can be had without a download, which no one has asked for."""
    near = name.partition(".")[0] == "engine" or name in sys.builtin_module_names
    if name not in sys.modules and not near:
        return None
    try:
        return importlib.import_module(name)
    except Exception:
        return None


def _listed(
    start: str, names: Mapping[str, object], keywords: Iterable[str] = ()
) -> list[dict[str, str]]:
    kinds = {name: _kind(value) for name, value in names.items()}
    kinds.update(dict.fromkeys(keywords, "keyword"))
    fitting = [
        name
        for name in kinds
        if name.lower().startswith(start.lower()) and (start or not name.startswith("_"))
    ]
    fitting.sort(key=lambda name: (name.startswith("_"), name))
    return [{"label": name, "type": kinds[name]} for name in fitting[:_LIMIT]]


def _kind(value: object) -> str:
    if isinstance(value, type):
        return "class"
    if isinstance(value, types.ModuleType):
        return "namespace"
    if isinstance(value, property | types.MemberDescriptorType):
        return "property"
    if callable(value) or isinstance(value, staticmethod | classmethod):
        return "function"
    return "variable"


def _title(name: str, value: object) -> str:
    if isinstance(value, types.ModuleType):
        return f"module {value.__name__}"
    if isinstance(value, property):
        return f"{name}: property"
    if callable(value):
        try:
            return f"{name}{inspect.signature(value)}"
        except (TypeError, ValueError):
            return f"{name}(…)"
    return f"{name}: {type(value).__name__}"
