"""Rolls what was lowered: nodes whose operands advance by constant steps become one loop.

`[a + b for a, b in zip(xs, ys)]` leaves sixteen additions on the tape, a loop that nobody wrote
down. Rolling finds it again: after `schedule` its nodes are neighbours, their results get
neighbouring places in memory, and if the places of their operands advance by constant steps too, a
single instruction can do them all. Source of the idea: A. Ketterlin and P. Clauss, "Prediction and
trace compression of data access addresses through nested loop recognition", CGO 2008.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.compile.lowered import Lowered
from engine.compile.schedule import Group, schedule


@dataclass
class Loop:
    """out[k] = a[k] op b[k] for k < count: places in memory, and how far the next round's are.

    A dot has an inner loop over n products, whose operands advance by `inner`; a pick chooses among
    n values, `inner[0]` apart. Where they do not advance by constant steps, `offsets` lists how far
    each pair (of a pick: each value) lies behind a and b.
    """

    op: str
    varies: tuple[bool, bool]  # which operand a gradient goes to
    out: int
    a: int
    b: int
    n: int = 0
    inner: tuple[int, int] = (0, 0)
    offsets: tuple[tuple[int, int], ...] = ()
    count: int = 1
    da: int = 0
    db: int = 0

    def __str__(self) -> str:
        if self.op == "dot":
            return f"{self.count:3} × dot of {self.n}"
        return f"{self.count:3} × {self.op}" + (f" of {self.n}" if self.n else "")

    @property
    def chained(self) -> bool:
        """Whether a round may read the result of an earlier one."""
        last = self.out + self.count
        return any(first < last and end > self.out for first, end in (self.reach(0), self.reach(1)))

    def reach(self, side: int) -> tuple[int, int]:
        """The places from the first to behind the last that an operand reads, in all rounds."""
        first, step = (self.b, self.db) if side else (self.a, self.da)
        if self.offsets:
            inner = [pair[side] for pair in self.offsets]
        else:
            inner = [0, self.inner[side] * max(self.n - 1, 0)]
        outer = [0, step * (self.count - 1)]
        return first + min(inner) + min(outer), first + max(inner) + max(outer) + 1


@dataclass
class Section:
    """The loops of one section, and the places of its results: from `start` on."""

    loops: list[Loop]
    start: int
    nodes: int

    @property
    def end(self) -> int:
        return self.start + self.nodes

    def __str__(self) -> str:
        return "\n".join(f" {loop}" for loop in self.loops)


@dataclass
class Rolled:
    """A program of loops. Its memory, in places of one number each:

        parameters, one place of padding if they are odd, numbers, what is computed once;
        then a frame for each section: its inputs, its targets, its results

    All frames have the same size, so that what sections have in common stands at a constant step.
    """

    lowered: Lowered
    numbers: dict[int, float] = field(default_factory=dict)  # by place
    once: Section = field(default_factory=lambda: Section([], 0, 0))
    sections: list[Section] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)  # place of each section's loss
    outputs: list[list[int]] = field(default_factory=list)
    frames: int = 0  # place of the first frame
    frame: int = 0  # places in a frame
    place: list[int] = field(default_factory=list)  # of each slot

    def node(self, place: int) -> int:
        """The node of the graph whose value is at a place."""
        return self.lowered.node[self.place.index(place)]

    @property
    def places(self) -> int:
        return self.frames + self.frame * len(self.sections)

    @property
    def nodes(self) -> int:
        return self.once.nodes + sum(s.nodes for s in self.sections)

    @property
    def loops(self) -> int:
        return len(self.once.loops) + sum(len(s.loops) for s in self.sections)

    def __str__(self) -> str:
        """The loops of a sample, or of the last section, which is the longest."""
        count, last = len(self.sections), self.sections[-1]
        out = [f"{self.nodes:,} nodes in {self.loops:,} loops"]
        if self.once.loops:
            out += ["once:", str(self.once)]
        if count == 1:
            out.append("for each sample:")
        else:
            out[0] += f", in {count} sections"
            out.append(f"section {count - 1}: {last.nodes:,} nodes in {len(last.loops):,} loops")
        return "\n".join([*out, str(last)])


def roll(lowered: Lowered) -> Rolled:
    """The loops of a lowered program."""
    stages = schedule(lowered)
    out = Rolled(lowered)
    place = out.place = [0] * len(lowered)
    at = lowered.parameters
    place[:at] = range(at)
    at += at % 2
    for slot, number in lowered.numbers.items():
        place[slot] = at
        out.numbers[at] = number
        at += 1
    once = at
    at = _lay(stages[0], at, place)
    out.frames = at + at % 2
    inputs, targets, count = lowered.inputs, lowered.targets, len(lowered.sections)
    given = inputs + targets
    longest = max(len(slots) for slots in lowered.stages()[1:])
    out.frame = given + longest + (given + longest) % 2
    for n, groups in enumerate(stages[1:]):
        first = out.frames + n * out.frame
        slot = lowered.parameters + n * inputs
        place[slot : slot + inputs] = range(first, first + inputs)
        slot = lowered.parameters + count * inputs + n * targets
        place[slot : slot + targets] = range(first + inputs, first + given)
        _lay(groups, first + given, place)
    roller = _Roller(lowered, place)
    sections = [
        Section([loop for group in groups for loop in roller.loops(group)], 0, len(slots))
        for groups, slots in zip(stages, lowered.stages(), strict=True)
    ]
    out.once, out.sections = sections[0], sections[1:]
    out.once.start = once
    for n, section in enumerate(out.sections):
        section.start = out.frames + n * out.frame + given
    out.roots = [place[slot] for slot in lowered.roots]
    out.outputs = [[place[slot] for slot in slots] for slots in lowered.outputs]
    return out


def _lay(groups: list[Group], at: int, place: list[int]) -> int:
    """Give the results of the groups their places, one after the other; return the next."""
    for group in groups:
        for slot in group:
            place[slot] = at
            at += 1
    return at


_Run = tuple[int, int, tuple[int, ...]]  # first place, step or 0, all places


class _Roller:
    def __init__(self, lowered: Lowered, place: list[int]) -> None:
        self.lowered = lowered
        self.place = place
        self._runs: dict[tuple[int, ...], _Run] = {}
        self._varies: dict[tuple[int, ...], bool] = {}

    def _run(self, slots: tuple[int, ...]) -> _Run:
        run = self._runs.get(slots)
        if run is None:
            at = [self.place[s] for s in slots]
            step = at[1] - at[0] if len(at) > 1 else 1
            if not step or at != list(range(at[0], at[0] + step * len(at), step)):
                step = 0
            run = self._runs[slots] = (at[0], step, tuple(at))
        return run

    def _vary(self, slots: tuple[int, ...]) -> bool:
        known = self._varies.get(slots)
        if known is None:
            known = self._varies[slots] = any(map(self.lowered.varies.__getitem__, slots))
        return known

    def loops(self, group: Group) -> Iterator[Loop]:
        """The loops of a group, in order."""
        op = self.lowered.op[group[0]]
        rounds = self._inner(group) if op in ("dot", "pick") else self._plain(group)
        loop: Loop | None = None
        a = b = 0
        last: Any = None
        for slot, (x, y, shape) in zip(group, rounds, strict=True):
            if loop is not None and shape == last:
                da, db = x - a, y - b
                if loop.count == 1 or (da == loop.da and db == loop.db):
                    loop.count += 1
                    loop.da, loop.db, a, b = da, db, x, y
                    continue
            if loop is not None:
                yield loop
            a, b, last = x, y, shape
            varies, *inner = shape
            loop = Loop(op, varies, self.place[slot], x, y, *inner)
        assert loop is not None
        yield loop

    def _plain(self, group: Group) -> Iterator[tuple[int, int, Any]]:
        low, place = self.lowered, self.place
        x, y = low.a[group[0]], low.b[group[0]]
        shape = ((low.varies[x], y >= 0 and low.varies[y]),)
        for slot in group:
            x, y = place[low.a[slot]], low.b[slot]
            yield x, place[y] if y >= 0 else x, shape

    def _inner(self, group: Group) -> Iterator[tuple[int, int, Any]]:
        """The same for dots and picks; the shape says what the inner loop does."""
        low = self.lowered
        shapes: dict[tuple[Any, ...], Any] = {}
        for slot in group:
            x, y = low.a[slot], low.b[slot]
            a, ia, xs = self._run(x)
            vx = self._vary(x)
            if low.op[slot] == "pick":
                b, ib, vy, ys = self.place[y], 0, False, (self.place[y],) * len(x)
                regular = ia != 0
            else:
                b, ib, ys = self._run(y)
                vy = self._vary(y)
                regular = ia != 0 and ib != 0
            if regular:
                key = (vx, vy, len(x), ia, ib)
                shape = shapes.get(key)
                if shape is None:
                    shape = shapes[key] = ((vx, vy), len(x), (ia, ib), ())
            else:
                offsets = tuple([(p - a, q - b) for p, q in zip(xs, ys, strict=True)])
                shape = ((vx, vy), len(x), (0, 0), offsets)
            yield a, b, shape
