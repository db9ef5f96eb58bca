"""Rolling: runs of like nodes become loops, and not a bit changes."""

import pytest

from engine.compile import CompiledWasm, Tracer, expanded, lower, roll
from engine.graph import Graph, dot, pick


def loops(loss, *given):
    return [str(loop).strip() for loop in roll(lower(loss, *given)).sections[0].loops]


def matrix(g, rows, columns):
    return [g.leaves(columns) for _ in range(rows)]


def test_a_layer_is_a_loop_for_each_operation():
    g = Tracer()
    ws, bs, xs = matrix(g, 8, 4), g.leaves(8), g.leaves(4)
    outs = [(dot(row, xs) + b).relu() for row, b in zip(ws, bs, strict=True)]
    flat = [w for row in ws for w in row]
    assert loops(dot(outs, outs), [*flat, *bs], xs) == [
        "8 × dot of 4", "8 × +", "8 × relu", "1 × dot of 8",
    ]  # fmt: skip


def test_rows_of_a_table_that_an_input_picks():
    g = Tracer()
    table, x = matrix(g, 5, 3), g.leaves(1)
    row = [pick(column, x[0]) for column in zip(*table, strict=True)]
    flat = [w for row in table for w in row]
    assert loops(dot(row, row), flat, x) == ["3 × pick of 5", "1 × dot of 3"]


def test_what_is_computed_once_is_rolled_too():
    g = Tracer()
    ws, xs = g.leaves(6), g.leaves(6)
    penalty = sum(w**2 for w in ws)
    program = roll(lower(dot(ws, xs) + penalty, ws, xs))
    assert [str(loop).strip() for loop in program.once.loops] == ["6 × square", "1 × +", "5 × +"]
    assert str(program).splitlines() == [
        "14 nodes in 5 loops",
        "once:",
        "   6 × square",
        "   1 × +",
        "   5 × +",
        "for each sample:",
        "   1 × dot of 6",
        "   1 × +",
    ]


def test_a_value_read_by_two_groups_keeps_the_order_of_its_contributions():
    """The relus read x between the products: the later products must not join the earlier."""
    g = Graph()
    w, x = g.value(0.1), g.value(0.7)
    h = w * x
    loss = h * 0.3 + h.relu() + h * 0.9 + (h * 1e16).relu() * 1e-16
    loss.backward()
    got = CompiledWasm(lower(loss, [w], [x]), machine=True)([0.1], [0.7])
    assert (got[0], list(got[1])) == (loss.data, [w.grad])


@pytest.mark.parametrize(
    ("ws", "xs"),
    [
        ([0, 1, 2, 3], [4, 5, 6, 7]),
        ([0, 2, 4, 6], [1, 3, 5, 7]),
        ([7, 6, 5, 4], [0, 1, 2, 3]),
        ([0, 5, 1, 7], [3, 3, 2, 0]),  # no constant step
        ([0, 0, 0, 0], [1, 2, 3, 4]),  # none at all
        ([0, 1, 2, 3], [0, 1, 2, 3]),  # with itself
        ([0, 1, 2, 3], [1, 2, 3, 4]),  # overlapping: two at a time would change the order
        ([2], [3]),
    ],
)
def test_dots_of_every_shape(ws, xs):
    g = Graph()
    leaves, x = [g.value(0.1 * k + 0.3) for k in range(8)], g.value(0.7)
    vs = [w * x for w in leaves]
    loss = dot([vs[k] for k in ws], [vs[k] for k in xs]) * 0.7
    loss = loss + dot([vs[k] for k in ws], [vs[k] for k in xs])
    loss.backward()
    run = CompiledWasm(lower(loss, leaves, [x]), machine=True)
    got, gradient = run([w.data for w in leaves], [0.7])
    assert (got, list(gradient)) == (loss.data, [w.grad for w in leaves])


@pytest.mark.parametrize("rows", [1, 3, 4, 5, 8, 11])
@pytest.mark.parametrize("columns", [1, 2, 3, 6])
def test_matrices_of_every_size(rows, columns):
    g = Graph()
    ws = [[g.value(0.1 * i - 0.07 * j + 0.01) for j in range(columns)] for i in range(rows)]
    xs = [g.value(0.3 + 0.11 * j) for j in range(columns)]
    hidden = [dot(row, xs).relu() for row in ws]
    back = [dot(hidden, column) for column in zip(*ws, strict=True)]
    loss = dot(back, xs)
    loss.backward()
    flat = [w for row in ws for w in row]
    run = CompiledWasm(lower(loss, flat, xs), machine=True)
    got, gradient = run([w.data for w in flat], [x.data for x in xs])
    assert (got, list(gradient)) == (loss.data, [w.grad for w in flat])


def test_expanding_keeps_the_slots_that_are_given():
    g = Tracer()
    ws, xs = g.leaves(2), g.leaves(2)
    lowered = lower(dot(ws, xs) ** 2, ws, xs)
    assert (lowered.op[4:], lowered.a[4]) == (["dot", "square"], (0, 1))
    assert expanded(lowered).op[4:] == ["*", "*", "+", "*"]
    assert expanded(lowered).roots == [7]
