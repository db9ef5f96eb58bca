"""What runs a WebAssembly module: JavaScript where there is some, else the package wasmtime."""

import importlib
import importlib.util
import sys
from typing import Any


class HostMissingError(RuntimeError):
    """This Python has nothing to run WebAssembly with."""


def host() -> Any:
    """The module of the host at hand, with its class Instance."""
    if sys.platform == "emscripten":
        return importlib.import_module("engine.compile.wasm.hosts.javascript")
    if importlib.util.find_spec("wasmtime"):
        return importlib.import_module("engine.compile.wasm.hosts.wasmtime")
    raise HostMissingError(
        "no WebAssembly host: pip install 'deep-learning-engine[wasm]', "
        'or compile with backend="python"'
    )
