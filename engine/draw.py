"""Draw a computation graph: values as boxes, operations as circles, data flowing to the right."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from engine import layout
from engine.figure import BLUE, INK, LINE, RED, SOFT, Figure, label, num, text
from engine.graph import Graph, Value

LIMIT = 150  # nodes; a bigger picture can neither be read nor laid out quickly
SYMBOL = {"*": "×", "-": "\N{MINUS SIGN}", "/": "÷", "neg": "\N{MINUS SIGN}"}
MARGIN, COLUMN_GAP, ROW_GAP, LINE_HEIGHT, CIRCLE = 16.0, 26.0, 14.0, 17.0, 30.0


@dataclass(frozen=True)
class _Item:
    """A box (a value: rows of key and number) or a circle (an operation: its sign)."""

    node: int
    column: int
    rows: tuple[tuple[str, str], ...] = ()
    sign: str = ""

    @property
    def width(self) -> float:
        if self.sign:
            return max(CIRCLE, 14.0 + 8 * len(self.sign))
        return 20.0 + max(7.4 * len(key + number) + 6 * bool(key) for key, number in self.rows)

    @property
    def height(self) -> float:
        return CIRCLE if self.sign else 10 + LINE_HEIGHT * len(self.rows)


def draw(root: Value, names: Mapping[str, object] | None = None, title: str = "") -> Figure:
    """A picture of the expression that ends in `root`.

    A box shows a node's name, its data and, once backward() has run, its grad; the box of a bare
    number shows just that. `names` maps names to Values; what is no Value of this graph is passed
    over, so that names=globals() works. The first operand's arrow ends above the second's.
    Raises ValueError above 150 nodes.
    """
    # Only these fields: Parts 2 and 3 of the series hand in a Value of a class built in the page.
    graph, end, _ = root.graph, root.index, root.data  # reading data refuses a stale handle
    nodes = ancestors(graph, end)
    if len(nodes) > LIMIT:
        raise ValueError(f"draw shows at most {LIMIT} nodes, and this expression has {len(nodes)}")
    name = node_names(graph, names or {})
    column = _columns(graph, nodes)
    boxes = [_Item(i, column[i], _rows(graph, i, name)) for i in nodes]
    circles = [
        _Item(i, column[i] - 1, sign=SYMBOL.get(graph.op[i], graph.op[i]))
        for i in nodes
        if operands(graph, i)
    ]
    items = boxes + circles
    box = {item.node: p for p, item in enumerate(boxes)}
    ports: dict[tuple[int, int], list[float]] = {}  # edge -> where its arrows end, from the middle
    for p, item in enumerate(circles, len(boxes)):
        ports[p, box[item.node]] = [0.0]
        inputs = operands(graph, item.node)
        for position, k in enumerate(inputs):
            shift = 16 * (position + 0.5) / len(inputs) - 8
            ports.setdefault((box[k], p), []).append(shift)

    x, spans = _across(items)
    y, bends = layout.place(
        [item.column for item in items], [item.height for item in items], list(ports), ROW_GAP
    )
    y = [MARGIN + v for v in y]
    body = []
    for (source, target), shifts in ports.items():
        start = (x[source] + items[source].width / 2, y[source])
        way = [(side, MARGIN + v) for c, v in bends[source, target] for side in spans[c]]
        for shift in shifts:
            # An arrow off the middle of a circle meets the rim a little further right.
            stop = x[target] - items[target].width / 2 + abs(shift) ** 2 / CIRCLE
            body += _arrow([start, *way, (stop, y[target] + shift)])
    for item, left, middle in zip(items, x, y, strict=True):
        body += _shape(item, left, middle)
    height = max(v + item.height / 2 for v, item in zip(y, items, strict=True)) + MARGIN
    title = title or f"Computation graph of {name.get(end, f'node {end}')}"
    return Figure(spans[-1][1] + MARGIN, height, title, _describe(graph, nodes, name), body)


def operands(graph: Graph, i: int) -> list[int]:
    """The indices of node i's operands, in order; a dot's weights, then its inputs."""
    a, b = graph.a[i], graph.b[i]
    return [*a, *b] if graph.op[i] == "dot" else [k for k in (a, b) if k >= 0]


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


def node_names(graph: Graph, names: Mapping[str, object]) -> dict[int, str]:
    """Index -> name, from name -> Value; what is no Value of this graph is passed over."""
    found: dict[int, str] = {}
    for name, x in names.items():
        if getattr(x, "graph", None) is graph:
            with suppress(ValueError):  # a stale handle names nothing
                _ = x.data  # type: ignore[attr-defined]
                found.setdefault(x.index, name)  # type: ignore[attr-defined]
    return found


def _columns(graph: Graph, nodes: list[int]) -> dict[int, int]:
    """Boxes get even columns, as far left as their operands allow; leaves move to their reader."""
    column: dict[int, int] = {}
    for i in sorted(nodes):
        column[i] = max((column[k] + 2 for k in operands(graph, i)), default=0)
    nearest: dict[int, int] = {}
    for i in nodes:
        for k in operands(graph, i):
            nearest[k] = min(nearest.get(k, column[i]), column[i])
    return {i: c if operands(graph, i) else nearest.get(i, 2) - 2 for i, c in column.items()}


def _across(items: list[_Item]) -> tuple[list[float], list[tuple[float, float]]]:
    """The centre x of every item, and the left and right side of every column."""
    widths = [0.0] * (max(item.column for item in items) + 1)
    for item in items:
        widths[item.column] = max(widths[item.column], item.width)
    spans, left = [], MARGIN
    for width in widths:
        spans.append((left, left + width))
        left += width + COLUMN_GAP
    return [sum(spans[item.column]) / 2 for item in items], spans


def _rows(graph: Graph, i: int, name: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    if graph.op[i] == "const":
        return (("", label(graph.data[i])),)
    rows = [(name[i], "")] if i in name else []
    rows.append(("data", label(graph.data[i])))
    if i < len(graph.grad):
        rows.append(("grad", label(graph.grad[i])))
    return tuple(rows)


def _arrow(points: list[tuple[float, float]]) -> list[str]:
    """A line through the points, level at each of them, with a head at the last."""
    path = f"M{num(points[0][0])} {num(points[0][1])}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = num((x0 + x1) / 2)
        path += f"C{middle} {num(y0)} {middle} {num(y1)} {num(x1)} {num(y1)}"
    x, y = points[-1]
    head = f"M{num(x)} {num(y)}l-7 -3.5v7z"
    return [
        f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>',
        f'<path d="{head}" fill="{LINE}"/>',
    ]


def _shape(item: _Item, x: float, y: float) -> list[str]:
    left, top = x - item.width / 2, y - item.height / 2
    fill, radius = ("#dfe8f2", CIRCLE / 2) if item.sign else ("#ffffff", 6)
    out = [
        f'<rect x="{num(left)}" y="{num(top)}" width="{num(item.width)}"'
        f' height="{num(item.height)}" rx="{num(radius)}" fill="{fill}" stroke="{SOFT}"/>'
    ]
    if item.sign:
        return [*out, text(x, y + 4.5, item.sign, f'fill="{INK}" text-anchor="middle"')]
    for row, (key, number) in enumerate(item.rows):
        base = top + LINE_HEIGHT * (row + 1)
        if not key or not number:
            style = f'fill="{INK}" text-anchor="middle" font-weight="600"'
            out.append(text(x, base, key or number, style))
        else:
            out.append(text(left + 9, base, key, f'fill="{SOFT}" font-size="12"'))
            colour = BLUE if key == "data" else RED
            style = f'fill="{colour}" text-anchor="end"'
            out.append(text(left + item.width - 9, base, number, style))
    return out


def _describe(graph: Graph, nodes: list[int], name: Mapping[int, str]) -> str:
    """The same in words: one clause a node, in the order of computation."""
    clauses = []
    for i in sorted(nodes):
        if graph.op[i] == "const":
            continue
        called = [
            label(graph.data[k]) if graph.op[k] == "const" else name.get(k, f"node {k}")
            for k in operands(graph, i)
        ]
        sign = SYMBOL.get(graph.op[i], graph.op[i])
        made = f" {sign} ".join(called) if len(called) == 2 else f"{sign}({', '.join(called)})"
        clause = f"{name.get(i, f'node {i}')} = {f'{made} = ' if called else ''}"
        clause += label(graph.data[i])
        if i < len(graph.grad):
            clause += f", gradient {label(graph.grad[i])}"
        clauses.append(clause)
    return "; ".join(clauses) + "."
