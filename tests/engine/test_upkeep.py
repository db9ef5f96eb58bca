"""Copies are other graphs, pickles too; numbers that are out of date are not differentiated."""

import copy
import pickle
import subprocess
import sys
from random import Random

import pytest

from engine import MLP, SGD, Adam, Graph, Value, cosine, dot, draw, pick, steps


def leaves(*numbers: float) -> list[Value]:
    graph = Graph()
    return [graph.value(number) for number in numbers]


COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "copy of the graph": lambda x: Value(copy.copy(x.graph), x.index, 0),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_another_graph(copied):
    x, other = leaves(2.0, 5.0)
    y = copied(x)
    y.data = 100.0
    for mix in (
        lambda: x + y,
        lambda: y + x,
        lambda: 2 * x * y,
        lambda: dot([x, x], [other, y]),
        lambda: pick([x, y], other * 0),
        lambda: x.max(y),
        lambda: x.graph.backward(y),
        lambda: x.graph.jvp({y: 1.0}),
        lambda: SGD([x, y], 0.1),
    ):
        with pytest.raises(ValueError, match="belong to two different graphs"):
            mix()
    assert ((x + 1).data, (y + 1).data) == (3.0, 101.0)


@pytest.mark.parametrize("copied", list(COPIES.values())[:2], ids=list(COPIES)[:2])
def test_a_copied_model_trains_alone(copied):
    """With its optimiser: what they share stays shared, what they share with us does not."""
    model = MLP(Graph(), [2, 3, 1], Random(1), "tanh")
    optimiser = Adam(model.parameters(), cosine(0.1, 0.01, 10))
    before = [p.data for p in model.parameters()]
    twin, steps_of_twin = copied((model, optimiser))
    (twin([1.0, -1.0])[0] ** 2).backward()
    steps_of_twin.step()
    assert [p.data for p in model.parameters()] == before
    assert all(p.data != q for p, q in zip(twin.parameters()[-2:], before[-2:], strict=True))
    assert (optimiser.steps, steps_of_twin.steps) == (0, 1)
    with pytest.raises(ValueError, match="two different graphs"):
        model([1.0, 2.0])[0] - twin([1.0, 2.0])[0]


def test_a_copy_of_a_handle_is_one_to_the_same_node():
    x, _ = leaves(2.0, 3.0)
    y = copy.copy(x)
    y.data = 7.0
    assert (x.data, (x + y).data) == (7.0, 14.0)


@pytest.mark.parametrize("copied", list(COPIES.values())[:2], ids=list(COPIES)[:2])
def test_what_is_stale_stays_so_in_a_copy(copied):
    (x,) = leaves(2.0)
    gone = x * 3
    x.graph.truncate(1)
    late = x * 5
    y, old, new = copied((x, gone, late))
    assert (new + y).data == 12.0
    y.graph.truncate(1)
    y * 7  # where both were
    for handle in (old, new):
        with pytest.raises(ValueError, match="stale handle"):
            handle + y
    assert (late + x).data == 12.0


@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide starts no other process")
@pytest.mark.skipif(sys.platform == "emscripten", reason="no processes there")
def test_epochs_of_another_process_are_never_met_again():
    """Whatever it counted to, before or after us."""
    code = """if True:
        import pickle, sys
        from engine import Graph
        for _ in range(5000): g = Graph()
        x = g.value(1.0); y = x * 2; g.truncate(1)
        sys.stdout.buffer.write(pickle.dumps((x, y)))
    """
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    for _ in range(2):
        x, gone = pickle.loads(out)
        new = x * 3
        x.graph.truncate(len(x.graph))
        assert (new + x).data == 4.0
        with pytest.raises(ValueError, match="stale handle"):
            gone + x
        for _ in range(100):
            with pytest.raises(ValueError, match="two different graphs"):
                x + Graph().value(1.0)


STALE = r"the data of leaf 0 was set after node \d was computed from it: call replay\(\) first"


def test_a_leaf_that_was_set_has_to_be_replayed():
    (w,) = leaves(3.0)
    y = w * w + w.exp()
    w.data = 5.0
    for sweep, name in ((y.backward, "backward"), (lambda: w.graph.jvp({w: 1.0}), "jvp")):
        with pytest.raises(ValueError, match=f"{name}: {STALE}"):
            sweep()
    with pytest.raises(ValueError, match="backward: " + STALE):
        steps(y)
    draw(y)
    w.graph.replay()
    y.backward()
    assert w.grad == 10.0 + w.exp().data


def test_an_optimiser_sets_leaves_too():
    (w,) = leaves(3.0)
    y = w * w
    y.backward()
    optimiser = SGD([w], 0.1)
    optimiser.step()
    with pytest.raises(ValueError, match=STALE):
        y.backward()
    optimiser.step()  # twice along one gradient, as PyTorch allows
    w.graph.replay()
    y.backward()
    assert w.grad == 2 * w.data


def test_only_what_is_out_of_date_is_refused():
    x, z = leaves(2.0, 3.0)
    other = z * z
    old = x * other
    x.data = 1.0
    other.backward()  # does not need x
    new = x * 2 + other
    new.backward()  # was computed after it
    assert (x.grad, z.grad) == (2.0, 6.0)
    x.backward()
    with pytest.raises(ValueError, match="leaf 0 was set after node 3 was computed"):
        old.backward()
    with pytest.raises(ValueError, match="leaf 0 was set after node 3"):
        (new + old).backward()
    z.data = 4.0
    with pytest.raises(ValueError, match="leaf 1 was set after node 2"):
        new.backward()


def test_picks_and_dots_are_looked_through():
    x, place = leaves(2.0, 0.0)
    y = dot([pick([x, 1.0], place), 2.0], [x, 3.0])
    for leaf in (x, place):
        leaf.data = 1.0
        with pytest.raises(ValueError, match=f"leaf {leaf.index} was set after"):
            y.backward()
        x.graph.replay()
        y.backward()


def test_a_failed_replay_leaves_what_it_did_not_reach_out_of_date():
    (w,) = leaves(3.0)
    y = (1 / w) * 2
    w.data = 0.0
    with pytest.raises(ZeroDivisionError):
        w.graph.replay()
    with pytest.raises(ValueError, match="call replay"):
        y.backward()


def test_truncate_forgets_what_was_computed_from_it():
    w, x = leaves(3.0, 1.0)
    shared = x * 2
    mark = len(x.graph)
    for _ in range(3):
        loss = w * shared
        loss.backward()
        w.data -= 0.1 * w.grad
        w.graph.truncate(mark)
    assert w.data == pytest.approx(2.4)
    x.data = 2.0
    w.graph.truncate(mark)
    again = w * shared
    with pytest.raises(ValueError, match="leaf 1 was set after node 3"):
        again.backward()


def test_a_million_nodes_are_looked_through_without_recursion():
    (x,) = leaves(1.0)
    y = x
    for _ in range(1_000_000):
        y = -y
    x.data = 2.0
    with pytest.raises(ValueError, match="leaf 0 was set after node 1"):
        y.backward()
    x.graph.replay()
    y.backward()
    assert (y.data, x.grad) == (2.0, 1.0)
