"""The compiler reads the table of operations: what it makes of its rules, and of new ones."""

import math

import pytest

from engine.compile import Tracer, build, compile_loss, lower
from engine.compile.expressions import Writer
from engine.compile.rules import contribution, local
from engine.compile.symbols import UnreadableRuleError, call, value
from engine.graph import Graph
from engine.ops import OPS, Op, exp, log, power, tanh

from .test_backends import every_backend

X, Y, V, D = ("v", 0), ("v", 1), ("v", 2), ("d", 3)
text = Writer(lambda kind, slot: f"d{slot}" if kind == "d" else "xyv"[slot]).text


@pytest.mark.parametrize(
    ("op", "dx", "dy"),
    [
        ("+", "d3", "d3"),
        ("-", "d3", "-d3"),
        ("*", "d3 * y", "d3 * x"),
        ("/", "d3 * (1.0 / y)", "d3 * (-v / y)"),
        (
            "**",
            "d3 * (y * power(x, y - 1.0) if y != 0.0 else 0.0) if d3 != 0.0 else 0.0",
            "d3 * (v * log(x) if x > 0.0 else 0.0 if x == 0.0 else nan) if d3 != 0.0 else 0.0",
        ),
        (
            "max",
            "d3 * (1.0 if x > y else 0.5 if x == y else 0.0)",
            "d3 * (1.0 if y > x else 0.5 if x == y else 0.0)",
        ),
        ("neg", "-d3", None),
        ("exp", "d3 * v", None),
        ("log", "d3 * (1.0 / x)", None),
        ("tanh", "d3 * (1.0 - v * v)", None),
        ("sin", "d3 * cos(x)", None),
        ("cos", "d3 * -sin(x)", None),
        ("relu", "d3 * (0.0 if x <= 0.0 else 1.0)", None),
    ],
)
def test_derivatives_as_expressions(op, dx, dy):
    for operand, expected in enumerate((dx, dy)):
        derivative = local(op, operand, X, Y, V)
        if expected is None:
            assert derivative is None
        else:
            assert text(contribution(op, D, derivative)) == expected


def test_what_a_number_decides_is_decided():
    assert text(local("**", 0, X, ("c", 3.0), V)) == "3.0 * power(x, 2.0)"
    assert text(local("**", 0, X, ("c", 0.0), V)) == "0.0"
    assert text(local("**", 1, ("c", 2.0), Y, V)) == "v * log(2.0)"
    assert text(local("**", 1, ("c", -2.0), Y, V)) == "nan"
    assert text(local("max", 0, ("c", 1.0), ("c", 2.0), V)) == "0.0"
    never = local("**", 1, ("c", -2.0), Y, V)
    assert text(contribution("**", D, never)) == "d3 * nan if d3 != 0.0 else 0.0"
    assert text(contribution("**", D, ("c", 0.0))) == "d3 * 0.0"


def test_values_are_written_out_where_no_instruction_has_them():
    assert value("tanh", X) == ("tanh", X)
    assert text(value("max", X, Y)) == "x if x >= y else x if x != x else y"
    both = call(lambda x, y: 1 + x if x < y and x > 0 else -2.0, X, Y)
    assert text(both) == "(1.0 + x if x > 0.0 else -2.0) if x < y else -2.0"


def test_a_question_asked_twice_has_one_answer():
    rule = lambda x, y: (1.0 if x > y else 2.0) + (10.0 if x > y else 20.0)  # noqa: E731
    assert text(call(rule, X, Y)) == "11.0 if x > y else 22.0"


