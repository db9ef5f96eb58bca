"""The chain rule as expressions: what a node's adjoint d contributes to its operands.

The derivatives are those of engine.ops.OPS, read from it. Here is only what is simplified beyond
them, and what Python has to be spared.
"""

import math
from collections.abc import Callable

from engine.compile.expanded import PICK
from engine.compile.expressions import ATOMS, NOTHING, ZERO, Expr, operations, times
from engine.compile.symbols import UnreadableRuleError, call, refusal
from engine.ops import OPS

# A derivative that does one of these can raise, or be infinite where all before was finite. As in
# the interpreter, it is not asked for where the adjoint is 0. That of / and log is such only where
# the operation itself has been so already.
_CAN_RAISE = frozenset(["/", "**", "log"])


def local(op: str, operand: int, x: Expr, y: Expr, v: Expr) -> Expr | None:
    """∂v/∂x (operand 0) or ∂v/∂y (operand 1), None if there is none. Raises UnreadableRuleError."""
    if op in PICK:  # the value in its place gets d; the place and the comparison never vary
        return ("!=", x, ZERO) if op == "where" and operand else None
    rule: Callable[..., float] | None = OPS[op].dy if operand else OPS[op].dx
    if rule is None:
        return None
    try:
        return call(rule, x, y, v)
    except UnreadableRuleError as error:
        raise refusal(op, "dy" if operand else "dx", error) from None


def guarded(op: str, derivative: Expr) -> bool:
    """Whether the derivative must not be computed where the adjoint is 0."""
    if derivative[0] == "c":
        return not math.isfinite(derivative[1])
    if derivative[0] in ATOMS or op in ("/", "log"):
        return False
    return not _CAN_RAISE.isdisjoint(operations(derivative))


def contribution(op: str, d: Expr, derivative: Expr) -> Expr:
    """d · derivative; d has to be an atom if guarded()."""
    if op == "where":
        return ("where", derivative, d, NOTHING)
    product = times(d, derivative)
    return ("where", ("!=", d, ZERO), product, ZERO) if guarded(op, derivative) else product


def square(d: Expr, x: Expr) -> Expr:
    """Both contributions of x · x in one; rounded as that of x ** 2."""
    return times(d, ("+", x, x))
