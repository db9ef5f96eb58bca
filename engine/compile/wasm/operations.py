"""Expressions as WebAssembly: operands are pushed, operations take them from the stack.

Where the interpreter raises (1/0, log(0), (-1)**0.5) it gives what IEEE 754 says: inf, -inf, nan.
"""

from collections.abc import Callable

from engine.compile.expressions import ATOMS, Expr
from engine.compile.wasm.library import PAIR

_INSTRUCTIONS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "neg": "neg",
    "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne",
}  # fmt: skip
_CALLS = {
    "exp": "exp", "log": "log", "tanh": "tanh", "sin": "sin", "cos": "cos", "**": "pow",
    "place": "place",
}  # fmt: skip
# By operation: the code for one number, and for two.
_ONE = {op: f"f64.{name}" for op, name in _INSTRUCTIONS.items()}
_ONE |= {op: f"call {name}" for op, name in _CALLS.items()} | {"where": "select"}
_TWO = {op: f"f64x2.{name}" for op, name in _INSTRUCTIONS.items()}
_TWO |= {op: f"call {name}{PAIR}" for op, name in _CALLS.items()} | {"where": "v128.bitselect"}

Load = Callable[[Expr], list[str]]  # how to push an atom


def lines(text: str) -> list[str]:
    """The instructions of a text: one a line, or several with two spaces between them."""
    return [part.strip() for line in text.splitlines() for part in line.split("  ") if part.strip()]


def push(expr: Expr, load: Load, pair: bool = False) -> list[str]:
    """The instructions that leave the value of an expression on the stack; of two if `pair`."""
    code = _TWO if pair else _ONE
    out: list[str] = []
    stack: list[Expr | str] = [expr]
    while stack:  # strings are instructions whose operands have been pushed
        e = stack.pop()
        if isinstance(e, str):
            out.append(e)
        elif e[0] == "c":
            out += [f"f64.const {e[1]!r}", *(["f64x2.splat"] if pair else [])]
        elif e[0] in ATOMS:
            out += load(e)
        elif e[0] == "where":  # the condition comes last
            stack += [code["where"], e[1], e[3], e[2]]
        else:
            stack += [code[e[0]], *reversed(e[1:])]
    return out
