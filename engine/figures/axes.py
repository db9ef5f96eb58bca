"""Axes of a plot: scale, ticks, grid, and the key that tells the series apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.figures.figure import GRID, INK, SOFT, label, num, text

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Axis:
    """One direction of a plot: from `low` to `high`, linear or logarithmic, with its ticks."""

    def __init__(
        self, values: Sequence[float], log: bool, title: str, padding: float = 0.0
    ) -> None:
        self.log = log
        self.title = title
        low, high = self._scale(min(values)), self._scale(max(values))
        margin = (high - low) * padding or (0.0 if high > low else abs(low) / 10 or 1.0)
        self.low, self.high = low - margin, high + margin
        self.ticks = self._decades() if log else self._round_numbers()

    def _scale(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def fraction(self, value: float) -> float:
        """How far along the axis a value lies: 0 at its start, 1 at its end."""
        return (self._scale(value) - self.low) / (self.high - self.low)

    def _round_numbers(self) -> list[tuple[float, str]]:
        """Three to eight multiples of 1, 2 or 5 times a power of ten."""
        most = (self.high - self.low) / 3
        power = 10.0 ** math.floor(math.log10(most))
        step = max(m * power for m in (0.5, 1.0, 2.0, 5.0) if m * power <= most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [(k * step, label(k * step, 6)) for k in range(first, last + 1)]

    def _decades(self) -> list[tuple[float, str]]:
        first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
        stride = max(1, math.ceil((last - first) / 7))
        ticks = range(first, last + 1, stride)
        if len(ticks) < 2:  # less than a decade: the ends say more
            return [(10**v, label(10**v, 3)) for v in (self.low, self.high)]
        return [(10.0**k, "10" + str(k).translate(_SUPERSCRIPT)) for k in ticks]


@dataclass(frozen=True)
class Area:
    """The rectangle in pixels that two axes span."""

    x: Axis
    y: Axis
    left: float
    top: float
    right: float
    bottom: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where the point (x, y) is, in pixels."""
        across, up = self.x.fraction(x), self.y.fraction(y)
        return (
            self.left + across * (self.right - self.left),
            self.bottom - up * (self.bottom - self.top),
        )

    def grid(self) -> list[str]:
        """Grid lines, tick labels and the axes' titles."""
        out, line = [], f'stroke="{GRID}"'
        for value, name in self.x.ticks:
            x = self.left + self.x.fraction(value) * (self.right - self.left)
            out.append(f'<path d="M{num(x)} {num(self.top)}V{num(self.bottom)}" {line}/>')
            out.append(text(x, self.bottom + 17, name, f'text-anchor="middle" {_SMALL}'))
        for value, name in self.y.ticks:
            y = self.bottom - self.y.fraction(value) * (self.bottom - self.top)
            out.append(f'<path d="M{num(self.left)} {num(y)}H{num(self.right)}" {line}/>')
            out.append(text(self.left - 7, y + 4, name, f'text-anchor="end" {_SMALL}'))
        middle, height = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        style = f'text-anchor="middle" fill="{INK}"'
        if self.x.title:
            out.append(text(middle, self.bottom + 36, self.x.title, style))
        if self.y.title:
            turn = f'transform="rotate(-90 16 {num(height)})"'
            out.append(text(16, height, self.y.title, f"{style} {turn}"))
        return out


_SMALL = f'fill="{SOFT}" font-size="12"'


def headings(
    width: float, title: str, samples: Sequence[tuple[str, str]]
) -> tuple[list[str], float]:
    """The title, and the key below it; samples are (name, SVG drawn in a box of 26 by 14 pixels).

    Returns the elements and the y below them.
    """
    out, y = [], 10.0
    if title:
        style = f'text-anchor="middle" font-weight="600" fill="{INK}"'
        out.append(text(width / 2, y + 16, title, style))
        y += 26
    x = 20.0
    for name, sample in samples:
        room = 26 + 8 + 7.4 * len(name) + 20
        if x > 20 and x + room > width:
            x, y = 20.0, y + 20
        out.append(f'<g transform="translate({num(x)} {num(y + 2)})">{sample}</g>')
        out.append(text(x + 34, y + 13.5, name, f'fill="{INK}"'))
        x += room
    return out, y + (22 if samples else 4)
