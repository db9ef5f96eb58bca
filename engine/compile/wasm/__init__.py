"""WebAssembly: an encoder, programs for it, and what runs them. This list is what is public."""

from engine.compile.wasm.compiled import CompiledWasm
from engine.compile.wasm.encoder import Function, module
from engine.compile.wasm.hosts import HostMissingError, host
from engine.compile.wasm.straight import step_functions

__all__ = ["CompiledWasm", "Function", "HostMissingError", "host", "module", "step_functions"]
