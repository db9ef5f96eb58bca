"""The forward pass and the backward sweep as plain data, one entry a step, to be walked through."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.figures.arrange import (
    Arrangement,
    Shape,
    arrange,
    called,
    formula,
    locate,
    node_names,
)
from engine.figures.draw import draw
from engine.figures.figure import label, num
from engine.graph import OPS, Graph, Value, operands

MIME = "application/vnd.engine.steps+json"


@dataclass(frozen=True)
class Forward:
    """One node gets its value."""

    node: int
    data: float
    text: str


@dataclass(frozen=True)
class Seed:
    """The sweep starts: ∂root/∂root = 1."""

    node: int
    grad: float
    text: str
    operand: None = None


@dataclass(frozen=True)
class Backward:
    """One edge, walked against the arrow: node `source` sends to its operand `target`.

    upstream      ∂root/∂source, complete by now
    local         ∂source/∂target, through this operand alone
    contribution  upstream × local
    before, sum   ∂root/∂target as gathered so far, without and with this contribution
    """

    source: int
    target: int
    operand: int
    upstream: float
    local: float
    contribution: float
    before: float
    sum: float
    text: str


class Steps:
    """What steps() returns: `forward` and `backward`, in order; shown as a picture to walk."""

    def __init__(self, root: Value, names: Mapping[str, object] | None, title: str) -> None:
        graph, end = locate(root)
        root.backward()
        name = node_names(graph, names)
        self.figure = draw(root, names, title)
        self._picture = arrange(graph, end, name)
        nodes = sorted(box.node for box in self._picture.boxes)
        self.forward = [_forward(graph, i, name) for i in nodes]
        self.backward = _sweep(graph, end, nodes, name)

    def __repr__(self) -> str:
        return f"Steps({len(self.forward)} forward, {len(self.backward)} backward)"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        figure = self.figure._repr_mimebundle_()
        return {**figure, MIME: _payload(self, self._picture)}


def steps(root: Value, names: Mapping[str, object] | None = None, title: str = "") -> Steps:
    """Run root.backward() and tell it step by step; names and limits are those of draw().

    >>> x = Graph().value(3.0)
    >>> print(steps(x * x, names={"x": x}).backward[2].text)
    node 1 = x × x passes 1 × 3 = 3 to x as operand 2, which has 3 so far: its gradient is now 6.
    """
    return Steps(root, names, title)


def local_derivatives(graph: Graph, i: int) -> list[float]:
    """∂(node i)/∂(each of its operands), in the order of operands(); a pick's place has none."""
    a, b, data = graph.a[i], graph.b[i], graph.data
    if graph.op[i] == "dot":
        return [data[k] for k in (*b, *a)]
    if graph.op[i] == "pick":
        return [float(n == data[b]) for n in range(len(a))]  # none for the place
    if a < 0:
        return []
    _, dx, dy = OPS[graph.op[i]]
    x, y, v = data[a], data[b], data[i]
    out = []
    for derivative in (dx, dy) if dy else (dx,):
        try:
            out.append(derivative(x, y, v))
        except ZeroDivisionError:  # of a power of 0; backward() raises too, unless upstream is 0
            out.append(math.inf)
    return out


def _forward(graph: Graph, i: int, name: Mapping[int, str]) -> Forward:
    number = label(graph.data[i])
    if graph.op[i] == "const":
        return Forward(i, graph.data[i], f"Node {i} is a number in the formula: {number}.")
    if not operands(graph, i):
        return Forward(i, graph.data[i], f"{called(graph, i, name)} is an input: {number}.")
    text = f"{called(graph, i, name)} = {formula(graph, i, name)} = {number}."
    return Forward(i, graph.data[i], text)


def _sweep(
    graph: Graph, root: int, nodes: list[int], name: Mapping[int, str]
) -> list[Seed | Backward]:
    """The order and the sums of Graph.backward; edges to bare numbers are left out."""
    end = called(graph, root, name)
    out: list[Seed | Backward] = [
        Seed(root, 1.0, f"The sweep starts at {end}: its derivative with respect to itself is 1.")
    ]
    gathered = {root: 1.0}
    for i in reversed(nodes):
        inputs = operands(graph, i)
        upstream = gathered.get(i, 0.0)  # nothing was sent to a bare number, or a pick's place
        for position, (k, local) in enumerate(
            zip(inputs, local_derivatives(graph, i), strict=False)
        ):
            if graph.op[k] == "const":
                continue
            first = k not in gathered
            before = gathered.get(k, 0.0)
            contribution = upstream * local if upstream else 0.0
            gathered[k] = before + contribution
            text = (
                f"{called(graph, i, name)} = {formula(graph, i, name)} passes"
                f" {label(upstream)} × {label(local)} = {label(contribution)}"
                f" to {called(graph, k, name)}{_which(inputs, position)}, "
            )
            text += "the first to arrive: " if first else f"which has {label(before)} so far: "
            text += f"its gradient is now {label(gathered[k])}."
            out.append(
                Backward(i, k, position, upstream, local, contribution, before, gathered[k], text)
            )
    return out


def _which(inputs: list[int], position: int) -> str:
    if inputs.count(inputs[position]) == 1:
        return ""
    return f" as operand {position + 1}"


def _payload(steps: Steps, picture: Arrangement) -> dict[str, Any]:
    """Everything that the page shows, as final text and coordinates: it only draws."""
    return {
        "title": steps.figure.title,
        "desc": steps.figure.desc,
        "width": float(num(picture.width)),
        "height": float(num(picture.height)),
        "boxes": [_shape(box) for box in picture.boxes],
        "circles": [_shape(circle) for circle in picture.circles],
        "arrows": [asdict(arrow) for arrow in picture.arrows],
        "forward": [
            {"node": step.node, "data": label(step.data), "text": step.text}
            for step in steps.forward
        ],
        "backward": [_step(step) for step in steps.backward],
    }


def _shape(shape: Shape) -> dict[str, Any]:
    at = {key: float(num(getattr(shape, key))) for key in ("x", "y", "width", "height")}
    if shape.sign:
        return {"node": shape.node, **at, "sign": shape.sign}
    rows = dict(shape.rows)
    return {"node": shape.node, **at, "name": rows.get("name", ""), "const": "const" in rows}


def _step(step: Seed | Backward) -> dict[str, Any]:
    if isinstance(step, Seed):
        return {"node": step.node, "operand": None, "grad": label(step.grad), "text": step.text}
    numbers = ("upstream", "local", "contribution", "before", "sum")
    shown = {key: label(getattr(step, key)) for key in numbers}
    sign = "+" if step.contribution > 0 else "\N{MINUS SIGN}" if step.contribution < 0 else "0"
    ends = {"from": step.source, "to": step.target, "operand": step.operand}
    return {**ends, **shown, "sign": sign, "text": step.text}
