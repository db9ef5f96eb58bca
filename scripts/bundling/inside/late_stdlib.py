"""Becomes sitecustomize in the archive that Pyodide boots from, which holds only the part of the
standard library that a boot and the engine import. The rest is one download, made when one of its
modules is first imported: appended to the archive, it completes it."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from zipimport import zipimporter

REST = "stdlib-rest.bin"  # what the archive lacks, and the directory of all


def _read_rest() -> bytes:
    import js
    import pyodide_js
    from pyodide.code import run_js

    address = pyodide_js._api.config.indexURL + REST
    if not hasattr(js, "XMLHttpRequest"):  # Node
        # A Node Buffer cannot enter Python as it is.
        read = "(path) => new Uint8Array(process.getBuiltinModule('fs').readFileSync(path))"
        content: bytes = run_js(read)(address).to_bytes()
        return content
    request = js.XMLHttpRequest.new()
    request.open("GET", address, False)  # an import cannot wait for a promise
    request.responseType = "arraybuffer"
    request.send()
    if request.status != 200:
        raise OSError(f"{REST}: status {request.status}")
    response: bytes = request.response.to_bytes()
    return response


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
