"""Loop distribution: puts nodes of one operation next to each other, where that changes no bit.

`[(w * x).relu() for …]` leaves `* relu * relu …` on the tape. Its products may all be computed
first, then its relus. A node may join an earlier group of its kind if nothing that it reads is
computed later, and if no later group reads the same: the backward pass adds the contributions to
an adjoint in the opposite order of the reads, and floating-point sums depend on the order.
"""

from typing import Any

from engine.compile.lowered import Lowered

Group = list[int]


def schedule(lowered: Lowered) -> list[list[Group]]:
    """The groups of each stage, in the order in which they are to run."""
    groups = _Groups(lowered)
    return [groups.of(slots) for slots in lowered.stages()]


class _Groups:
    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        self.count = 0  # groups so far, over all stages: their numbers say which runs first
        self.made = [-1] * len(lowered)  # the group that computes a slot
        self.read = [-1] * len(lowered)  # the last group that reads it, if it varies
        self._vary: dict[tuple[int, ...], bool] = {}
        self._last: dict[tuple[int, ...], int] = {}  # the last group that read these, as one

    def of(self, slots: range) -> list[Group]:
        low, made, read = self.lowered, self.made, self.read
        op, a, b, varies = low.op, low.a, low.b, low.varies
        vary, last = self._vary, self._last
        first = self.count
        groups: list[Group] = []
        latest: dict[Any, int] = {}
        for i in slots:
            o, x, y = op[i], a[i], b[i]
            key: tuple[Any, ...]
            if type(x) is tuple:
                vx = vary.get(x)
                if vx is None:
                    vx = vary[x] = any(map(varies.__getitem__, x))
                if type(y) is tuple:
                    vy = vary.get(y)
                    if vy is None:
                        vy = vary[y] = any(map(varies.__getitem__, y))
                else:
                    vy = False
                key = (o, vx, vy, len(x), op[x[0]], op[y[0]] if type(y) is tuple else "")
            else:
                vx = varies[x]
                vy = y >= 0 and varies[y]
                key = (o, vx, vy, x == y)
            g = latest.get(key, -1)
            if g < 0 or (g < self.count - 1 and self._bound(x, y) > g):
                g = latest[key] = self.count
                self.count += 1
                groups.append([])
            groups[g - first].append(i)
            made[i] = g
            if vx:
                if type(x) is not tuple:
                    read[x] = g
                elif last.get(x) != g:
                    last[x] = g
                    for j in x:
                        read[j] = g
            if vy:
                if type(y) is not tuple:
                    read[y] = g
                elif last.get(y) != g:
                    last[y] = g
                    for j in y:
                        read[j] = g
        return groups

    def _bound(self, x: Any, y: Any) -> int:
        """The earliest group that may read these."""
        made, read = self.made.__getitem__, self.read.__getitem__
        bound = -1
        for side in (x, y):
            if type(side) is tuple:
                bound = max(bound, *map(made, side), *map(read, side))
            elif side >= 0:
                bound = max(bound, made(side), read(side))
        return bound
