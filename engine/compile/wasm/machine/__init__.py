"""A machine in WebAssembly that runs rolled programs: one instruction does a whole loop of nodes.

`module` lays out the program and the memory; `kinds` says what instructions there are, `dispatch`
reads them, `going_forward` and `going_back` do what they say.
"""

from engine.compile.wasm.machine.module import machine_code

__all__ = ["machine_code"]
