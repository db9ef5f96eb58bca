"""Runs a WebAssembly module in the JavaScript host of Pyodide: a page's worker, or Node."""

from array import array
from typing import Any

import js
from pyodide.ffi import to_js

from engine.compile.wasm.encoder import PAGE


class Instance:
    """A module at work: its functions, and its memory as float64."""

    LARGE = 20_000  # nodes in straight-line code: engines refuse functions of 50,000 locals

    def __init__(self, binary: bytes) -> None:
        compiled = js.WebAssembly.Module.new(to_js(binary))
        self._exports: Any = js.WebAssembly.Instance.new(compiled).exports
        self._functions: dict[str, Any] = {}

    def call(self, name: str, *arguments: float) -> float:
        """Call an exported function; 0.0 if it returns nothing."""
        function = self._functions.get(name)
        if function is None:
            function = self._functions[name] = getattr(self._exports, name)
        result = function(*arguments)
        return 0.0 if result is None else float(result)

    def reserve(self, size: int) -> None:
        """Let the memory have at least this many bytes."""
        missing = size - self._exports.memory.buffer.byteLength
        if missing > 0:
            self._exports.memory.grow(-(-missing // PAGE))

    def write(self, address: int, numbers: "array[float]") -> None:
        self._view(address, len(numbers)).assign(numbers)

    def read(self, address: int, count: int) -> "array[float]":
        numbers = array("d", bytes(8 * count))
        self._view(address, count).assign_to(numbers)
        return numbers

    def _view(self, address: int, count: int) -> Any:
        # Made anew each time: growing a memory detaches the views of it.
        return js.Float64Array.new(self._exports.memory.buffer, address, count)
