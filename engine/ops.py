"""The operations: what each computes, and its derivatives, side by side.

Overflow goes to infinity and nan spreads, as in IEEE 754 and in PyTorch. Where PyTorch answers inf
or nan to a division by zero, a log of a number <= 0 or a root of a negative one, these raise
ZeroDivisionError or ValueError: it is nearly always a mistake, and best seen where it is made.
"""

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple


class Op(NamedTuple):
    """v = value(x, y), ∂v/∂x = dx(x, y, v), ∂v/∂y = dy(x, y, v); dy is None if y is not used."""

    value: Callable[[float, float], float]
    dx: Callable[[float, float, float], float]
    dy: Callable[[float, float, float], float] | None = None


def _function(name: str) -> Callable[[Any], Any]:
    """math's function; for what is no number, its method of that name: a Value records it, and the
    compiler, which calls the rules below with symbols, reads it."""
    of_number = getattr(math, name)

    def function(x: Any) -> Any:
        try:
            return of_number(x)
        except OverflowError:  # IEEE 754 and PyTorch go to infinity; Python's math raises
            return math.inf
        except TypeError:
            return getattr(x, name)()

    function.__name__ = name
    return function


# For the rules below, and for operations that you add.
exp, log, tanh, sin, cos = map(_function, ("exp", "log", "tanh", "sin", "cos"))


def power(x: Any, y: Any) -> Any:
    try:
        v = math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0.0 and y % 2.0 == 1.0 else math.inf
    except ValueError:
        if x == 0.0:
            raise ZeroDivisionError from None
        raise
    except TypeError:
        return x**y
    if x == 0.0 and y < 0.0:  # by -inf, which is no error of C
        raise ZeroDivisionError
    return v


# At a kink the derivatives are PyTorch's: relu'(0) = 0, a tie in max gives each side one half, and
# the exponent's derivative is 0 for base 0 and nan for a base below.
OPS = {
    "+": Op(operator.add, lambda x, y, v: 1.0, lambda x, y, v: 1.0),
    "-": Op(operator.sub, lambda x, y, v: 1.0, lambda x, y, v: -1.0),
    "*": Op(operator.mul, lambda x, y, v: y, lambda x, y, v: x),
    "/": Op(operator.truediv, lambda x, y, v: 1.0 / y, lambda x, y, v: -v / y),
    "**": Op(
        power,
        lambda x, y, v: y * power(x, y - 1.0) if y else 0.0,
        lambda x, y, v: v * log(x) if x > 0.0 else 0.0 if x == 0.0 else math.nan,
    ),
    "max": Op(
        lambda x, y: x if x >= y or x != x else y,
        lambda x, y, v: 1.0 if x > y else 0.5 if x == y else 0.0,
        lambda x, y, v: 1.0 if y > x else 0.5 if x == y else 0.0,
    ),
    "neg": Op(lambda x, _: -x, lambda x, y, v: -1.0),
    "exp": Op(lambda x, _: exp(x), lambda x, y, v: v),
    "log": Op(lambda x, _: math.log(x), lambda x, y, v: 1.0 / x),
    "tanh": Op(lambda x, _: math.tanh(x), lambda x, y, v: 1.0 - v * v),
    "sin": Op(lambda x, _: math.sin(x), lambda x, y, v: cos(x)),
    "cos": Op(lambda x, _: math.cos(x), lambda x, y, v: -sin(x)),
    "relu": Op(lambda x, _: 0.0 if x <= 0.0 else x, lambda x, y, v: 0.0 if x <= 0.0 else 1.0),
}
