"""Becomes sitecustomize in the archive that Pyodide boots from, which holds only the part of the
standard library that a boot and the engine import. The rest is one download, made when one of its
modules is first imported: appended to the archive, it completes it."""

import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from zipimport import zipimporter

REST = "stdlib-rest.bin"  # what the archive lacks, and the directory of all


class NotYetHere(BaseException):
    """The rest is to be fetched first: who imports it is to end, and to begin anew."""


def _read_rest() -> bytes:
    import pyodide_js

    config = pyodide_js._api.config
    if hasattr(config, "readRest"):  # see docs/assets/js/worker/late.js
        rest = config.readRest()
        if rest is None:
            raise NotYetHere
    else:  # Node
        from pyodide.code import run_js

        # A Node Buffer cannot enter Python as it is.
        read = "(path) => new Uint8Array(process.getBuiltinModule('fs').readFileSync(path))"
        rest = run_js(read)(config.indexURL + REST)
    content: bytes = rest.to_bytes()
    return content


def _complete(archive: str) -> None:
    rest = _read_rest()
    with open(archive, "r+b") as file:
        # The archive ends with the offset of its directory and the length of a comment that it
        # has not. The rest begins where that directory does, and brings the whole one.
        file.seek(-6, 2)
        file.seek(int.from_bytes(file.read(4), "little"))
        file.write(rest)
    importer = sys.path_importer_cache[archive]
    assert isinstance(importer, zipimporter)
    importer.invalidate_caches()


class LateStdlib:
    """Finder of the modules in the rest. It leaves sys.meta_path when it has done its work."""

    def __init__(self, modules: frozenset[str]) -> None:
        self.modules = modules

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self.modules:
            return None
        try:
            _complete("/lib/python{}{}.zip".format(*sys.version_info))
        except Exception as error:
            raise ImportError(
                f"{name} is in the part of the standard library that is loaded when first needed, "
                f"and loading it failed. Check the connection and run again. ({error})",
                name=name,
            ) from None
        sys.meta_path.remove(self)
        return PathFinder.find_spec(name, path, target)


def concerns(sources: Iterable[str]) -> bool:
    """Whether an import statement in these sources names a module of the rest, and that is still
    to be fetched."""
    finders = [finder for finder in sys.meta_path if isinstance(finder, LateStdlib)]
    return any(finder.modules & _imported(source) for finder in finders for source in sources)


def _imported(source: str) -> set[str]:
    """What the import statements of a source name, and the packages that lead there."""
    import ast

    try:
        statements = list(ast.walk(ast.parse(source)))
    except Exception:  # running it will say what is wrong
        return set()
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            names |= {f"{statement.module}.{alias.name}" for alias in statement.names}
    return {name.rsplit(".", up)[0] for name in names for up in range(name.count(".") + 1)}
