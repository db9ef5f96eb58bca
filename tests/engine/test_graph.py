"""Graph and Value: recording, the passes over the tape, truncate, and what goes wrong."""

import gc
import math
import tracemalloc
from fractions import Fraction

import pytest

from engine import OPS, SGD, Graph, Value, dot, draw, load, pick, steps
from engine.graph import operands


def leaves(*numbers: float) -> list[Value]:
    graph = Graph()
    return [graph.value(number) for number in numbers]


def test_the_posts_figure():
    a, b, c = leaves(2.0, -3.0, 10.0)
    e = (a * b + c).tanh()
    e.backward()
    assert e.data == math.tanh(4.0)
    slope = 1 - math.tanh(4.0) ** 2
    assert [x.grad for x in (a, b, c, e)] == [-3 * slope, 2 * slope, slope, 1.0]
    assert (a.op, (a * b).op, e.op) == ("leaf", "*", "tanh")


@pytest.mark.parametrize(
    ("expression", "by_hand"),
    [
        (lambda x: x + 2, lambda x: x + 2),
        (lambda x: 2 + x, lambda x: 2 + x),
        (lambda x: x - 2, lambda x: x - 2),
        (lambda x: 2 - x, lambda x: 2 - x),
        (lambda x: x * 2, lambda x: x * 2),
        (lambda x: 2 * x, lambda x: 2 * x),
        (lambda x: x / 2, lambda x: x / 2),
        (lambda x: 2 / x, lambda x: 2 / x),
        (lambda x: x**2, lambda x: x**2),
        (lambda x: 2**x, lambda x: 2**x),
        (lambda x: x**x, lambda x: x**x),
        (lambda x: -x, lambda x: -x),
        (lambda x: x.exp(), math.exp),
        (lambda x: x.log(), math.log),
        (lambda x: x.tanh(), math.tanh),
        (lambda x: x.sin(), math.sin),
        (lambda x: x.cos(), math.cos),
        (lambda x: x.relu(), lambda x: max(0.0, x)),
        (lambda x: x.max(1.0), lambda x: max(x, 1.0)),
        (lambda x: sum([x, x, 1]), lambda x: 2 * x + 1),
        (lambda x: dot([x, 2.0], [3.0, x]), lambda x: 5 * x),
        (lambda x: x * Fraction(1, 2) + True, lambda x: x / 2 + 1),
    ],
)
@pytest.mark.parametrize("number", [0.7, 3.25])
def test_values_and_slopes(expression, by_hand, number):
    (x,) = leaves(number)
    out = expression(x)
    assert isinstance(out.data, float)
    assert out.data == pytest.approx(by_hand(number), rel=1e-15)
    out.backward()
    h = 1e-6
    assert x.grad == pytest.approx((by_hand(number + h) - by_hand(number - h)) / (2 * h), rel=1e-8)


def test_operands_stand_before_the_node_that_uses_them():
    a, b = leaves(1.0, 2.0)
    pick([dot([a * b, a - 1], [2, b.exp()]), 1, b], a * 0)
    graph = a.graph
    for i in range(len(graph)):
        assert all(0 <= k < i for k in operands(graph, i))
    assert len(graph.op) == len(graph.a) == len(graph.b) == len(graph.data)


def test_gradients_of_every_path_add_up():
    (a,) = leaves(3.0)
    (a + a).backward()
    assert a.grad == 2.0
    (a * a).backward()
    assert a.grad == 6.0
    dot([a, a], [a, 2.0]).backward()
    assert a.grad == 8.0


def test_backward_starts_from_zeros_each_time():
    a, b = leaves(2.0, 5.0)
    product, total = a * b, a + b
    product.backward()
    product.backward()
    assert (a.grad, b.grad) == (5.0, 2.0)
    total.backward()
    assert (a.grad, b.grad, product.grad) == (1.0, 1.0, 0.0)


def test_grad_is_0_before_backward_and_for_nodes_made_later():
    (a,) = leaves(2.0)
    assert a.grad == 0.0
    (a * a).backward()
    assert (a * 3).grad == 0.0


def test_jvp_of_a_direction():
    a, b = leaves(2.0, -3.0)
    e = (a * b).tanh() + a
    tangent = a.graph.jvp({a: 1.0, b: 0.5})
    e.backward()
    assert tangent[e.index] == pytest.approx(a.grad + 0.5 * b.grad)
    assert (tangent[a.index], tangent[b.index]) == (1.0, 0.5)


