"""The program made from a tape: what every emitter reads, and no emitter knows more than.

An expression is a tuple:

    ("c", number)      a number
    ("v", slot)        the value of a node: a parameter, an input, a target, an earlier statement
    ("d", slot)        the adjoint ∂loss/∂(node) of a node, for the sample at hand
    ("g", slot)        an adjoint summed over the samples of the batch
    (op, x) (op, x, y) an operation of engine.graph.OPS, or one of those that a pick needs:
    ("place", x, n)    -0.0 if x is one of the n places 0, 1 … n - 1; else refused, or nan
    ("is", x, k)       1 if x = k, else 0
    ("where", v, x)    x, but -0.0 (which changes no sum) where v is 0

                       or one that a backward pass needs, with z = 0 where d = 0:
    ("dmax", d, x, y)  the part of d that reaches x in max(x, y)
    ("dpow", d, x, y)  d · ∂(x ** y)/∂x
    ("dexp", d, x, v)  d · ∂v/∂y where v = x ** y
"""

from dataclasses import dataclass, field
from typing import Any

from engine.compile.tape import Tape

Expr = tuple[Any, ...]
Atom = tuple[str, int]

ATOMS = frozenset("cvdg")
MAX_TERMS = 256  # of a statement: CPython's compiler recurses into expressions, and can die there
MAX_DEPTH = 40  # of parentheses in it: CPython's tokenizer stops at 200
MAX_GATES = 8  # gates inside each other: Python stops at 100 levels of indentation


@dataclass(eq=False)
class Assign:
    """target = expr."""

    target: Atom
    expr: Expr


@dataclass(eq=False)
class Accumulate:
    """("g", slot) += expr."""

    slot: int
    expr: Expr


@dataclass(eq=False)
class Gate:
    """Run the body only if the relu in `slot` lets a gradient through: its value is not 0.

    The adjoints of `zeros` are read outside the body too, and are 0 if it did not run.
    """

    slot: int
    body: "list[Statement]" = field(default_factory=list)
    zeros: dict[int, None] = field(default_factory=dict)  # an ordered set


Statement = Assign | Accumulate | Gate


@dataclass(eq=False)
class Program:
    """The loss of one sample and its gradient, as straight-line statements.

    A step over a batch is: `before`; `sample` for each sample, with ("g", …) summing up; `after`.
    """

    tape: Tape
    before: list[Statement]
    sample: list[Statement]
    after: list[Statement]
    loss: Expr
    sums: list[int]  # slots whose adjoint is summed over the batch: parameters come first


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
