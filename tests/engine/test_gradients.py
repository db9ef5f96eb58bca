"""Random graphs of all operations: reverse mode = forward mode = central differences."""

import math
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine import OPS, Graph, Value, dot, pick

Steps = list[tuple[str, int, int, int]]

OPERATIONS: dict[str, Callable[[Value, Value, Value], Value]] = {
    "+": lambda x, y, z: x + y,
    "-": lambda x, y, z: x - y,
    "*": lambda x, y, z: x * y,
    "/": lambda x, y, z: x / y,
    "**": lambda x, y, z: x**y,
    "max": lambda x, y, z: x.max(y),
    "neg": lambda x, y, z: -x,
    "exp": lambda x, y, z: x.exp(),
    "log": lambda x, y, z: x.log(),
    "tanh": lambda x, y, z: x.tanh(),
    "relu": lambda x, y, z: x.relu(),
    "sin": lambda x, y, z: x.sin(),
    "cos": lambda x, y, z: x.cos(),
    "dot": lambda x, y, z: dot([x, y, 0.5], [z, x, y]),
    "pick": lambda x, y, z: pick([x, y, z, 0.5], 0 * x + 2),
    "numbers": lambda x, y, z: (2 * x - 1) / 3 + (1 - y) * 0.5,
    "number powers": lambda x, y, z: x**3 + 1.5 ** (y / 20),
}
# Where an operation is smooth and not too steep; elsewhere tanh takes its place.
SMOOTH: dict[str, Callable[[float, float], bool]] = {
    "/": lambda x, y: abs(y) > 0.3,
    "**": lambda x, y: 0.3 < x < 10 and abs(y) < 3,
    "max": lambda x, y: abs(x - y) > 0.05,
    "exp": lambda x, y: x < 3,
    "log": lambda x, y: x > 0.3,
    "relu": lambda x, y: abs(x) > 0.05,
    "number powers": lambda x, y: abs(x) < 5 and abs(y) < 50,
}

numbers = st.floats(-3, 3).map(lambda x: round(x, 3))
choices = st.tuples(st.sampled_from(sorted(OPERATIONS)), *[st.integers(0, 30) for _ in range(3)])


def build(inputs: list[float], steps: Steps, smooth: bool) -> tuple[list[Value], Value]:
    """The leaves and the last node of a graph that takes those steps."""
    graph = Graph()
    leaves = [graph.value(x) for x in inputs]
    nodes = list(leaves)
    for name, i, j, k in steps:
        x, y, z = (nodes[-1 - n % len(nodes)] for n in (i, j, k))
        allowed = SMOOTH.get(name, lambda x, y: True)(x.data, y.data)
        if smooth and not allowed:
            name = "tanh"
        try:
            node = OPERATIONS[name](x, y, z)
        except (ValueError, ZeroDivisionError):
            node = x.tanh()
        nodes.append(node if abs(node.data) < 100 else node.tanh())
    return leaves, sum(nodes[-3:])


def test_the_operations_tried_are_all_there_are():
    assert {*OPERATIONS} - {"numbers", "number powers"} == {*OPS, "dot", "pick"}


@given(st.lists(numbers, min_size=1, max_size=4), st.lists(choices, max_size=25))
def test_reverse_mode_is_forward_mode(inputs, steps):
    """To 1e-9 of the largest gradient met on the way; kinks and ties included."""
    leaves, root = build(inputs, steps, smooth=False)
    try:
        root.backward()
        tangents = [root.graph.jvp({leaf: 1.0}) for leaf in leaves]
    except ZeroDivisionError:  # the slope of a root at 0
        assume(False)
    # A nan, from the exponent of a negative base, meets other zeros on the way back.
    assume(all(map(math.isfinite, sum(tangents, root.graph.grad))))
    reverse = [leaf.grad for leaf in leaves]
    forward = [tangent[root.index] for tangent in tangents]
    scale = 1 + max(map(abs, root.graph.grad))
    assert reverse == pytest.approx(forward, abs=1e-9 * scale)


@given(st.lists(numbers, min_size=1, max_size=4), st.lists(choices, max_size=25))
def test_reverse_mode_is_central_differences(inputs, steps):
    """To 1e-5 of the largest gradient met on the way, for graphs that are smooth where they are."""
    leaves, root = build(inputs, steps, smooth=True)
    root.backward()
    largest = 1 + max(map(abs, root.graph.grad))
    assume(largest < 1e4)
    h = 1e-5 / largest**0.5
    for leaf in leaves:
        start, ends = leaf.data, []
        for moved in (start + h, start - h, start):
            leaf.data = moved
            root.graph.replay()
            ends.append(root.data)
        slope = (ends[0] - ends[1]) / (2 * h)
        assert leaf.grad == pytest.approx(slope, abs=1e-5 * largest)


@given(
    st.lists(numbers, min_size=2, max_size=2),
    st.lists(numbers, min_size=2, max_size=2),
    st.lists(choices, max_size=25),
)
def test_replay_is_recording_anew(inputs, others, steps):
    """Bit for bit, wherever the same steps can be taken from both inputs."""
    leaves, root = build(inputs, steps, smooth=True)
    _, expected = build(others, steps, smooth=True)
    assume(root.graph.op == expected.graph.op)
    for leaf, x in zip(leaves, others, strict=True):
        leaf.data = x
    root.graph.replay()
    assert root.graph.data == expected.graph.data


@given(st.lists(numbers, min_size=1, max_size=4), st.lists(choices, max_size=15))
def test_one_sweep_gives_what_the_passes_of_forward_mode_give_together(inputs, steps):
    """Any direction: the tangent of the root is the gradient times the direction."""
    leaves, root = build(inputs, steps, smooth=True)
    root.backward()
    direction = {leaf: 0.5 + n for n, leaf in enumerate(leaves)}
    tangent = root.graph.jvp(direction)[root.index]
    scale = 1 + max(map(abs, root.graph.grad))
    assert tangent == pytest.approx(
        sum(leaf.grad * t for leaf, t in direction.items()), abs=1e-9 * scale
    )
