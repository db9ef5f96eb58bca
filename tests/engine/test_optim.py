"""Optimisers, against their formulas written out, and the schedules."""

import math
from array import array

import pytest

from engine import SGD, Adam, Graph, cosine, linear


def slope(graph, x, y):
    """Leaves the gradient of x² + 3y in graph.grad, anew for the present x and y."""
    mark = len(graph)
    (x * x + 3 * y).backward()
    graph.truncate(mark)


def run(make, steps):
    graph = Graph()
    x, y = graph.value(2.0), graph.value(1.0)
    optimiser = make([x, y])
    for _ in range(steps):
        slope(graph, x, y)
        optimiser.step()
    return x.data, y.data


def test_sgd():
    assert run(lambda ps: SGD(ps, 0.1), 2) == pytest.approx((2.0 * 0.8 * 0.8, 1.0 - 0.6))


def test_momentum_adds_up_past_gradients():
    x, v = 2.0, 0.0
    for _ in range(5):
        v = 0.9 * v + 2 * x
        x -= 0.05 * v
    y = 1.0 - 0.05 * 3 * sum(sum(0.9**k for k in range(n)) for n in range(1, 6))
    assert run(lambda ps: SGD(ps, 0.05, momentum=0.9), 5) == pytest.approx((x, y))


def test_adam():
    """Algorithm 1 of the paper, for one parameter at a time."""

    def by_the_book(p, gradient, steps):
        m = v = 0.0
        for t in range(1, steps + 1):
            g = gradient(p)
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            p -= 0.01 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        return p

    expected = by_the_book(2.0, lambda p: 2 * p, 10), by_the_book(1.0, lambda p: 3.0, 10)
    assert run(lambda ps: Adam(ps, 0.01), 10) == pytest.approx(expected, rel=1e-12)


def test_adams_first_step_is_the_rate_whatever_the_gradient():
    assert run(lambda ps: Adam(ps, 0.01), 1) == pytest.approx((1.99, 0.99), rel=1e-9)


def test_schedules():
    assert [linear(1.0, 0.0, 4)(k) for k in range(6)] == [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    half = cosine(1.0, 0.0, 4)
    assert [half(k) for k in (0, 2, 4, 9)] == pytest.approx([1.0, 0.5, 0.0, 0.0])
    assert half(1) > 0.75 > 0.25 > half(3)


def test_a_schedule_is_as_long_as_its_steps():
    for make in (linear, cosine):
        schedule = make(1.0, 0.0, 4)
        assert list(schedule) == [schedule(k) for k in range(4)]
        assert len(schedule) == 4
        with pytest.raises(ValueError, match="a schedule needs at least one step, not 0"):
            make(1.0, 0.0, 0)


def test_a_schedule_is_asked_for_each_step():
    asked = []
    run(lambda ps: SGD(ps, lambda step: asked.append(step) or 0.1), 3)
    assert asked == [0, 1, 2]


def test_what_cannot_be_optimised_is_refused():
    graph, other = Graph(), Graph()
    x, y = graph.value(2.0), other.value(1.0)
    with pytest.raises(ValueError, match="needs at least one parameter"):
        SGD([], 0.1)
    with pytest.raises(ValueError, match="SGD: the operands belong to two different graphs"):
        SGD([x, y], 0.1)
    with pytest.raises(ValueError, match=r"node 1 is computed \(\*\), not a parameter"):
        Adam([x * x])
    with pytest.raises(TypeError, match=r"Adam: expected Values or an array\('d'\), not 2\.0"):
        Adam([x.data])
    with pytest.raises(TypeError, match=r"Adam: expected a Value, not float 2\.0"):
        Adam([x, x.data])
    with pytest.raises(TypeError, match="expected Values or an array"):
        Adam(array("f", [1.0]))
    with pytest.raises(TypeError, match=r"step\(\) needs Values: numbers are moved by train\(\)"):
        SGD(array("d", [1.0]), 0.1).step()
    with pytest.raises(ValueError, match=r"call backward\(\) on the loss first"):
        SGD([y], 0.1).step()


@pytest.mark.parametrize("make", [SGD, Adam])
def test_an_optimiser_does_not_outlive_its_parameters(make):
    graph = Graph()
    keep, gone = graph.value(1.0), graph.value(2.0)
    optimiser = make([keep, gone], 0.1)
    graph.truncate(1)
    new = graph.value(5.0)  # where the second was
    (keep * new).backward()
    with pytest.raises(ValueError, match=r"stale handle, truncate\(\) removed its node 1"):
        optimiser.step()
    assert (keep.data, new.data, optimiser.steps) == (1.0, 5.0, 0)
