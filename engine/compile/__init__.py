"""Compiles a recorded loss: to Python source, or to WebAssembly.

    loss = …                                    # of one sample, recorded on a Graph or a Tracer
    run = compile_loss(loss, parameters, inputs, targets, backend="wasm")
    mean_loss, gradient = run(w, x, y)          # flat buffers of float64, for a batch of samples
    losses = run.train(w, x, y, rates)          # len(rates) steps in one call
    load(parameters, w)                         # engine.load: back into the Values

The way: `lower` takes from the tape what the loss needs, `build` makes statements of it, and
`python_source` or `straight_line` code of those. For what is too large for that, `roll` finds the
loops, and a machine runs them. Each of them prints itself: Lowered, Statements, Rolled, the source,
the functions of a module.
"""

from collections.abc import Callable, Sequence

from engine.compile.build import build
from engine.compile.compiled import Compiled, CompiledPython
from engine.compile.expanded import expanded
from engine.compile.lowered import Lowered, lower
from engine.compile.python_source import python_source
from engine.compile.rolled import Rolled, roll
from engine.compile.sequence import CompiledSequence, Memory, compile_sequence
from engine.compile.tracer import TraceError, Tracer
from engine.compile.wasm import CompiledWasm, HostMissingError
from engine.graph import Value

__all__ = [
    "Compiled",
    "CompiledPython",
    "CompiledSequence",
    "CompiledWasm",
    "HostMissingError",
    "Lowered",
    "Memory",
    "Rolled",
    "TraceError",
    "Tracer",
    "build",
    "compile_loss",
    "compile_sequence",
    "expanded",
    "lower",
    "python_source",
    "roll",
]


def compile_loss(
    loss: Value,
    parameters: Sequence[Value],
    inputs: Sequence[Value] = (),
    targets: Sequence[Value] = (),
    backend: str = "python",
) -> Compiled:
    """Compile the loss of one sample, and its gradient by each parameter.

    Every leaf that the loss uses has to be given, in the order of the buffers to come; numbers in
    the formula stay numbers.

    One policy for what is not finite, whatever runs it: what the interpreter says. Compiled code
    goes by IEEE 754, in one sweep; where its loss or a gradient is then infinite or nan, or Python
    raises, the batch is computed again node by node. So 1/0, the log of a number <= 0 and a place
    that is none raise, and name the node; overflow gives inf; and a gradient of 0 passes nothing
    on, even to what is infinite. Only what was undefined and then became finite, as in
    tanh(log(0)), goes unnoticed in WebAssembly. exp, log, tanh, sin, cos and powers are right to
    one unit in the last place there, and may differ by it from Python's.

    Backends: "python", and "wasm", which needs a page, Node or the
    package wasmtime. A loss recorded on a Tracer cannot have a number built in unnoticed.

    >>> g = Tracer()
    >>> w, x = g.leaves(2)
    >>> run = compile_loss((w * x - 1.0) ** 2, [w], [x])
    >>> run([3.0], [2.0])
    (25.0, array('d', [20.0]))
    """
    backends: dict[str, Callable[[Lowered], Compiled]] = {
        "python": CompiledPython,
        "wasm": CompiledWasm,
    }
    if backend not in backends:
        raise ValueError(f"there is no backend {backend!r}: use {' or '.join(backends)}")
    return backends[backend](lower(loss, parameters, inputs, targets))
