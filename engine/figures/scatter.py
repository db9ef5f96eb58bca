"""Labelled points in the plane, with the regions that a model assigns to the labels."""

from collections.abc import Callable, Sequence

from engine.figures.axes import Area, Axis, headings
from engine.figures.contour import contour
from engine.figures.figure import (
    BLUE,
    BOX,
    GREEN,
    INK,
    PALE_BLUE,
    PALE_RED,
    PURPLE,
    RED,
    Figure,
    label,
    num,
)

WIDTH, HEIGHT = 400.0, 350.0
# Symbol by label, around (0, 0): circle, square, triangle, diamond.
SYMBOLS = (
    (BLUE, "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z"),
    (RED, "M-4-4h8v8h-8z"),
    (GREEN, "M0-5.5L5 4H-5z"),
    (PURPLE, "M0-6L5 0L0 6L-5 0z"),
)


def scatter(
    points: Sequence[Sequence[float]],
    labels: Sequence[int],
    boundary: Callable[[float, float], float] | None = None,
    x: str = "",
    y: str = "",
    title: str = "",
    cells: int = 32,
) -> Figure:
    """Points (x, y) by label, each label with a symbol and a colour of its own.

    `boundary(x, y)` is a model's score: where it is positive, the plane is tinted like the higher
    label, elsewhere like the lower one, with a line where it is 0. It is asked at the corners of
    cells × cells squares and taken as linear between them.

    >>> scatter([(0.0, 0.0), (1.0, 1.0)], [-1, 1], boundary=lambda x, y: x + y - 1, title="a line")
    Figure('a line')

    Raises ValueError for no points, lists of two lengths, more than four labels, or a boundary
    between other than two.
    """
    kinds = sorted(set(labels))
    if not points or len(points) != len(labels):
        raise ValueError(f"scatter: {len(points)} points and {len(labels)} labels")
    if len(kinds) > len(SYMBOLS):
        raise ValueError(f"scatter: {len(kinds)} labels, but only {len(SYMBOLS)} symbols")
    if boundary and len(kinds) != 2:
        raise ValueError(f"scatter: a boundary needs two labels, not {len(kinds)}")
    symbol = dict(zip(kinds, SYMBOLS, strict=False))
    keys = [
        (f"label {label(kind)}", f'<path transform="translate(13 7)" {_look(*symbol[kind])}/>')
        for kind in kinds
    ]
    head, top = headings(WIDTH, title, keys)
    across = Axis([point[0] for point in points], False, x, padding=0.08)
    up = Axis([point[1] for point in points], False, y, padding=0.08)
    area = Area(across, up, 60.0 if y else 46.0, top + 4, WIDTH - 18, HEIGHT - (46 if x else 30))
    body = list(head)
    edge = ""
    if boundary:
        tint, edge = _regions(boundary, area, cells)
        body += tint
    body += area.grid()
    if edge:
        body.append(f'<path d="{edge}" fill="none" stroke="{INK}" stroke-width="1.5"/>')
    for point, kind in zip(points, labels, strict=True):
        px, py = area.at(point[0], point[1])
        place = f'transform="translate({num(px)} {num(py)})"'
        body.append(f"<path {place} {_look(*symbol[kind])}/>")
    counts = ", ".join(f"{list(labels).count(kind)} with label {label(kind)}" for kind in kinds)
    desc = f"{len(points)} points: {counts}."
    if boundary:
        right = sum(
            (boundary(p[0], p[1]) > 0) == (k == kinds[1])
            for p, k in zip(points, labels, strict=True)
        )
        desc += f" The boundary has {right} of them on the side of their label."
    return Figure(WIDTH, HEIGHT, title or "Points by label", desc, body)


def _look(colour: str, path: str) -> str:
    return f'd="{path}" fill="{colour}" stroke="{BOX}"'


def _regions(
    boundary: Callable[[float, float], float], area: Area, cells: int
) -> tuple[list[str], str]:
    """The plane tinted by the sign of the score, and the path where it is 0."""
    x, y = area.x, area.y
    across = [x.low + (x.high - x.low) * k / cells for k in range(cells + 1)]
    up = [y.low + (y.high - y.low) * k / cells for k in range(cells + 1)]
    values = [[boundary(px, py) for px in across] for py in up]
    width, height = (area.right - area.left) / cells, (area.bottom - area.top) / cells
    region, edge = contour(
        values, lambda column, row: (area.left + column * width, area.bottom - row * height)
    )
    sides = [
        f'<rect x="{num(area.left)}" y="{num(area.top)}" width="{num(area.right - area.left)}"'
        f' height="{num(area.bottom - area.top)}" fill="{PALE_BLUE}"/>',
        f'<path d="{region}" fill="{PALE_RED}"/>',
    ]
    return sides if region else sides[:1], edge
