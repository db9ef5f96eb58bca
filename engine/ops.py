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


# For the rules below and for operations that you add: on numbers they compute. The compiler calls
# the rules with symbols, to read what they do; a symbol has these functions as methods.
def exp(x: Any) -> Any:
    try:
        return math.exp(x)
    except OverflowError:  # IEEE 754 and PyTorch go to infinity; Python's math raises
        return math.inf
    except TypeError:
        return x.exp()


def log(x: Any) -> Any:
    try:
        return math.log(x)
    except TypeError:
        return x.log()


def tanh(x: Any) -> Any:
    try:
        return math.tanh(x)
    except TypeError:
        return x.tanh()


def sin(x: Any) -> Any:
    try:
        return math.sin(x)
    except TypeError:
        return x.sin()


def cos(x: Any) -> Any:
    try:
        return math.cos(x)
    except TypeError:
        return x.cos()


def power(x: Any, y: Any) -> Any:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0.0 and y % 2.0 == 1.0 else math.inf
    except ValueError:
        if x == 0.0:
            raise ZeroDivisionError from None
        raise
    except TypeError:
        return x**y


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
