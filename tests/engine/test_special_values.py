"""Values and derivatives at zeros, infinities and nan are PyTorch's, or an error where it is made.

The formulas are those of PyTorch's tools/autograd/derivatives.yaml, on IEEE 754 arithmetic.
"""

import math
import operator

import pytest

from engine import Graph, dot, pick

INF, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 5e-324, -1e-310, 1e308, -1e308, INF, -INF, NAN]


def divide(x, y):
    if y != 0.0:
        return x / y
    return NAN if x != x or x == 0.0 else math.copysign(INF, x) * math.copysign(1.0, y)


def power(x, y):
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INF if x < 0.0 and y % 2.0 == 1.0 else INF
    except ValueError:
        return NAN if x else math.copysign(INF, x) if y % 2.0 == 1.0 else INF


def log(x):
    return math.log(x) if x > 0.0 or x != x else -INF if x == 0.0 else NAN


def exp(x):
    return math.exp(x) if x < 709.0 or x != x else INF


def power_by_exponent(x, y, v):
    return 0.0 if x == 0.0 and y >= 0.0 else v * log(x)


# operation: (as a reader writes it, the value, ∂/∂x, ∂/∂y)
BINARY = {
    "+": (operator.add, operator.add, lambda x, y, v: 1.0, lambda x, y, v: 1.0),
    "-": (operator.sub, operator.sub, lambda x, y, v: 1.0, lambda x, y, v: -1.0),
    "*": (operator.mul, operator.mul, lambda x, y, v: y, lambda x, y, v: x),
    "/": (
        operator.truediv,
        divide,
        lambda x, y, v: divide(1.0, y),
        lambda x, y, v: -divide(divide(x, y), y),
    ),
    "**": (
        operator.pow,
        power,
        lambda x, y, v: 0.0 if y == 0.0 else y * power(x, y - 1.0),
        power_by_exponent,
    ),
    "dot": (
        lambda a, b: dot([a], [b]),
        lambda x, y: 0.0 + x * y,
        lambda x, y, v: y,
        lambda x, y, v: x,
    ),
}
UNARY = {
    "neg": (operator.neg, operator.neg, lambda x, v: -1.0),
    "exp": (lambda a: a.exp(), exp, lambda x, v: v),
    "log": (lambda a: a.log(), log, lambda x, v: divide(1.0, x)),
    "tanh": (lambda a: a.tanh(), math.tanh, lambda x, v: 1.0 - v * v),
    "sin": (lambda a: a.sin(), math.sin, lambda x, v: math.cos(x)),
    "cos": (lambda a: a.cos(), math.cos, lambda x, v: -math.sin(x)),
    "relu": (
        lambda a: a.relu(),
        lambda x: 0.0 if x <= 0.0 else x,
        lambda x, v: 0.0 if x <= 0.0 else 1.0,
    ),
    "pick": (lambda a: pick([a, 1.0], a.graph.value(0)), lambda x: x, lambda x, v: 1.0),
}


def same(found, expected):
    return found == expected or (found != found and expected != expected)


def refused(op, x, y):
    """Whether the engine raises where PyTorch goes on with inf or nan."""
    if op == "/":
        return y == 0.0
    if op == "**":
        root = x < 0.0 and math.isfinite(x) and math.isfinite(y) and y != int(y)
        return root or (x == 0.0 and y < 0.0)
    return (op == "log" and x <= 0.0) or (op in ("sin", "cos") and math.isinf(x))


@pytest.mark.parametrize("op", BINARY)
def test_binary(op):
    write, value, dx, dy = BINARY[op]
    for x in SPECIAL:
        for y in SPECIAL:
            a = Graph().value(x)
            b = a.graph.value(y)
            if op == "**" and x == 0.0 and y != y:  # 0 here, nan there
                continue
            if refused(op, x, y):
                with pytest.raises((ZeroDivisionError, ValueError)):
                    write(a, b)
                continue
            v, case = value(x, y), f"{x} {op} {y}"
            out = write(a, b)
            assert same(out.data, v), case
            write(x, b).backward()  # a number on the left changes nothing for the other side
            assert same(b.grad, dy(x, y, v)), case
            if op == "**" and x == 0.0 and y and y < 1.0:  # the slope of a root at 0
                with pytest.raises(ZeroDivisionError):
                    out.backward()
                continue
            out.backward()
            assert same(a.grad, dx(x, y, v)), case
            assert same(b.grad, dy(x, y, v)), case
            write(a, y).backward()
            assert same(a.grad, dx(x, y, v)), case


@pytest.mark.parametrize("op", UNARY)
def test_unary(op):
    write, value, dx = UNARY[op]
    for x in SPECIAL:
        a = Graph().value(x)
        if refused(op, x, None):
            with pytest.raises(ValueError, match="not a real number"):
                write(a)
            continue
        out, v = write(a), value(x)
        out.backward()
        assert same(out.data, v), f"{op} {x}"
        assert same(a.grad, dx(x, v)), f"{op} {x}"


@pytest.mark.parametrize("p", [0.5, 0.25, 1.0, 2.0])
def test_a_number_has_no_slope_that_could_be_infinite(p):
    """Fitting a * x ** p with a data point x = 0."""
    graph = Graph()
    a, exponent = graph.value(2.0), graph.value(p)
    for x in (0.0, -0.0):
        loss = (a * x**exponent - 1.0) ** 2
        loss.backward()
        assert (a.grad, exponent.grad) == (0.0, 0.0)
        assert graph.jvp({exponent: 1.0})[loss.index] == 0.0
