"""Bars: how much there is of each of a few things, such as the probability of each letter."""

import math
from collections.abc import Mapping

from engine.figures.axes import Axis, headings
from engine.figures.figure import BLUE, GRID, INK, SOFT, Figure, label, num, text

WIDTH, HEIGHT = 400.0, 240.0


def bars(heights: Mapping[str, float], y: str = "", title: str = "") -> Figure:
    """One bar for each name, as high as its number, which is >= 0; `y` says what the heights are.

    >>> bars({"a": 0.25, "b": 0.75}, title="what follows")
    Figure('what follows')

    Raises ValueError for no bars, and numbers that are negative or not finite.
    """
    if not heights:
        raise ValueError("bars: no bar to draw")
    for name, height in heights.items():
        if not 0 <= height < math.inf:
            raise ValueError(f"bars: {name!r} has the height {height!r}")
    body, top = headings(WIDTH, title, [])
    up = Axis([0.0, max(heights.values()) or 1.0], False, y)
    left, right, bottom = 62.0 if y else 46.0, WIDTH - 18, HEIGHT - 28
    for value, name in up.ticks:
        at = bottom - up.fraction(value) * (bottom - top)
        body.append(f'<path d="M{num(left)} {num(at)}H{num(right)}" stroke="{GRID}"/>')
        style = f'text-anchor="end" fill="{SOFT}" font-size="12"'
        body.append(text(left - 7, at + 4, name, style))
    room = (right - left) / len(heights)
    for k, (name, height) in enumerate(heights.items()):
        at = bottom - up.fraction(height) * (bottom - top)
        box = f'x="{num(left + (k + 0.12) * room)}" y="{num(at)}" width="{num(0.76 * room)}"'
        body.append(f'<rect {box} height="{num(bottom - at)}" fill="{BLUE}"/>')
        body.append(
            text(left + (k + 0.5) * room, bottom + 17, name, f'text-anchor="middle" fill="{INK}"')
        )
    if y:
        middle = (top + bottom) / 2
        turn = f'transform="rotate(-90 16 {num(middle)})"'
        body.append(text(16, middle, y, f'text-anchor="middle" fill="{INK}" {turn}'))
    return Figure(WIDTH, HEIGHT, title or y or "Bars", _describe(heights), body)


def _describe(heights: Mapping[str, float]) -> str:
    """The five highest bars in words."""
    ranked = sorted(heights.items(), key=lambda pair: -float(f"{pair[1]:.6g}"))
    highest = ", ".join(f"{name} {label(height, 3)}" for name, height in ranked[:5])
    return f"{len(heights)} bars, the highest: {highest}."
