"""What a newcomer types: it works, or the error says what to write."""

import math
import re
from random import Random

import pytest

from engine import (
    MLP,
    OPS,
    SGD,
    Adam,
    Graph,
    Value,
    check_gradient,
    define,
    draw,
    pick,
    steps,
)
from engine.advice import OF_VALUE
from engine.compile import Tracer, compile_loss
from engine.ops import Op


def leaves(*numbers: float) -> list[Value]:
    graph = Graph()
    return [graph.value(number) for number in numbers]


def test_values_are_formatted():
    a, b = leaves(0.123456, 2.0)
    assert f"{a:.4f} {a * b:8.2e} {b:g}" == "0.1235 2.47e-01 2"
    assert f"{a}" == repr(a)
    gone = a * b
    a.graph.truncate(2)
    with pytest.raises(ValueError, match="stale"):
        format(gone, ".2f")


@pytest.mark.parametrize(
    "compare",
    [
        lambda a, b: a < b,
        lambda a, b: a >= 0,
        lambda a, b: a > 0,
        lambda a, b: max(a, b),
        lambda a, b: min(a, 0.0),
        lambda a, b: sorted([a, b]),
        lambda a, b: a == 2.0,
        lambda a, b: a != 2,
        lambda a, b: a in [1.0, b],
    ],
)
def test_comparisons_point_to_the_numbers(compare):
    with pytest.raises(TypeError, match=r"compare numbers, a.data < b.data, or .* a.max\(b\)"):
        compare(*leaves(2.0, 3.0))


def test_handles_are_equal_to_themselves_alone():
    a, b = leaves(2.0, 2.0)
    assert a == a
    assert a != b
    assert a not in ([b], None, "2")
    assert {a: 1, b: 2}[b] == 2


def test_truth_is_refused():
    (a,) = leaves(0.0)
    for ask in (lambda: 1 if a else 2, lambda: not a, lambda: a or 1, lambda: any([a])):
        with pytest.raises(TypeError, match=r"neither true nor false: ask its number, x.data"):
            ask()


@pytest.mark.parametrize("convert", [float, int, round, math.exp, math.floor, math.sqrt])
def test_conversions_would_leave_the_tape(convert):
    (a,) = leaves(1.0)
    with pytest.raises(TypeError, match=r"no number: x\.data is, off the tape; on it there are x"):
        convert(a)
    with pytest.raises(TypeError, match=r"write x\.max\(-x\)"):
        abs(a)


@pytest.mark.parametrize("name", OF_VALUE)
def test_names_from_elsewhere(name):
    (a,) = leaves(1.0)
    with pytest.raises(AttributeError) as caught:
        getattr(a, name)
    start = f"'Value' object has no attribute {name!r}: "
    assert str(caught.value) == start + OF_VALUE[name]
    assert (caught.value.name, caught.value.obj) == (name, a)


def test_the_advice_is_right():
    x, low, high = leaves(0.5, -0.25, 0.25)
    assert (1 / (1 + (-x).exp())).data == 1 / (1 + math.exp(-0.5))
    for number in (-3.0, 2.0):
        y = x.graph.value(number)
        assert y.max(-y).data == abs(number)
        assert (-(-x).max(-y)).data == min(0.5, number)
        assert (-(-y.max(low)).max(-high)).data == max(-0.25, min(0.25, number))
    assert (x.sin() / x.cos()).data == pytest.approx(math.tan(0.5), rel=1e-15)


def test_other_names_are_plainly_missing():
    (a,) = leaves(1.0)
    for thing in (a, a.graph, SGD([a], 0.1), MLP(a.graph, [1, 1], Random(1))):
        with pytest.raises(AttributeError, match=r"object has no attribute 'nonsense'$"):
            thing.nonsense  # noqa: B018
        assert not hasattr(thing, "_repr_html_")


def test_the_editor_offers_what_is_there():
    (a,) = leaves(1.0)
    model = MLP(a.graph, [1, 1], Random(1))
    for thing in (a, a.graph, SGD([a], 0.1), model, Tracer().value(1.0)):
        assert not {"sigmoid", "zero_grad", "item"} & {*dir(thing)}
    assert {"exp", "data", "backward"} <= {*dir(a)}
    assert {"value", "backward", "pick"} <= {*dir(a.graph)}
    assert {"steps", "step", "rate"} <= {*dir(SGD([a], 0.1))}


