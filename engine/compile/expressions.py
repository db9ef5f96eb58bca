"""Expressions: what is on the right of a statement, as tuples, and how they read.

("c", number)       a number
("v", slot)         the value of a node: a parameter, an input, a target, an earlier statement
("d", slot)         the adjoint ∂loss/∂(node) of a node, for the sample at hand
("g", slot)         an adjoint summed over the samples of the batch
(op, x) (op, x, y)  an operation of engine.ops.OPS, or "place" of lowered.py
("where", c, x, y)  x if the condition c holds, else y
("<", x, y) …       a condition: see COMPARISONS
"""

import math
from collections.abc import Callable
from typing import Any

Expr = tuple[Any, ...]
Atom = tuple[str, int]

ATOMS = frozenset("cvdg")
COMPARISONS = frozenset(["<", "<=", ">", ">=", "==", "!="])
ONE: Expr = ("c", 1.0)
ZERO: Expr = ("c", 0.0)
NOTHING: Expr = ("c", -0.0)  # added to a number, it changes none, not even 0's sign

_CHOICE, _COMPARISON, _SUM, _PRODUCT, _NEGATION, _ATOM = range(6)
_PRECEDENCE = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "neg": _NEGATION}


def atoms(expr: Expr) -> list[Atom]:
    """The leaves of an expression, in no particular order."""
    found: list[Atom] = []
    stack = [expr]
    while stack:
        e = stack.pop()
        if e[0] in ATOMS:
            found.append(e)
        else:
            stack += e[1:]
    return found


def operations(expr: Expr) -> set[str]:
    """What an expression does with its atoms."""
    found: set[str] = set()
    stack = [expr]
    while stack:
        e = stack.pop()
        if e[0] not in ATOMS:
            found.add(e[0])
            stack += e[1:]
    return found


def times(x: Expr, y: Expr) -> Expr:
    """x · y; without factors 1, and with a sign for factors -1: rounded the same."""
    if y[0] == "c" and abs(y[1]) == 1.0:
        x, y = y, x
    if x[0] == "c" and abs(x[1]) == 1.0:
        return y if x == ONE else ("neg", y)
    return ("*", x, y)


class Writer:
    """Expressions as Python's text; `name` says what an atom other than a number is called."""

    def __init__(self, name: Callable[[str, int], str]) -> None:
        self.name = name

    def text(self, e: Expr) -> str:
        return self._text(e)[0]

    def _text(self, e: Expr) -> tuple[str, int]:
        """The text of an expression, and how tightly its outermost operator binds."""
        kind = e[0]
        if kind == "c":
            return repr(e[1]), _ATOM if math.copysign(1.0, e[1]) > 0 else _NEGATION
        if kind in ATOMS:
            return self.name(kind, e[1]), _ATOM
        if kind in ("+", "-"):
            return self._sum(e), _SUM
        if kind in ("*", "/"):
            return f"{self._in(e[1], _PRODUCT)} {kind} {self._in(e[2], _NEGATION)}", _PRODUCT
        if kind == "neg":
            return f"-{self._in(e[1], _NEGATION)}", _NEGATION
        if kind in COMPARISONS:
            return f"{self._in(e[1], _SUM)} {kind} {self._in(e[2], _SUM)}", _COMPARISON
        if kind == "where":
            yes, condition = self._in(e[2], _COMPARISON), self._in(e[1], _COMPARISON)
            return f"{yes} if {condition} else {self._in(e[3], _CHOICE)}", _CHOICE
        parts = [self._text(part)[0] for part in e[1:]]
        return f"{'power' if kind == '**' else kind}({', '.join(parts)})", _ATOM

    def _in(self, e: Expr, least: int) -> str:
        text, precedence = self._text(e)
        return text if precedence >= least else f"({text})"

    def _sum(self, e: Expr) -> str:
        """A sum's left spine may be hundreds of terms long: no recursion along it."""
        parts: list[str] = []
        while e[0] in ("+", "-"):
            parts += (self._in(e[2], _PRODUCT), e[0])
            e = e[1]
        parts.append(self._in(e, _SUM))
        return " ".join(reversed(parts))
