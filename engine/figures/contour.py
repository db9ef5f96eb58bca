"""Where a sampled function of the plane is positive, and where it is zero: marching squares.

After Lorensen and Cline's marching cubes (1987), in two dimensions: within each square of the grid
the function is taken as linear along the sides.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from engine.figures.figure import num

Spot = tuple[float, float]


def contour(
    values: Sequence[Sequence[float]], at: Callable[[float, float], Spot]
) -> tuple[str, str]:
    """SVG path data of the region where values are positive, and of its inner edge.

    values[row][column] belongs to the grid point (column, row), and at(column, row) gives its
    place in pixels. A nan counts as not positive.
    """
    region, edge = "", ""
    for row, (low, high) in enumerate(pairwise(values)):
        start = None  # of a run of squares that are positive all over
        for column in range(len(low) - 1):
            corners = [
                (column, row, low[column]),
                (column + 1, row, low[column + 1]),
                (column + 1, row + 1, high[column + 1]),
                (column, row + 1, high[column]),
            ]
            inside = [value > 0 for _, _, value in corners]
            if all(inside):
                start = column if start is None else start
                continue
            if start is not None:
                region += _rectangle(start, column, row, at)
                start = None
            if any(inside):
                outline, crossings = _cut(corners)
                region += _polygon([at(*spot) for spot in outline])
                # A saddle has four crossings: two edges.
                for one, other in zip(crossings[::2], crossings[1::2], strict=True):
                    edge += "M{} {}L{} {}".format(*map(num, (*at(*one), *at(*other))))
        if start is not None:
            region += _rectangle(start, len(low) - 1, row, at)
    return region, edge


def _cut(corners: list[tuple[int, int, float]]) -> tuple[list[Spot], list[Spot]]:
    """The positive part of a square, as a polygon, and the points where its sides are cut."""
    outline: list[Spot] = []
    crossings: list[Spot] = []
    for (x0, y0, v0), (x1, y1, v1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if v0 > 0:
            outline.append((x0, y0))
        if (v0 > 0) != (v1 > 0):
            t = v0 / (v0 - v1) if v0 - v1 else 0.5
            t = t if 0.0 <= t <= 1.0 else 0.5  # next to an infinity or a nan
            crossings.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
            outline.append(crossings[-1])
    return outline, crossings


def _rectangle(left: int, right: int, row: int, at: Callable[[float, float], Spot]) -> str:
    return _polygon([at(left, row), at(right, row), at(right, row + 1), at(left, row + 1)])


def _polygon(spots: list[Spot]) -> str:
    return "M" + "L".join(f"{num(x)} {num(y)}" for x, y in spots) + "z"
