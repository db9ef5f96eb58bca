"""Line plots, on linear or logarithmic axes."""

import math
from collections.abc import Mapping, Sequence

from engine.figures.axes import Area, Axis, headings
from engine.figures.figure import BLUE, GREEN, PURPLE, RED, Figure, label, num

WIDTH, HEIGHT = 400.0, 290.0  # on a phone, text of nearly its full size
COLOURS = (BLUE, RED, GREEN, PURPLE)
DASHES = ("", "7 5", "2 5", "10 4 2 4")

Points = list[tuple[float, float]]


def plot(
    lines: Mapping[str, Sequence[float] | tuple[Sequence[float], Sequence[float]]],
    x: str = "",
    y: str = "",
    log: str = "",
    title: str = "",
) -> Figure:
    """One picture of several lines, each under its name.

    A line is a list of ys, which stand at x = 0, 1, 2…, or a pair (xs, ys). `x` and `y` say what
    the axes show; `log` is "", "x", "y" or "xy". Lines differ in dash as well as in colour. A line
    is broken where a number is not finite, or not positive on a logarithmic axis.

    >>> plot({"loss": [1.0, 0.5, 0.25]}, x="step", log="y")
    Figure('loss')

    Raises ValueError where xs and ys differ in length, and if there is nothing to draw.
    """
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f'plot: log must be "", "x", "y" or "xy", not {log!r}')
    runs = {name: _runs(*_pair(name, line), log) for name, line in lines.items()}
    shown = [point for line in runs.values() for run in line for point in run]
    if not shown:
        raise ValueError("plot: no point to draw")
    styles = [_style(i) for i in range(len(runs))]
    keys = [
        (name, f'<path d="M0 7H26" {style}/>') for name, style in zip(runs, styles, strict=True)
    ]
    head, top = headings(WIDTH, title, keys if len(keys) > 1 else [])
    across, up = (
        Axis([px for px, _ in shown], "x" in log, x),
        Axis([py for _, py in shown], "y" in log, y),
    )
    area = Area(across, up, 68.0, top + 6, WIDTH - 24, HEIGHT - (46 if x else 30))
    body = head + area.grid()
    for line, style in zip(runs.values(), styles, strict=True):
        for run in line:
            body.append(f'<path d="{_path(run, area)}" {style}/>')
    name = title or ", ".join(runs)
    return Figure(WIDTH, HEIGHT, name, _describe(runs, x, y), body)


def _pair(
    name: str, line: Sequence[float] | tuple[Sequence[float], Sequence[float]]
) -> tuple[Sequence[float], Sequence[float]]:
    if isinstance(line, tuple) and len(line) == 2 and isinstance(line[0], Sequence):
        xs, ys = line
        if len(xs) != len(ys):
            raise ValueError(f"plot: {name!r} has {len(xs)} xs but {len(ys)} ys")
        return xs, ys
    return range(len(line)), line


def _runs(xs: Sequence[float], ys: Sequence[float], log: str) -> list[Points]:
    """The line in pieces without a gap."""
    runs: list[Points] = [[]]
    for px, py in zip(xs, ys, strict=True):
        fits_x = math.isfinite(px) and (px > 0 or "x" not in log)
        if fits_x and math.isfinite(py) and (py > 0 or "y" not in log):
            runs[-1].append((px, py))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _style(i: int) -> str:
    dash = DASHES[(i + i // 4) % 4]
    return (
        f'fill="none" stroke="{COLOURS[i % 4]}" stroke-width="2" stroke-linejoin="round"'
        f' stroke-linecap="round"' + (f' stroke-dasharray="{dash}"' if dash else "")
    )


def _path(run: Points, area: Area) -> str:
    """Straight lines; points that fall on the same tenth of a pixel are drawn once."""
    spots = [f"{num(x)} {num(y)}" for x, y in (area.at(*point) for point in run)]
    spots = [spot for spot, last in zip(spots, [None, *spots], strict=False) if spot != last]
    return "M" + "L".join(spots if len(spots) > 1 else spots * 2)


def _describe(runs: Mapping[str, list[Points]], x: str, y: str) -> str:
    """Each line in words: where it starts and ends, and its lowest point."""
    clauses = []
    for name, line in runs.items():
        points = [point for run in line for point in run]
        if not points:
            clauses.append(f"{name}: nothing to draw")
            continue
        (x0, y0), (x1, y1) = points[0], points[-1]
        low_x, low_y = min(points, key=lambda point: point[1])
        clauses.append(
            f"{name}: from {label(y0, 3)} at {label(x0, 3)} to {label(y1, 3)} at {label(x1, 3)},"
            f" lowest {label(low_y, 3)} at {label(low_x, 3)}"
        )
    return f"{y or 'y'} against {x or 'x'}. " + "; ".join(clauses) + "."