def test_replay_follows_the_leaves_without_new_nodes():
    a, b = leaves(2.0, -3.0)
    e = dot([a, b], [b, 2.0]) + (a / b).exp() + (a - b).relu().max(b) ** 2
    size = len(a.graph)
    a.data, b.data = 1.5, 0.25
    a.graph.replay()
    c, d = leaves(1.5, 0.25)
    again = dot([c, d], [d, 2.0]) + (c / d).exp() + (c - d).relu().max(d) ** 2
    assert e.data == again.data
    assert len(a.graph) == size
    assert a.graph.data == again.graph.data


def test_only_leaves_can_be_set():
    a, b = leaves(2.0, 3.0)
    with pytest.raises(ValueError, match=r"node 2 is not a leaf but computed, by '\*'"):
        (a * b).data = 1.0
    with pytest.raises(TypeError, match="data: expected a number"):
        a.data = "2"
    a.data = 7
    assert a.data == 7.0


def test_truncate_keeps_what_is_before_the_mark():
    a, b = leaves(2.0, 3.0)
    graph, mark = a.graph, len(a.graph)
    for _ in range(3):
        (a * b).backward()
        assert (a.grad, b.grad) == (3.0, 2.0)
        graph.truncate(mark)
        assert len(graph) == len(graph.grad) == mark
    assert (a.grad, b.grad) == (3.0, 2.0)


def test_a_stale_handle_raises_even_when_its_index_is_used_again():
    a, b = leaves(2.0, 3.0)
    graph = a.graph
    old = a * b
    graph.truncate(2)
    new = a - b
    assert new.index == old.index
    assert new.data == -1.0
    for use in (
        lambda: old.data,
        lambda: old.grad,
        lambda: old.op,
        lambda: old + 1,
        lambda: 1 + old,
        lambda: a + old,
        lambda: old.tanh(),
        lambda: dot([a], [old]),
        lambda: old.backward(),
        lambda: graph.jvp({old: 1.0}),
        lambda: old + new,
    ):
        with pytest.raises(ValueError, match=r"stale handle, truncate\(\) removed its node 2"):
            use()
    assert repr(old) == "Value(stale)"


def test_handles_survive_truncates_above_them():
    (a,) = leaves(1.0)
    graph = a.graph
    step = a + 1
    graph.truncate(1)
    late = graph.value(5.0)  # made after the first truncate, at a higher index than its mark
    kept = len(graph)
    for _ in range(2):
        gone = late * a
        graph.truncate(kept)
    assert (late + a).data == 6.0
    for stale in (step, gone):
        with pytest.raises(ValueError, match="stale handle"):
            stale + a


@pytest.mark.parametrize("mark", [-1, 2, 1.0, None])
def test_truncate_refuses_a_mark_outside(mark):
    (a,) = leaves(1.0)
    with pytest.raises(ValueError, match=rf"truncate\({mark}\): the graph has 1 nodes"):
        a.graph.truncate(mark)


def test_a_chain_of_100_000_nodes():
    (x,) = leaves(1.0)
    y = x
    for _ in range(100_000):
        y = y + 1e-5
    y.backward()
    assert x.grad == 1.0
    assert y.data == pytest.approx(2.0)
    assert x.graph.jvp({x: 2.0})[y.index] == 2.0
    x.graph.replay()
    assert y.data == pytest.approx(2.0)


def test_nothing_is_left_to_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        a, b = leaves(2.0, 3.0)
        e = dot([a, b], [b, a * b]).tanh()
        e.backward()
        a.graph.jvp({a: 1.0})
        a.graph.truncate(2)
        with pytest.raises(ValueError, match="stale"):
            e.data  # noqa: B018
        del a, b, e
        found = gc.collect()
    finally:
        gc.enable()
    assert found == 0


def test_memory_is_back_after_truncate():
    ws = leaves(*[0.1] * 50)
    graph, mark = ws[0].graph, len(ws)

    def step() -> None:
        total = ws[0] * 0
        for _ in range(20):
            total = (sum((w * total for w in ws), total) + dot(ws, ws)).tanh()
        total.backward()
        graph.truncate(mark)

    tracemalloc.start()
    try:
        step()
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            step()
        gc.collect()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before > 100_000, "the steps were too small to show anything"
    assert after - before < 2_000


def test_a_pick_is_one_node_that_follows_its_place():
    a, b, place = leaves(2.0, 3.0, 1.0)
    graph = a.graph
    out = pick([a * a, b, 7.0], place) * 5
    size = len(graph)
    for number, value, slopes in ((1, 15.0, (0.0, 5.0)), (0, 20.0, (20.0, 0.0)), (2, 35.0, (0, 0))):
        place.data = number
        graph.replay()
        out.backward()
        assert (out.data, a.grad, b.grad, place.grad) == (value, *slopes, 0.0)
        assert graph.jvp({a: 1.0, b: 10.0})[out.index] == slopes[0] + 10 * slopes[1]
    assert len(graph) == size
    assert graph.op.count("pick") == 1


