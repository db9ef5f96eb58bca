"""The tape that the reader builds in Parts 2 and 3 is engine/graph.py in all that matters: the same
random expressions give the same nodes, values and gradients, to the last bit."""

import json
from typing import Any

import pytest

from engine.runner import Cell, Session, golden
from scripts.markdown.snippets import parse_page
from scripts.project import ROOT

POSTS = ROOT / "docs/blog/posts/intro-to-deep-learning"
ENGINE = [Cell("engine", "", "from engine import Graph")]
OPERATIONS = {"+", "-", "*", "/", "**", "neg", "exp", "log", "tanh", "relu"}

# Runs in the namespace of a post's program, and in one that has imported the engine.
PROBE = """
import json
import random

SAFE = {  # keeps away from where the post's engine, unlike ours, raises or loses accuracy
    "/": lambda x, y: abs(y) > 0.1,
    "**": lambda x, y: 0.1 < x < 3.0 and abs(y) < 3.0,
    "exp": lambda x, y: x < 3.0,
    "log": lambda x, y: x > 0.1,
}
RULES = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
    "/": lambda x, y: x / y, "**": lambda x, y: x**y, "neg": lambda x, y: -x,
    "exp": lambda x, y: x.exp(), "log": lambda x, y: x.log(),
    "tanh": lambda x, y: x.tanh(), "relu": lambda x, y: x.relu(),
}

def expression(seed):
    rng, g = random.Random(seed), Graph()
    leaves = [g.value(rng.uniform(-2, 2)) for _ in range(3)]
    nodes = list(leaves)
    for _ in range(40):
        op, x, y = rng.choice(list(RULES)), rng.choice(nodes), rng.choice(nodes)
        number, side = rng.choice([2, 0.5, -1.25]), rng.choice("lrvv")
        if op not in ("neg", "exp", "log", "tanh", "relu"):  # a number on either side
            x, y = (number, y) if side == "l" else (x, number) if side == "r" else (x, y)
        if SAFE.get(op, lambda x, y: True)(getattr(x, "data", x), getattr(y, "data", y)):
            node = RULES[op](x, y)
            nodes.append(node if abs(node.data) < 100 else node.tanh())
    return g, leaves, sum(nodes[-4:])

found = []
for seed in range(60):
    g, leaves, root = expression(seed)
    tape = {"op": g.op, "a": g.a, "b": g.b, "data": list(g.data)}
    if hasattr(root, "backward"):
        root.backward()
        tape["grad"] = list(g.grad)
    for leaf in leaves:
        g.data[leaf.index] *= 1.0625
    g.replay()
    found.append(tape | {"replayed": g.data})
print(json.dumps(found))
"""


def probed(cells: list[Cell]) -> list[dict[str, Any]]:
    """The tapes of the random expressions, built by what these cells define."""
    events: list[dict[str, Any]] = []
    done = Session(events.append).run([*cells, Cell("probe", "", PROBE)])
    text, _ = golden(events)
    assert done, text
    tapes: list[dict[str, Any]] = json.loads(text)
    return tapes


def program(slug: str, last: str) -> list[Cell]:
    """A post's blocks up to and including the one called `last`."""
    path = POSTS / slug / "index.md"
    snippets = [s for s in parse_page(path.read_text("utf-8"), path) if not s.static]
    end = [s.id for s in snippets].index(last) + 1
    return [Cell(s.id, s.title, s.source, s.raises) for s in snippets[:end]]


@pytest.fixture(scope="module")
def by_engine() -> list[dict[str, Any]]:
    tapes = probed(ENGINE)
    assert {op for tape in tapes for op in tape["op"]} == OPERATIONS | {"leaf", "const"}
    return tapes


def test_part_2_records_what_the_engine_records(by_engine: list[dict[str, Any]]) -> None:
    ours = [{k: v for k, v in tape.items() if k != "grad"} for tape in by_engine]
    assert probed(program("value-op-graph", "replay")) == ours


def test_part_3_differentiates_as_the_engine_does(by_engine: list[dict[str, Any]]) -> None:
    """All but the numbers in formulas, which have no gradient that anybody asks for."""

    def gradients(tapes: list[dict[str, Any]]) -> list[list[float]]:
        pairs = [zip(tape["op"], tape["grad"], strict=True) for tape in tapes]
        return [[g for op, g in nodes if op != "const"] for nodes in pairs]

    found = probed(program("backward", "backward"))
    assert gradients(found) == gradients(by_engine)


def test_part_2_forgets_as_the_engine_does() -> None:
    cut = Cell(
        "cut", "", "g = Graph()\nx = g.value(1.0)\ny = x * 2 + x\ng.truncate(2)\nprint(g.op)"
    )
    texts = []
    for cells in (program("value-op-graph", "truncate"), ENGINE):
        events: list[dict[str, Any]] = []
        assert Session(events.append).run([*cells, cut])
        texts.append(golden(events)[0])
    assert texts[0] == texts[1] == "['leaf', 'const']\n"
