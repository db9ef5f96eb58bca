"""Draw a computation graph: values as boxes, operations as circles, data flowing to the right."""

from collections.abc import Mapping

from engine.figures.arrange import LINE_HEIGHT, Arrow, Shape, arrange, describe, locate, node_names
from engine.figures.figure import (
    BLUE,
    BOX,
    CIRCLE,
    INK,
    LINE,
    RED,
    SOFT,
    Figure,
    num,
    text,
)
from engine.graph import Value


def draw(root: Value, names: Mapping[str, object] | None = None, title: str = "") -> Figure:
    """A picture of the expression that ends in `root`.

    A box shows a node's name, its data and, once backward() has run, its grad; the box of a bare
    number shows just that. `names` maps names to Values; what is no Value of this graph is passed
    over, so that names=globals() works. The first operand's arrow ends above the second's.

    >>> from engine import Graph
    >>> x = Graph().value(3.0)
    >>> draw(x * x, names={"x": x})
    Figure('Computation graph of node 1')

    Raises ValueError above 150 nodes.
    """
    graph, end = locate(root)
    name = node_names(graph, names)
    picture = arrange(graph, end, name)
    body = [part for arrow in picture.arrows for part in _arrow(arrow)]
    body += [part for shape in picture.boxes for part in _box(shape)]
    body += [part for shape in picture.circles for part in _circle(shape)]
    title = title or f"Computation graph of {name.get(end, f'node {end}')}"
    return Figure(picture.width, picture.height, title, describe(graph, end, name), body)


def _arrow(arrow: Arrow) -> list[str]:
    return [
        f'<path d="{arrow.path}" fill="none" stroke="{LINE}" stroke-width="1.5"/>',
        f'<path d="{arrow.head}" fill="{LINE}"/>',
    ]


def _outline(shape: Shape, radius: float, fill: str) -> str:
    return (
        f'<rect x="{num(shape.x)}" y="{num(shape.y)}" width="{num(shape.width)}"'
        f' height="{num(shape.height)}" rx="{num(radius)}" fill="{fill}" stroke="{SOFT}"/>'
    )


def _circle(shape: Shape) -> list[str]:
    middle, base = shape.x + shape.width / 2, shape.y + shape.height / 2 + 4.5
    style = f'fill="{INK}" text-anchor="middle"'
    return [_outline(shape, shape.height / 2, CIRCLE), text(middle, base, shape.sign, style)]


def _box(shape: Shape) -> list[str]:
    out = [_outline(shape, 6, BOX)]
    for position, (key, content) in enumerate(shape.rows, 1):
        base = shape.y + LINE_HEIGHT * position
        if key in ("name", "const"):
            style = f'fill="{INK}" text-anchor="middle" font-weight="600"'
            out.append(text(shape.x + shape.width / 2, base, content, style))
        else:
            out.append(text(shape.x + 9, base, key, f'fill="{SOFT}" font-size="12"'))
            style = f'fill="{BLUE if key == "data" else RED}" text-anchor="end"'
            out.append(text(shape.x + shape.width - 9, base, content, style))
    return out