def test_a_pick_by_a_number_is_plain_indexing():
    a, b = leaves(2.0, 3.0)
    assert pick([a, b], 1) is b
    assert pick([a, b], 0.0) is a
    assert pick("xyz", 2) == "z"
    assert len(a.graph) == 2


@pytest.mark.parametrize("number", [-1.0, 2.0, 0.5, -0.5, math.nan, math.inf, -math.inf, 1e300])
def test_no_place_among_the_values_is_refused(number):
    a, b, place = leaves(2.0, 3.0, 0.0)
    out = pick([a, b], place)
    message = rf"^pick: {number!r} is no place among 2 values".replace("+", r"\+")
    with pytest.raises(IndexError, match=message + "$"):
        pick([a, b], number)
    place.data = number
    for again in (lambda: pick([a, b], place), a.graph.replay):
        with pytest.raises(IndexError, match=message + r" \(node 2\)$"):
            again()
    assert out.data == 2.0
    assert len(a.graph.op) == len(a.graph.data) == 4


DIVISION = "division by zero: "
UNREAL = "not a real number: "


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda a, b: a / b, ZeroDivisionError, DIVISION + "2.0 / 0.0 (node 2, of nodes 0 and 1)"),
        (lambda a, b: a / 0, ZeroDivisionError, DIVISION + "2.0 / 0.0 (node 3, of nodes 0 and 2)"),
        (lambda a, b: 1 / b, ZeroDivisionError, DIVISION + "1.0 / 0.0 (node 3, of nodes 2 and 1)"),
        (lambda a, b: b**-1, ZeroDivisionError, DIVISION + "0.0 ** -1.0 (node 3, of nodes 1 and 2"),
        (lambda a, b: (-a) ** 0.5, ValueError, UNREAL + "-2.0 ** 0.5 (node 4, of nodes 2 and 3)"),
        (lambda a, b: b.log(), ValueError, UNREAL + "log of 0.0 (node 2, of node 1)"),
        (lambda a, b: (-a).log(), ValueError, UNREAL + "log of -2.0 (node 3, of node 2)"),
        (lambda a, b: a + "1", TypeError, "+: expected a number or a Value, not str '1'"),
        (lambda a, b: "1" * a, TypeError, "*: expected a number or a Value, not str '1'"),
        (lambda a, b: a - None, TypeError, "-: expected a number or a Value, not NoneType None"),
        (lambda a, b: a * 1j, TypeError, "*: expected a number or a Value, not complex 1j"),
        (lambda a, b: a.max([1]), TypeError, "max: expected a number or a Value, not list [1]"),
        (
            lambda a, b: a.graph.value("x"),
            TypeError,
            "value: expected a number or a Value, not str",
        ),
        (lambda a, b: a + leaves(1.0)[0], ValueError, "+: the operands belong to two different"),
        (lambda a, b: dot([a], leaves(1.0)), ValueError, "dot: the operands belong to two differ"),
        (lambda a, b: a.graph.backward(leaves(1.0)[0]), ValueError, "backward: the operands"),
        (lambda a, b: dot([a, b], [a]), ValueError, "dot: 2 weights, but 1 inputs"),
        (lambda a, b: dot([], []), ValueError, "dot: no Value among the elements"),
        (lambda a, b: dot([1.0], [2.0]), ValueError, "dot: no Value among the elements"),
        (lambda a, b: pick([], a), ValueError, "pick: there are no values to pick from"),
        (lambda a, b: pick([], 0), IndexError, "pick: 0.0 is no place among 0 values"),
        (lambda a, b: pick([a], "0"), TypeError, "pick: expected a number or a Value, not str '0'"),
        (lambda a, b: pick(["x"], b), TypeError, "pick: expected a number or a Value, not str 'x'"),
        (lambda a, b: pick(leaves(1.0), b), ValueError, "pick: the operands belong to two differ"),
        (lambda a, b: a.graph.pick([a], 0), TypeError, "pick: expected a Value, not int 0"),
        (lambda a, b: a.graph.backward(b.data), TypeError, "backward: expected a Value, not float"),
        (lambda a, b: a.graph.jvp({0: 1.0}), TypeError, "jvp: expected a Value, not int 0"),
        (lambda a, b: dot([a], ["x"]), TypeError, "dot: expected a number or a Value, not str 'x'"),
    ],
)
def test_errors_name_the_operation_and_the_node(make, error, message):
    a, b = leaves(2.0, 0.0)
    with pytest.raises(error) as caught:
        make(a, b)
    assert str(caught.value).startswith(message)
    assert type(caught.value) is error


