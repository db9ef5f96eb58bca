"""The chain rule as expressions: what a node's adjoint d contributes to its operands."""

from collections.abc import Callable

from engine.compile.program import Expr

_Rule = Callable[[Expr, Expr, Expr, Expr], Expr]  # (d, x, y, v) -> contribution

ONE: Expr = ("c", 1.0)


def times(x: Expr, y: Expr) -> Expr:
    """x · y, leaving out factors 1."""
    return y if x == ONE else x if y == ONE else ("*", x, y)


def square(d: Expr, x: Expr, y: Expr, v: Expr) -> Expr:
    """Both contributions of x · x in one; rounded as that of x ** 2."""
    return times(d, ("+", x, x))


# Beside each operation its two contributions, d · ∂v/∂x and d · ∂v/∂y, rounded as the interpreter
# rounds them (engine.graph.OPS). relu is a Gate and not here.
CONTRIBUTIONS: dict[str, tuple[_Rule | None, _Rule | None]] = {
    "+": (lambda d, x, y, v: d, lambda d, x, y, v: d),
    "-": (lambda d, x, y, v: d, lambda d, x, y, v: ("neg", d)),
    "*": (lambda d, x, y, v: times(d, y), lambda d, x, y, v: times(d, x)),
    "/": (
        lambda d, x, y, v: times(d, ("/", ONE, y)),
        lambda d, x, y, v: times(d, ("/", ("neg", v), y)),
    ),
    "**": (
        lambda d, x, y, v: ("dpow", d, x, y),
        lambda d, x, y, v: ("dexp", d, x, v),
    ),
    "max": (lambda d, x, y, v: ("dmax", d, x, y), lambda d, x, y, v: ("dmax", d, y, x)),
    "neg": (lambda d, x, y, v: ("neg", d), None),
    "exp": (lambda d, x, y, v: times(d, v), None),
    "log": (lambda d, x, y, v: times(d, ("/", ONE, x)), None),
    "sin": (lambda d, x, y, v: times(d, ("cos", x)), None),
    "cos": (lambda d, x, y, v: times(d, ("neg", ("sin", x))), None),
    "place": (None, None),
    "is": (None, None),
    "where": (None, lambda d, x, y, v: ("where", x, d)),
    "tanh": (lambda d, x, y, v: times(d, ("-", ONE, ("*", v, v))), None),
}
