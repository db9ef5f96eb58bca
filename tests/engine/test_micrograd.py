"""Karpathy's micrograd as a second opinion, on its operations; and what its own tests assert."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from micrograd.engine import Value as MicrogradValue

from engine import Graph
from scripts.bench import tape

OPERATIONS = [
    lambda x, y: x + y,
    lambda x, y: x - y,
    lambda x, y: (x * y) * 0.1,
    lambda x, y: x / (y * y + 1),
    lambda x, y: x**2 * 0.1,
    lambda x, y: (x * x + 1) ** -0.5,
    lambda x, y: x.relu(),
    lambda x, y: -x,
    lambda x, y: 2 * x - 1,
    lambda x, y: 1 - x + 3,
    lambda x, y: 2 / (x * x + 1),
    lambda x, y: sum([x, y, x]),
]
numbers = st.floats(-4, 4).map(lambda x: round(x, 3))
steps = st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 20), st.integers(0, 20))


def build(leaves, chosen):
    nodes = list(leaves)
    for operation, i, j in chosen:
        nodes.append(operation(nodes[-1 - i % len(nodes)], nodes[-1 - j % len(nodes)]))
    return sum(nodes[-3:])


@given(st.lists(numbers, min_size=1, max_size=3), st.lists(steps, max_size=12))
def test_random_graphs(inputs, chosen):
    graph = Graph()
    ours = [graph.value(x) for x in inputs]
    theirs = [MicrogradValue(x) for x in inputs]
    root, other = build(ours, chosen), build(theirs, chosen)
    root.backward()
    other.backward()
    assert root.data == pytest.approx(other.data, rel=1e-12, abs=1e-12)
    scale = 1 + max(abs(x.grad) for x in theirs)
    assert [x.grad for x in ours] == pytest.approx([x.grad for x in theirs], abs=1e-10 * scale)


def test_its_readme():
    """The numbers that its README prints."""
    graph = Graph()
    a, b = graph.value(-4.0), graph.value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert f"{g.data:.4f} {a.grad:.4f} {b.grad:.4f}" == "24.7041 138.8338 645.5773"


def test_its_sanity_check():
    """test_sanity_check of micrograd's test/test_engine.py, with what PyTorch gives: exact."""
    x = Graph().value(-4.0)
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    h = (z * z).relu()
    y = h + q + q * x
    y.backward()
    assert (y.data, x.grad) == (-20.0, 46.0)


def test_it_agrees_on_its_more_ops():
    """test_more_ops of the same file is the expression of the README, there against PyTorch."""

    def expression(a, b):
        c = a + b
        d = a * b + b**3
        c = c + c + 1
        c = c + 1 + c + (-a)
        d = d + d * 2 + (b + a).relu()
        d = d + 3 * d + (b - a).relu()
        e = c - d
        f = e**2
        return f / 2.0 + 10.0 / f

    graph = Graph()
    ours = [graph.value(-4.0), graph.value(2.0)]
    theirs = [MicrogradValue(-4.0), MicrogradValue(2.0)]
    root, other = expression(*ours), expression(*theirs)
    root.backward()
    other.backward()
    assert root.data == other.data
    assert [x.grad for x in ours] == pytest.approx([x.grad for x in theirs], rel=1e-14)


def test_training_goes_the_same_way():
    """The moons of its demonstration, by every way of using the tape that the bench measures."""
    gc.disable()  # it would take most of the time: micrograd's graphs are full of cycles
    try:
        tape.agree()
    finally:
        gc.enable()
