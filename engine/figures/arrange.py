"""Where each part of a computation graph's picture goes: boxes, circles and arrows, in pixels."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from engine.figures.figure import label, num
from engine.figures.layout import place
from engine.graph import Graph, operands

LIMIT = 150  # nodes; a bigger picture can neither be read nor laid out quickly
SYMBOL = {"*": "×", "-": "\N{MINUS SIGN}", "/": "÷", "neg": "\N{MINUS SIGN}"}
MARGIN, COLUMN_GAP, ROW_GAP, LINE_HEIGHT, CIRCLE = 2.0, 18.0, 12.0, 17.0, 30.0


@dataclass
class Shape:
    """A box, which is a value, or a circle, which is an operation and has a sign.

    rows are a box's lines, as (key, text): "name", "data" and "grad", those that there are, or a
    bare number as "const". x and y are the top left corner.
    """

    node: int
    column: int
    width: float
    height: float
    rows: tuple[tuple[str, str], ...] = ()
    sign: str = ""
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True)
class Arrow:
    """From an operand's box to a circle, at that position among the operands; or to its own box.

    The latter has operand None, and source and target are the same node.
    """

    source: int
    target: int
    operand: int | None
    path: str
    head: str


@dataclass(frozen=True)
class Arrangement:
    """A picture's size in pixels and its parts; every text in it is final."""

    width: float
    height: float
    boxes: list[Shape]
    circles: list[Shape]
    arrows: list[Arrow]


def arrange(graph: Graph, root: int, name: Mapping[int, str]) -> Arrangement:
    """Lay out the expression that ends in node `root`. Raises ValueError above LIMIT nodes."""
    nodes = ancestors(graph, root)
    if len(nodes) > LIMIT:
        raise ValueError(f"a picture shows at most {LIMIT} nodes, this expression has {len(nodes)}")
    column = _columns(graph, nodes)
    boxes = [_box(graph, i, column[i], name.get(i)) for i in nodes]
    circles = [_circle(graph, i, column[i] - 1) for i in nodes if operands(graph, i)]
    shapes = boxes + circles
    box = {shape.node: p for p, shape in enumerate(boxes)}
    # One for each arrow: the shapes that it joins, the operand's position, where it ends (pixels
    # below the middle: the first operand's arrow arrives above the second's).
    links: list[tuple[int, int, int | None, float]] = []
    for p, shape in enumerate(circles, len(boxes)):
        links.append((p, box[shape.node], None, 0.0))
        inputs = operands(graph, shape.node)
        for position, k in enumerate(inputs):
            links.append((box[k], p, position, 16 * (position + 0.5) / len(inputs) - 8))

    columns, heights = [shape.column for shape in shapes], [shape.height for shape in shapes]
    edges = [(source, target) for source, target, _, _ in links]
    middles, bends = place(columns, heights, edges, ROW_GAP)
    spans = _across(shapes)
    for shape, middle in zip(shapes, middles, strict=True):
        shape.x = (sum(spans[shape.column]) - shape.width) / 2
        shape.y = MARGIN + middle - shape.height / 2
    arrows = []
    for source, target, operand, port in links:
        start, stop = shapes[source], shapes[target]
        # An arrow off the middle of a circle meets the rim a little further right.
        end = (stop.x + port * port / CIRCLE, stop.y + stop.height / 2 + port)
        way = [(side, MARGIN + y) for c, y in bends[source, target] for side in spans[c]]
        points = [(start.x + start.width, start.y + start.height / 2), *way, end]
        arrows.append(Arrow(start.node, stop.node, operand, _curve(points), _head(*end)))
    height = max(shape.y + shape.height for shape in shapes) + MARGIN
    return Arrangement(spans[-1][1] + MARGIN, height, boxes, circles, arrows)


def ancestors(graph: Graph, root: int) -> list[int]:
    """The nodes that node `root` was computed from, itself first, in depth-first order."""
    found: dict[int, None] = {}
    todo = [root]
    while todo:
        i = todo.pop()
        if i not in found:
            found[i] = None
            todo += reversed(operands(graph, i))
    return list(found)


def node_names(graph: Graph, names: Mapping[str, object] | None) -> dict[int, str]:
    """Index -> name, from name -> Value; what is no Value of this graph is passed over."""
    found: dict[int, str] = {}
    for name, x in (names or {}).items():
        if getattr(x, "graph", None) is graph:
            with suppress(ValueError):  # a stale handle names nothing
                found.setdefault(locate(x)[1], name)
    return found


