"""Tables of numbers as squares, the fuller of colour the larger."""

import math
from collections.abc import Mapping, Sequence

from engine.figures.axes import headings
from engine.figures.figure import BLUE, INK, LINE, SOFT, Figure, label, num, text

WIDTH, TWO_ABREAST = 400.0, 640.0
LEVELS = 32  # shades; so few that digits which differ between C libraries never show

Table = Sequence[Sequence[float]]


def heatmap(
    tables: Mapping[str, Table],
    rows: Sequence[str],
    columns: Sequence[str],
    x: str = "",
    y: str = "",
    title: str = "",
) -> Figure:
    """One picture of several tables, each under its name, two abreast; one alone fills the width.

    table[i][j] is a number >= 0, drawn in row `rows[i]` and column `columns[j]`: empty for 0, the
    fullest shade for the largest of all tables. `x` and `y` say what columns and rows are.

    >>> heatmap({"counts": [[1, 2], [0, 4]]}, rows="ab", columns="cd")
    Figure('counts')

    Raises ValueError for no tables, a table of another size than rows × columns, and numbers that
    are negative or not finite.
    """
    for name, table in tables.items():
        _check(name, table, rows, columns)
    if not tables or not rows or not columns:
        raise ValueError("heatmap: no number to draw")
    most = max(max(map(max, table)) for table in tables.values()) or 1.0
    several = len(tables) > 1
    across = TWO_ABREAST if several else WIDTH
    head, top = headings(across, title, [])
    gap, margin = 16.0, 54.0 if y else 36.0
    width = (across - margin - (gap + margin if several else 18)) / (2 if several else 1)
    cell = min(width / len(columns), 48.0)
    indent = 0.0 if several else (width - cell * len(columns)) / 2
    height = cell * len(rows) + 24 + (24 if several else 0)
    body = list(head)
    for n, (name, table) in enumerate(tables.items()):
        left = margin + indent + (n % 2) * (width + gap + margin - 18)
        upper = top + (n // 2) * (height + 22) + (24 if several else 0)
        if several:
            middle = left + cell * len(columns) / 2
            body.append(text(middle, upper - 8, name, f'text-anchor="middle" fill="{INK}"'))
        body += _panel(table, rows, columns, (x, y), left, upper, cell, most)
    bottom = top + math.ceil(len(tables) / 2) * (height + 22) + (6 if x else -10)
    name = title or ", ".join(tables)
    return Figure(across, bottom, name, _describe(tables, rows, columns), body)


def _check(name: str, table: Table, rows: Sequence[str], columns: Sequence[str]) -> None:
    if len(table) != len(rows) or any(len(row) != len(columns) for row in table):
        found = f"{len(table)} × {' or '.join(sorted({str(len(row)) for row in table}))}"
        raise ValueError(f"heatmap: {name!r} is {found}, not {len(rows)} × {len(columns)}")
    for i, row in enumerate(table):
        for j, number in enumerate(row):
            if not 0 <= number < math.inf:
                place = f"row {rows[i]!r}, column {columns[j]!r}"
                raise ValueError(f"heatmap: {name!r} has {number!r} in {place}")


def _panel(
    table: Table,
    rows: Sequence[str],
    columns: Sequence[str],
    axes: tuple[str, str],
    left: float,
    top: float,
    cell: float,
    most: float,
) -> list[str]:
    """The squares of a table, those of a shade in one path, and the names around them."""
    shades: dict[int, str] = {}
    for i, row in enumerate(table):
        for j, number in enumerate(row):
            shade = math.ceil(LEVELS * number / most - 1e-9)
            if shade:
                spot = f"M{num(left + j * cell)} {num(top + i * cell)}"
                side = num(cell)
                shades[shade] = shades.get(shade, "") + f"{spot}h{side}v{side}h-{side}z"
    width, height = cell * len(columns), cell * len(rows)
    out = [
        f'<path d="{shades[shade]}" fill="{BLUE}" fill-opacity="{shade / LEVELS:.3g}"/>'
        for shade in sorted(shades)
    ]
    out.append(
        f'<rect x="{num(left)}" y="{num(top)}" width="{num(width)}" height="{num(height)}"'
        f' fill="none" stroke="{LINE}"/>'
    )
    style = f'fill="{SOFT}" font-size="{num(min(13.0, max(cell * 0.7, 11.0)))}"'
    for i, name in enumerate(rows):
        end = f'text-anchor="end" {style}'
        out.append(text(left - 6, top + (i + 0.5) * cell + 4, name, end))
    for j, name in enumerate(columns):
        middle = f'text-anchor="middle" {style}'
        out.append(text(left + (j + 0.5) * cell, top + height + 15, name, middle))
    x, y = axes
    if x:
        middle = f'text-anchor="middle" fill="{INK}"'
        out.append(text(left + width / 2, top + height + 33, x, middle))
    if y:
        at = (left - 30, top + height / 2)
        turn = f'transform="rotate(-90 {num(at[0])} {num(at[1])})"'
        out.append(text(*at, y, f'text-anchor="middle" fill="{INK}" {turn}'))
    return out


def _describe(tables: Mapping[str, Table], rows: Sequence[str], columns: Sequence[str]) -> str:
    """Each table in words: its size, and its three largest numbers."""
    clauses = []
    for name, table in tables.items():
        cells = [(number, i, j) for i, row in enumerate(table) for j, number in enumerate(row)]
        cells.sort(key=lambda cell: (-float(f"{cell[0]:.6g}"), cell[1], cell[2]))
        largest = ", ".join(
            f"{label(number, 3)} in row {rows[i]}, column {columns[j]}"
            for number, i, j in cells[:3]
        )
        clauses.append(f"{name}: {len(rows)} × {len(columns)} numbers, the largest {largest}")
    return "; ".join(clauses) + "."
