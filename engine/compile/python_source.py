"""Emits a program as the source of a Python function.

    step(parameters, samples) -> (sum of the losses, sums of ∂loss/∂parameter)

Names: w parameters, x inputs, y targets, v values, d adjoints of the sample at hand, g adjoints
summed over the batch; each with its slot, w x y with their place among their own.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

from engine.compile.program import Accumulate, Assign, Expr, Gate, Program, Statement
from engine.graph import OPS, pick

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}
_ATOM = 4
_SHORT = 256  # local variables that CPython reaches with its short instructions
_power, _power_x, _power_y = OPS["**"]
_max_x = OPS["max"][1]
assert _power_y is not None

# What the source calls. It raises where the interpreter does: 1/0, log(0), (-1)**0.5.
NAMESPACE: dict[str, Any] = {
    "inf": math.inf,
    "nan": math.nan,
    "tanh": math.tanh,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "exp": lambda x: OPS["exp"][0](x, 0.0),
    "power": _power,
    "place": lambda x, n: -0.0 * pick(range(int(n)), x),
    "dpow": lambda d, x, y: d * _power_x(x, y, 0.0) if d else 0.0,
    "dexp": lambda d, x, v: d * _power_y(x, 0.0, v) if d else 0.0,
    "dmax": lambda d, x, y: d * _max_x(x, y, 0.0) if d else 0.0,
}


def python_source(program: Program) -> str:
    """The text of the function `step`."""
    return _Writer(program).function()


def load(source: str, filename: str) -> Callable[..., Any]:
    """The function `step` that the source defines."""
    namespace = dict(NAMESPACE)
    exec(compile(source, filename, "exec"), namespace)
    step: Callable[..., Any] = namespace["step"]
    return step


class _Writer:
    def __init__(self, program: Program) -> None:
        self.program = program
        tape = program.tape
        kinds = [("w", tape.parameters), ("x", tape.inputs), ("y", tape.targets)]
        self._given = [f"{kind}{n}" for kind, count in kinds for n in range(count)]
        self._lines: list[str] = []
        self._assigned: list[str] = []

    def function(self) -> str:
        program, put = self.program, self._lines.append
        parameters = self._given[: program.tape.parameters]
        sums = [f"g{slot}" for slot in program.sums]
        put("def step(parameters, samples):")
        if parameters:
            put(f"    {_tuple(parameters)} = parameters")
        self._body(program.before, 1)
        put("    " + " = ".join([*sums, "total", "0.0"]))
        put(f"    for {_tuple(self._given[len(parameters) :])} in samples:")
        self._body(program.sample, 2)
        put(f"        total += {self._text(program.loss)[0]}")
        self._body(program.after, 1)
        put(f"    return total, {_tuple(sums[: len(parameters)])}")
        if len(parameters) + len(sums) > _SHORT:
            # Named first, they are among those: what the loop uses most (a tenth of its time).
            self._lines.insert(1, "    " + " = ".join([*dict.fromkeys(self._assigned), "0.0"]))
        return "\n".join(self._lines) + "\n"

    def _body(self, body: list[Statement], level: int) -> None:
        put, indent = self._lines.append, "    " * level
        for s in body:
            if isinstance(s, Assign):
                target = self._text(s.target)[0]
                self._assigned.append(target)
                if s.expr[0] == "relu":
                    put(f"{indent}{target} = {self._text(s.expr[1])[0]}")
                    put(f"{indent}if {target} <= 0.0: {target} = 0.0")
                else:
                    put(f"{indent}{target} = {self._text(s.expr)[0]}")
            elif isinstance(s, Accumulate):
                sign, expr = ("-", s.expr[1]) if s.expr[0] == "neg" else ("+", s.expr)
                put(f"{indent}g{s.slot} {sign}= {self._text(expr)[0]}")
            elif isinstance(s, Gate):
                put(f"{indent}if v{s.slot}:")
                self._body(s.body, level + 1)
                if s.zeros:
                    put(f"{indent}else: " + " = ".join([*(f"d{n}" for n in s.zeros), "0.0"]))

    def _text(self, e: Expr) -> tuple[str, int]:
        """The text of an expression, and how tightly its outermost operator binds."""
        kind = e[0]
        if kind == "v":
            return self._given[e[1]] if e[1] < len(self._given) else f"v{e[1]}", _ATOM
        if kind in ("d", "g"):
            return f"{kind}{e[1]}", _ATOM
        if kind == "c":
            return repr(e[1]), _ATOM if math.copysign(1.0, e[1]) > 0 else _PRECEDENCE["neg"]
        if kind in ("+", "-"):
            return self._sum(e), _PRECEDENCE[kind]
        if kind in ("*", "/"):
            return f"{self._in(e[1], 2)} {kind} {self._in(e[2], 3)}", _PRECEDENCE[kind]
        if kind == "neg":
            return f"-{self._in(e[1], 3)}", _PRECEDENCE[kind]
        parts = [self._text(part)[0] for part in e[1:]]
        if kind == "max":
            x, y = parts
            return f"({x} if {x} >= {y} or {x} != {x} else {y})", _ATOM
        if kind == "where":
            return f"({parts[1]} if {parts[0]} else -0.0)", _ATOM
        if kind == "is":
            return f"({parts[0]} == {parts[1]})", _ATOM
        return f"{'power' if kind == '**' else kind}({', '.join(parts)})", _ATOM

    def _in(self, e: Expr, least: int) -> str:
        text, precedence = self._text(e)
        return text if precedence >= least else f"({text})"

    def _sum(self, e: Expr) -> str:
        """A sum's left spine may be hundreds of terms long: no recursion along it."""
        parts: list[str] = []
        while e[0] in ("+", "-"):
            parts += (self._in(e[2], 2), e[0])
            e = e[1]
        parts.append(self._in(e, 1))
        return " ".join(reversed(parts))


def _tuple(names: Iterable[str]) -> str:
    names = list(names)
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"
