"""draw() and steps() take the handles that the reader builds in Parts 2 and 3: any object with
graph, index and data."""

from typing import Any

import pytest

from engine import Graph, Value, draw, steps


class Handle:
    """The least that such a class has."""

    def __init__(self, graph: Graph, index: int) -> None:
        self.graph = graph
        self.index = index

    @property
    def data(self) -> float:
        return self.graph.data[self.index]

    def backward(self) -> None:
        Value(self.graph, self.index, self.graph.epoch).backward()


def expression() -> tuple[Graph, dict[str, Any]]:
    g = Graph()
    x = g.value(2.0)
    f = (2 * x + 3) ** 2
    return g, {"x": x, "f": f}


def test_they_are_drawn_as_the_engines_own() -> None:
    g, names = expression()
    theirs = {name: Handle(g, x.index) for name, x in names.items()}
    ours = steps(names["f"], names)
    assert steps(theirs["f"], theirs)._repr_mimebundle_() == ours._repr_mimebundle_()  # type: ignore[arg-type]
    assert draw(theirs["f"], theirs).svg == draw(names["f"], names).svg  # type: ignore[arg-type]


def test_a_number_in_the_formula_is_a_step_and_gets_no_gradient() -> None:
    g, names = expression()
    walk = steps(names["f"], names)
    assert len(walk.forward) == len(g)
    assert [step.sum for step in walk.backward[1:]][-1] == names["x"].grad == 28.0


def test_a_stale_handle_is_refused_as_a_root_and_names_nothing() -> None:
    g = Graph()
    x = g.value(2.0)
    mark = len(g)
    stale = x * 3
    g.truncate(mark)
    fresh = x * 5
    with pytest.raises(ValueError, match="stale"):
        draw(stale)
    assert "stale" not in draw(fresh, {"x": x, "stale": stale}).svg