@every_backend
def test_an_operation_added_to_the_table_is_compiled(backend, monkeypatch):
    swish = Op(
        lambda x, _: x / (1.0 + exp(-x)) if x > -700.0 else 0.0,
        lambda x, y, v: (1.0 + exp(-x) + x * exp(-x)) / power(1.0 + exp(-x), 2.0) + 0.0 * tanh(v),
    )
    weighted = Op(
        lambda x, y: x * log(y),
        lambda x, y, v: log(y),
        lambda x, y, v: x / y,
    )
    monkeypatch.setitem(OPS, "swish", swish)
    monkeypatch.setitem(OPS, "weighted", weighted)

    def loss(graph, record):
        w, x = graph.value(0.7), graph.value(1.3)
        return record("weighted", record("swish", w * x - 0.2), x + w * w), [w], [x]

    g = Tracer()
    root, *given = loss(g, g.record)
    got, gradient = backend(lower(root, *given))([0.7], [1.3])

    def at(w, x=1.3):
        u = w * x - 0.2
        return u / (1 + math.exp(-u)) * math.log(x + w * w)

    assert got == pytest.approx(at(0.7), rel=1e-14)
    assert gradient[0] == pytest.approx((at(0.7 + 1e-6) - at(0.7 - 1e-6)) / 2e-6, rel=1e-8)


@every_backend
@pytest.mark.parametrize(
    ("op", "words"),
    [
        (Op(lambda x, _: math.cbrt(x), lambda x, y, v: 1.0), r"the value of 'odd' \(must be real"),
        (Op(lambda x, _: x + x, lambda x, y, v: math.cbrt(x)), r"the dx of 'odd' \(must be real"),
        (Op(lambda x, _: x if abs(x) > 1.0 else -x, lambda x, y, v: x), "the value of 'odd' .*abs"),
        (Op(lambda x, _: "x", lambda x, y, v: x), "the value of 'odd' .*str 'x' is no number"),
        (Op(lambda x, _: _halve(x), lambda x, y, v: x), "decides without end"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused_by_name(backend, op, words, monkeypatch):
    monkeypatch.setitem(OPS, "odd", op)
    g = Tracer()
    w = g.value(1.0)
    with pytest.raises(UnreadableRuleError, match=words) as raised:
        backend(lower(g.record("odd", w) * 2, [w]))
    assert "write it with arithmetic, comparisons and the functions of engine.ops" in str(
        raised.value
    )


def _halve(x):
    while x > 1.0:
        x = x * 0.5
    return x


def test_an_operation_that_is_not_in_the_table():
    g = Tracer()
    w = g.value(1.0)
    with pytest.raises(ValueError, match="node 1: there is no operation 'cube' in OPS"):
        compile_loss(g.record("cube", w), [w])


@every_backend
def test_an_empty_dot_is_0(backend):
    g = Graph()
    w = g.value(2.0)
    loss, gradient = backend(lower(w * 3 + g.dot([], []), [w]))([2.0])
    assert (loss, list(gradient)) == (6.0, [3.0])
    assert backend(lower(g.dot([], []), [w]))([2.0]) == (0.0, type(gradient)("d", [0.0]))


def test_listings():
    g = Graph()
    w, x, y = g.value(0.5), g.value(1.0), g.value(2.0)
    lowered = lower(((w * x).relu() - y) ** 2 + w**3.0 * 0.1, [w], [x], [y])
    assert str(lowered).splitlines()[:6] == [
        " 0  given          once a step  moves with w",
        " 1  given          each sample",
        " 2  given          each sample",
        " 3  number 3.0     once a step",
        " 4  number 0.1     once a step",
        " 5  ** of 0, 3     once a step  moves with w",
    ]
    assert str(build(lowered)) == (
        """\
before:
    v6 = power(w0, 3.0) * 0.1
sample:
    v8 = relu(w0 * x0)
    v9 = v8 - y0
    v11 = v9 * v9 + v6
    g6 += 1.0
    if v8 != 0:
        d8 = v9 + v9
        g0 += d8 * x0
    loss += v11
after:
    d5 = g6 * 0.1
    g0 += d5 * (3.0 * power(w0, 2.0)) if d5 != 0.0 else 0.0"""
    )
