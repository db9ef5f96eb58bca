"""exp, log, tanh, sin, cos and pow of a module, for a browser to apply and to compare."""

import math
import struct
from functools import cache
from random import Random

from engine.compile.wasm import Function, host, module
from engine.compile.wasm.library import library

ARITY = {"exp": 1, "log": 1, "tanh": 1, "sin": 1, "cos": 1, "pow": 2}
# (module, names, arguments) -> for each function the bits of its results, in hexadecimal
APPLY = """
const [binary, names, columns] = arguments
const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(binary)))
const word = new BigUint64Array(1), number = new Float64Array(word.buffer)
const parse = hex => { word[0] = BigInt("0x" + hex); return number[0] }
const [xs, ys] = columns.map(column => column.map(parse))
return names.map(name => xs.map((x, k) => {
  number[0] = instance.exports[name](x, ys[k])
  return isNaN(number[0]) ? "nan" : word[0].toString(16)
}))
"""


def hexadecimal(x: float) -> str:
    return "nan" if math.isnan(x) else f"{struct.unpack('<Q', struct.pack('<d', x))[0]:x}"


@cache
def case() -> tuple[list[object], list[list[str]]]:
    """What APPLY is given, and what wasmtime says."""
    functions = [
        Function(f"try {name}", "f64 f64", "f64", [],
                 [*(f"local.get {k}" for k in range(arity)), f"call {name}"])
        for name, arity in ARITY.items()
    ]  # fmt: skip
    binary = module(functions, 1, library)
    random = Random(5)
    of_any_size = [struct.unpack("<d", random.randbytes(8))[0] for _ in range(1000)]
    columns = [[x if x == x else 1.0 for x in of_any_size] for _ in range(2)]
    for column in columns:
        column += [random.uniform(-9, 9) for _ in range(1000)]
        column += [0.0, -0.0, math.inf, -math.inf, 1.0, 709.7, -745.1, 5e-324]
    columns[1] = [y if k % 3 else random.uniform(-3, 3) for k, y in enumerate(columns[1])]
    names = [f.name for f in functions]
    instance = host().Instance(binary)
    expected = [
        [hexadecimal(instance.call(name, x, y)) for x, y in zip(*columns, strict=True)]
        for name in names
    ]
    given = [[*binary], names, [[hexadecimal(x) for x in column] for column in columns]]
    return given, expected