def test_nothing_has_to_be_cleared():
    (a,) = leaves(1.0)
    model = MLP(a.graph, [1, 1], Random(1))
    for thing in (a, a.graph, SGD([a], 0.1), model, model.layers[0], model.layers[0].neurons[0]):
        with pytest.raises(AttributeError, match="starts from zeros each time: leave it out"):
            thing.zero_grad()
    with pytest.raises(AttributeError, match=r"grad is set by backward\(\), which starts from z"):
        a.grad = 0.0


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"lr": 0.1}, "rate="),
        ({"learning_rate": 0.1}, "rate="),
        ({"betas": (0.9, 0.99)}, "beta1= and beta2="),
        ({"eps": 1e-8}, "epsilon="),
        ({"params": []}, "parameters="),
        ({"rate": 0.1, "weight_decay": 0.1}, "the penalty into the loss"),
    ],
)
@pytest.mark.parametrize("make", [SGD, Adam])
def test_settings_from_elsewhere(make, settings, name):
    message = f"^{make.__name__} has no '{[*settings][-1]}': write {name}$"
    with pytest.raises(TypeError, match=message):
        make(leaves(1.0), **settings)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: a.exp(2), r"Value\.exp\(\) takes 1 positional argument but 2 were given"),
        (lambda a: a.max(), r"Value\.max\(\) missing 1 required positional argument: 'other'"),
        (lambda a: a.max(1, 2), r"Value\.max\(\) takes 2 positional arguments but 3 were given"),
        (lambda a: a.graph.value(a), "a Value is no number: x.data is"),
        (lambda a: pick([a], [0]), r"pick: expected a number or a Value, not list \[0\]"),
        (lambda a: a + "1", r"\+: expected a number or a Value, not str '1'"),
    ],
)
def test_calls_with_the_wrong_arguments(call, message):
    with pytest.raises(TypeError, match=message):
        call(*leaves(1.0))


class Array:
    """As much of numpy's as decides who computes: a shape, and operators from both sides."""

    ndim = 1

    def __init__(self, *numbers: float) -> None:
        self.numbers = numbers

    def __float__(self) -> float:
        raise TypeError("only 0-dimensional arrays can be converted to Python scalars")

    def __rmul__(self, x: Value) -> list[Value]:
        return [x * number for number in self.numbers]


def test_arrays_take_over():
    (a,) = leaves(3.0)
    assert [x.data for x in a * Array(1.0, 2.0)] == [3.0, 6.0]
    with pytest.raises(TypeError, match=r"unsupported operand type\(s\) for \+"):
        a + Array(1.0)
    for use in (lambda: a.max(Array(1.0)), lambda: a.graph.value(Array(1.0))):
        with pytest.raises(TypeError, match="expected a number or a Value, not Array"):
            use()
    assert len(a.graph) == 5


def test_every_operation_can_be_recorded_by_name():
    (a,) = leaves(0.5)
    for op, (value, _, dy) in OPS.items():
        out = a.graph.record(op, a, *([] if dy is None else [2.0]))
        assert (out.op, out.data) == (op, value(0.5, 2.0))
    with pytest.raises(ValueError, match="OPS has no 'tan' of 1 operands"):
        a.graph.record("tan", a)
    with pytest.raises(ValueError, match="OPS has no 'exp' of 2 operands"):
        a.graph.record("exp", a, 2.0)
    with pytest.raises(ValueError, match=r"not a real number: log of -1.0 \(node 21, of node 20\)"):
        a.graph.record("log", -1.0)


@pytest.fixture
def hypot():
    """An operation of two operands, defined for a test and taken back."""
    define(
        "hypot",
        Op(lambda x, y: (x * x + y * y) ** 0.5, lambda x, y, v: x / v, lambda x, y, v: y / v),
    )
    yield
    del OPS["hypot"], Value.hypot


@pytest.mark.usefixtures("hypot")
def test_an_operation_that_was_defined_is_known_in_every_room():
    x, y = leaves(3.0, 4.0)
    z = x.hypot(y) * x.hypot(0.5)
    assert z.op == "*"
    assert z.data == pytest.approx(5 * 9.25**0.5)
    check_gradient(lambda a, b: a.hypot(b).hypot(2.0), [3.0, 4.0])
    z.backward()
    assert x.graph.jvp({x: 1.0})[z.index] == pytest.approx(x.grad)
    x.data = 5.0
    x.graph.replay()
    assert z.data == pytest.approx(41**0.5 * 25.25**0.5)
    assert "hypot(x, y)" in draw(z, {"x": x, "y": y}).desc
    assert "hypot(x, y)" in steps(z, {"x": x, "y": y}).backward[-1].text
    traced = Tracer()
    a, b = traced.leaves(2)
    z.backward()
    for backend in ("python", "wasm"):
        run = compile_loss(a.hypot(b) * a.hypot(0.5), [a, b], backend=backend)
        loss, gradient = run([5.0, 4.0])
        assert loss == pytest.approx(z.data, rel=1e-15)
        assert list(gradient) == pytest.approx([x.grad, y.grad], rel=1e-14)


@pytest.mark.usefixtures("hypot")
def test_a_definition_is_checked():
    (x,) = leaves(3.0)
    row = Op(lambda x, _: x, lambda x, y, v: 1.0)
    for name in ("hypot", "exp", "data", "max", "__add__", "+"):
        with pytest.raises(ValueError, match=rf"Value has '{re.escape(name)}' already"):
            define(name, row)
    with pytest.raises(ValueError, match="OPS has no 'hypot' of 1 operands"):
        x.hypot()
    with pytest.raises(TypeError, match="hypot: expected a number or a Value, not str 'x'"):
        x.hypot("x")
