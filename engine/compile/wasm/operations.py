"""Expressions as WebAssembly: operands are pushed, operations take them from the stack.

WebAssembly has no exp, log, tanh, sin, cos and power: a module imports those it uses from its
host. Where the interpreter raises (1/0, log(0), (-1)**0.5) it gives what IEEE 754 says: inf, -inf,
nan. Powers are JavaScript's: 1 to the power of nan or of infinity is nan, and not 1.
"""

from collections.abc import Callable, Iterable

from engine.compile.program import ATOMS, Expr
from engine.compile.wasm.encoder import Function, Import

_PLAIN = {"+": "f64.add", "-": "f64.sub", "*": "f64.mul", "/": "f64.div", "neg": "f64.neg"}
_IMPORTED = {
    "exp": ["exp"],
    "log": ["log"],
    "tanh": ["tanh"],
    "sin": ["sin", "cos"],
    "cos": ["cos", "sin"],
    "**": ["pow", "log"],
}

# Local 0, 1, 2 are the operands; see engine.compile.program for what they are.
_HELPERS = {
    "max": """
        local.get 0  local.get 1
        local.get 0  local.get 1  f64.ge  local.get 0  local.get 0  f64.ne  i32.or
        select
    """,
    "place": """
        f64.const -0.0  f64.const nan
        local.get 0  f64.const 0.0  f64.ge  local.get 0  local.get 1  f64.lt  i32.and
        local.get 0  local.get 0  f64.floor  f64.eq  i32.and
        select
    """,
    "dmax": """
        local.get 0
        f64.const 1.0
        f64.const 0.5  f64.const 0.0  local.get 1  local.get 2  f64.eq  select
        local.get 1  local.get 2  f64.gt  select
        f64.mul
    """,
    "dpow": """
        local.get 0  f64.const 0.0  f64.eq
        if  f64.const 0.0  return  end
        local.get 0
        local.get 2  local.get 1  local.get 2  f64.const 1.0  f64.sub  call {pow}  f64.mul
        f64.const 0.0
        local.get 2  f64.const 0.0  f64.ne  select
        f64.mul
    """,
    "dexp": """
        local.get 0  f64.const 0.0  f64.eq
        if  f64.const 0.0  return  end
        local.get 0
        local.get 2  local.get 1  call {log}  f64.mul
        f64.const 0.0  f64.const nan  local.get 1  f64.const 0.0  f64.eq  select
        local.get 1  f64.const 0.0  f64.gt  select
        f64.mul
    """,
}
_NEEDED_BY = {"place": ["place"], "max": ["max", "dmax"], "**": ["dpow", "dexp"]}

Load = Callable[[Expr], list[str]]  # how to push an atom


def lines(text: str) -> list[str]:
    """The instructions of a text: one a line, or several with two spaces between them."""
    return [part.strip() for line in text.splitlines() for part in line.split("  ") if part.strip()]


class Operations:
    """The operations that a module uses: what it imports, its helpers, and how to call them."""

    def __init__(self, used: Iterable[str], kernel: int) -> None:
        """`kernel` functions stand between the imports and the helpers."""
        used = sorted(set(used))
        names = sorted({name for op in used for name in _IMPORTED.get(op, [])})
        self.imports = [Import(n, "f64 f64" if n == "pow" else "f64", "f64") for n in names]
        calls = {name: number for number, name in enumerate(names)}
        self.helpers: list[Function] = []
        for name in (name for op in used for name in _NEEDED_BY.get(op, [])):
            calls[name] = len(names) + kernel + len(self.helpers)
            operands = "f64 f64" if name in ("max", "place") else "f64 f64 f64"
            code = lines(_HELPERS[name].format(**calls))
            self.helpers.append(Function(name, operands, "f64", [], code, exported=False))
        if "pow" in calls:
            calls["**"] = calls["pow"]
        self._code = {**_PLAIN, **{name: f"call {number}" for name, number in calls.items()}}

    def push(self, expr: Expr, load: Load) -> list[str]:
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
            elif e[0] == "where":
                stack += ["select", "f64.ne", ("c", 0.0), e[1], ("c", -0.0), e[2]]
            elif e[0] == "is":
                stack += ["select", "f64.eq", e[2], e[1], ("c", 0.0), ("c", 1.0)]
            else:
                stack += [self._code[e[0]], *reversed(e[1:])]
        return out
