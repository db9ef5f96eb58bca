"""Expressions as WebAssembly: operands are pushed, operations take them from the stack.

Where the interpreter raises (1/0, log(0), (-1)**0.5) it gives what IEEE 754 says: inf, -inf, nan.
"""

from collections.abc import Callable, Iterable

from engine.compile.expressions import ATOMS, Expr
from engine.compile.wasm.encoder import Function, Import

_CODE = {
    "+": "f64.add", "-": "f64.sub", "*": "f64.mul", "/": "f64.div", "neg": "f64.neg",
    "<": "f64.lt", "<=": "f64.le", ">": "f64.gt", ">=": "f64.ge", "==": "f64.eq", "!=": "f64.ne",
    "exp": "call exp", "log": "call log", "tanh": "call tanh", "sin": "call sin",
    "cos": "call cos", "**": "call pow", "place": "call place",
}  # fmt: skip
_HOST = {"sin": "f64", "cos": "f64"}

Load = Callable[[Expr], list[str]]  # how to push an atom


def lines(text: str) -> list[str]:
    """The instructions of a text: one a line, or several with two spaces between them."""
    return [part.strip() for line in text.splitlines() for part in line.split("  ") if part.strip()]


def push(expr: Expr, load: Load) -> list[str]:
    """The instructions that leave the value of an expression on the stack."""
    out: list[str] = []
    stack: list[Expr | str] = [expr]
    while stack:  # strings are instructions whose operands have been pushed
        e = stack.pop()
        if isinstance(e, str):
            out.append(e)
        elif e[0] == "c":
            out.append(f"f64.const {e[1]!r}")
        elif e[0] in ATOMS:
            out += load(e)
        elif e[0] == "where":  # "select" wants the condition last
            stack += ["select", e[1], e[3], e[2]]
        else:
            stack += [_CODE[e[0]], *reversed(e[1:])]
    return out


def imports(functions: Iterable[Function]) -> list[Import]:
    """What the host has to provide."""
    called = {name for f in functions for name in f.calls()}
    return [Import(name, kinds, "f64") for name, kinds in _HOST.items() if name in called]