def locate(x: Any) -> tuple[Graph, int]:
    """The graph and index of a handle: a Value, or what the reader of Parts 2 and 3 builds as one,
    of which only graph, index and data are known. Raises ValueError for a stale handle, and
    TypeError for what is none."""
    if not (hasattr(x, "graph") and hasattr(x, "index")):
        raise TypeError(f"expected a Value, not {type(x).__name__} {x!r:.40}")
    _ = x.data  # refuses if it is stale
    return x.graph, x.index


def describe(graph: Graph, root: int, name: Mapping[int, str]) -> str:
    """The picture in words: one clause a node, in the order of computation."""
    clauses = []
    for i in sorted(ancestors(graph, root)):
        if graph.op[i] == "const":
            continue
        made = f"{formula(graph, i, name)} = " if operands(graph, i) else ""
        clause = f"{called(graph, i, name)} = {made}{label(graph.data[i])}"
        if i < len(graph.grad):
            clause += f", gradient {label(graph.grad[i])}"
        clauses.append(clause)
    return "; ".join(clauses) + "."


def called(graph: Graph, i: int, name: Mapping[int, str]) -> str:
    """What a sentence calls node i: its name, a bare number itself, else "node 7"."""
    return label(graph.data[i]) if graph.op[i] == "const" else name.get(i, f"node {i}")


def formula(graph: Graph, i: int, name: Mapping[int, str]) -> str:
    """How node i is made from its operands: "a × b", "tanh(c)", "[a, b, c][i]"."""
    parts = [called(graph, k, name) for k in operands(graph, i)]
    sign = SYMBOL.get(graph.op[i], graph.op[i])
    if graph.op[i] == "pick":
        return f"[{', '.join(parts[:-1])}][{parts[-1]}]"
    if len(parts) == 2 and not sign.isidentifier():
        return f" {sign} ".join(parts)
    return f"{sign}{parts[0]}" if graph.op[i] == "neg" else f"{sign}({', '.join(parts)})"


def _box(graph: Graph, i: int, column: int, name: str | None) -> Shape:
    if graph.op[i] == "const":
        rows = [("const", label(graph.data[i]))]
    else:
        rows = [("name", name)] if name else []
        rows.append(("data", label(graph.data[i])))
        if i < len(graph.grad):
            rows.append(("grad", label(graph.grad[i])))
    indent = {"const": 0.0, "name": 6.0, "data": 35.6, "grad": 35.6}  # room for the key
    width = 20 + max(indent[key] + 7.4 * len(text) for key, text in rows)
    return Shape(i, column, width, 10 + LINE_HEIGHT * len(rows), tuple(rows))


def _circle(graph: Graph, i: int, column: int) -> Shape:
    sign = SYMBOL.get(graph.op[i], graph.op[i])
    return Shape(i, column, max(CIRCLE, 14.0 + 8 * len(sign)), CIRCLE, sign=sign)


def _columns(graph: Graph, nodes: list[int]) -> dict[int, int]:
    """Boxes get even columns, as far left as their operands allow; leaves move to their reader."""
    column: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for i in sorted(nodes):
        column[i] = max((column[k] + 2 for k in operands(graph, i)), default=0)
        for k in operands(graph, i):
            nearest[k] = min(nearest.get(k, column[i]), column[i])
    return {i: c if operands(graph, i) else nearest.get(i, 2) - 2 for i, c in column.items()}


def _across(shapes: list[Shape]) -> list[tuple[float, float]]:
    """The left and right side of every column."""
    widths = [0.0] * (max(shape.column for shape in shapes) + 1)
    for shape in shapes:
        widths[shape.column] = max(widths[shape.column], shape.width)
    spans, left = [], MARGIN
    for width in widths:
        spans.append((left, left + width))
        left += width + COLUMN_GAP
    return spans


def _curve(points: list[tuple[float, float]]) -> str:
    """SVG path data of a smooth line that is level at each of the points."""
    path = f"M{num(points[0][0])} {num(points[0][1])}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = num((x0 + x1) / 2)
        path += f"C{middle} {num(y0)} {middle} {num(y1)} {num(x1)} {num(y1)}"
    return path


def _head(x: float, y: float) -> str:
    return f"M{num(x)} {num(y)}l-7 -3.5v7z"