def test_replay_and_the_sweeps_name_the_node_too():
    a, b = leaves(2.0, 1.0)
    (a / b).tanh()
    b.data = 0.0
    with pytest.raises(ZeroDivisionError, match=r"2.0 / 0.0 \(node 2, of nodes 0 and 1\)"):
        a.graph.replay()
    (b,) = leaves(0.0)
    root = b**0.5
    for sweep in (root.backward, lambda: b.graph.jvp({b: 1.0})):
        with pytest.raises(ZeroDivisionError, match=r"0.0 derivative of \*\* 0.5 \(node 2"):
            sweep()


def test_a_failed_operation_leaves_the_arrays_in_step():
    a, b = leaves(2.0, 0.0)
    for fail in (lambda: a / b, lambda: b.log()):
        with pytest.raises((ZeroDivisionError, ValueError)):
            fail()
    graph = a.graph
    assert len(graph.op) == len(graph.a) == len(graph.b) == len(graph.data) == 2
    assert (a + b).data == 2.0


def test_overflow_and_nan_are_those_of_ieee_754():
    x, minus, nan = leaves(1000.0, -1e200, math.nan)
    assert x.exp().data == math.inf
    assert (-x).exp().data == 0.0
    assert (minus**3).data == -math.inf
    assert (minus**2).data == math.inf
    assert (minus * 1e200).data == -math.inf
    assert (x.exp() - x.exp()).data != 0.0
    assert x.exp().log().data == math.inf
    for out in (nan + 1, nan.exp(), nan.log(), nan.tanh(), nan.relu(), nan.max(1), x.max(nan)):
        assert math.isnan(out.data)
    assert (nan**0).data == 1.0


def test_kinks_are_those_of_pytorch():
    (x,) = leaves(0.0)
    x.relu().backward()
    assert x.grad == 0.0
    a, b = leaves(3.0, 3.0)
    a.max(b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)
    base, exponent = leaves(-2.0, 3.0)
    (base**exponent).backward()
    assert base.grad == 12.0
    assert math.isnan(exponent.grad)
    zero, none = leaves(0.0, 0.0)
    (zero**none).backward()
    assert (zero.grad, none.grad) == (0.0, 0.0)


def test_a_zero_gradient_passes_nothing_on():
    (x,) = leaves(0.0)
    y = x**0.5 * 0
    y.backward()
    assert x.grad == 0.0


def test_repr():
    a, b = leaves(2.0, 1 / 3)
    e = a * b
    e.backward()
    assert repr(e) == "Value(data=0.666667, grad=1, op='*')"
    assert repr(a) == "Value(data=2, grad=0.333333, op='leaf')"
    assert repr(a.graph) == "Graph(3 nodes)"


def test_every_operation_has_a_row():
    a, b = leaves(2.0, 3.0)
    a + b, a - b, a * b, a / b, a**b, a.max(b)
    -a, a.exp(), a.log(), a.tanh(), a.relu(), a.sin(), a.cos()
    assert set(a.graph.op) == {"leaf", *OPS}


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda a: draw(3.0), r"expected a Value, not float 3\.0"),
        (lambda a: steps("x"), "expected a Value, not str 'x'"),
        (lambda a: SGD(a, 0.1), r"SGD: expected a list of Values or an array\('d'\), not Value"),
        (lambda a: SGD(3.0, 0.1), r"SGD: expected a list of Values or an array\('d'\), not 3\.0"),
        (lambda a: load([1.0], [2.0]), r"load: expected a Value, not float 1\.0"),
        (lambda a: a.graph.jvp({a: "x"}), "jvp: expected a number or a Value, not str 'x'"),
        (lambda a: a.graph.jvp({a: a}), r"a Value is no number: x\.data is"),
        (lambda a: a.graph.backward(a.data), r"backward: expected a Value, not float 2\.0"),
    ],
)
def test_what_is_no_value_is_refused_everywhere(use, message):
    with pytest.raises(TypeError, match=message):
        use(*leaves(2.0))


def test_a_dot_of_nothing_is_the_number_0():
    (w,) = leaves(2.0)
    graph = w.graph
    out = w * 3 + graph.dot([], [])
    graph.replay()
    out.backward()
    assert (out.data, w.grad, graph.jvp({w: 1.0})[out.index]) == (6.0, 3.0, 3.0)
    nothing = graph.dot((), ())
    nothing.backward()
    assert (nothing.data, nothing.op, nothing.grad, w.grad) == (0.0, "const", 1.0, 0.0)
    assert draw(nothing).desc
    assert len(steps(out).forward) == 5
