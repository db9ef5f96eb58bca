"""Emits statements as the source of a Python function.

    step(parameters, samples) -> (sum of the losses, sums of ∂loss/∂parameter)

Names: w parameters, x inputs, y targets, v values, d adjoints of the sample at hand, g adjoints
summed over the batch; each with its slot, w x y with their place among their own.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

from engine.compile.expressions import Writer
from engine.compile.statements import Accumulate, Assign, Gate, Statement, Statements, name
from engine.graph import pick
from engine.ops import exp, power

_SHORT = 256  # local variables that CPython reaches with its short instructions

# What the source calls. It raises where the interpreter does: 1/0, log(0), (-1)**0.5.
NAMESPACE: dict[str, Any] = {
    "inf": math.inf,
    "nan": math.nan,
    "tanh": math.tanh,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "exp": exp,
    "power": power,
    "place": lambda x, n: -0.0 * pick(range(int(n)), x),
}


def python_source(statements: Statements) -> str:
    """The text of the function `step`."""
    return _Writer(statements).function()


def load(source: str, filename: str) -> Callable[..., Any]:
    """The function `step` that the source defines."""
    namespace = dict(NAMESPACE)
    exec(compile(source, filename, "exec"), namespace)
    step: Callable[..., Any] = namespace["step"]
    return step


class _Writer:
    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        lowered = statements.lowered
        given = lowered.parameters + lowered.inputs + lowered.targets
        self._given = [lowered.name(slot) for slot in range(given)]
        self._text = Writer(lambda kind, slot: name(lowered, kind, slot)).text
        self._lines: list[str] = []
        self._assigned: list[str] = []

    def function(self) -> str:
        statements, put = self.statements, self._lines.append
        parameters = self._given[: statements.lowered.parameters]
        sums = [f"g{slot}" for slot in statements.sums]
        put("def step(parameters, samples):")
        if parameters:
            put(f"    {_tuple(parameters)} = parameters")
        self._body(statements.before, 1)
        put("    " + " = ".join([*sums, "total", "0.0"]))
        put(f"    for {_tuple(self._given[len(parameters) :])} in samples:")
        self._body(statements.sample, 2)
        put(f"        total += {self._text(statements.loss)}")
        self._body(statements.after, 1)
        put(f"    return total, {_tuple(sums[: len(parameters)])}")
        if len(parameters) + len(sums) > _SHORT:
            # Named first, they are among those: what the loop uses most (a tenth of its time).
            self._lines.insert(1, "    " + " = ".join([*dict.fromkeys(self._assigned), "0.0"]))
        return "\n".join(self._lines) + "\n"

    def _body(self, body: list[Statement], level: int) -> None:
        put, text, indent = self._lines.append, self._text, "    " * level
        for s in body:
            if isinstance(s, Assign):
                target = text(s.target)
                self._assigned.append(target)
                if s.expr[0] == "relu":
                    put(f"{indent}{target} = {text(s.expr[1])}")
                    put(f"{indent}if {target} <= 0.0: {target} = 0.0")
                else:
                    put(f"{indent}{target} = {text(s.expr)}")
            elif isinstance(s, Accumulate):
                sign, expr = ("-", s.expr[1]) if s.expr[0] == "neg" else ("+", s.expr)
                put(f"{indent}g{s.slot} {sign}= {text(expr)}")
            elif isinstance(s, Gate):
                put(f"{indent}if v{s.slot}:")
                self._body(s.body, level + 1)
                if s.zeros:
                    put(f"{indent}else: " + " = ".join([*(f"d{n}" for n in s.zeros), "0.0"]))


def _tuple(names: Iterable[str]) -> str:
    names = list(names)
    return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"
