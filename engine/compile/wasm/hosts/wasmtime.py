"""Runs a WebAssembly module on CPython, by the optional package wasmtime."""

from array import array
from typing import Any

import wasmtime

from engine.compile.wasm.encoder import PAGE


class Instance:
    """A module at work: its functions, and its memory as float64."""

    LARGE = 4_000  # nodes in straight-line code: compiling it takes more than linear time

    def __init__(self, binary: bytes) -> None:
        self._store = wasmtime.Store()
        compiled = wasmtime.Module(self._store.engine, binary)
        instance = wasmtime.Instance(self._store, compiled, [])
        self._exports: Any = instance.exports(self._store)
        self._memory: Any = self._exports["memory"]
        self._view = self._numbers()
        self._arguments = -1  # where they go, in the memory's numbers, if the module takes them so
        if "arguments" in self._exports:
            self._arguments = int(self.call("arguments")) // 8

    def call(self, name: str, *arguments: float) -> float:
        """Call an exported function; 0.0 if it returns nothing."""
        if arguments and self._arguments >= 0:
            for n, x in enumerate(arguments, self._arguments):
                self._view[n] = x
            result = self._exports[name + " from memory"](self._store)
        else:
            result = self._exports[name](self._store, *arguments)
        return 0.0 if result is None else float(result)

    def reserve(self, size: int) -> None:
        """Let the memory have at least this many bytes."""
        missing = size - self._memory.data_len(self._store)
        if missing > 0:
            self._memory.grow(self._store, -(-missing // PAGE))
            self._view = self._numbers()

    def write(self, address: int, numbers: "array[float]") -> None:
        start = address // 8
        self._view[start : start + len(numbers)] = numbers

    def read(self, address: int, count: int) -> "array[float]":
        start = address // 8
        return array("d", self._view[start : start + count].tobytes())

    def _numbers(self) -> "memoryview[float]":
        """The memory as it is now: growing moves it."""
        return memoryview(self._memory.get_buffer_ptr(self._store)).cast("B").cast("d")
