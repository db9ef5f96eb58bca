"""What makes a shorter sequence the beginning of a longer one, checked on the program.

A tape shows what each position did, not why. If the code took another way at position 5 than at
position 4, the trace of 16 positions may not begin with the trace of 8. So the sections have to be
alike: whatever is counted in them, the nodes of each operation, the products of dots, the values
read from before, must grow by the same amount from each position to the next. Attention does: its
softmax sums one more term at each position. A branch on the position does not.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from engine.compile.lowered import Lowered
from engine.compile.rolled import Loop, Rolled
from engine.compile.tracer import TraceError

_WAY_OUT = "every position has to be computed alike, by the same code over what came before it"


def check_given(lowered: Lowered) -> int:
    """Raises TraceError where a position reads an input or a target of a later one, or where an
    output depends on a target, which is not known when it is asked for.

    Returns how many of the first positions are not whole: what was computed from their inputs is
    not needed before some later position, and so belongs to that one's section.
    """
    count = len(lowered.sections)
    inputs = lowered.parameters
    targets = inputs + count * lowered.inputs
    end = targets + count * lowered.targets
    home = [-1] * len(lowered)  # the latest position whose input or target a slot depends on
    for slot in range(inputs, targets):
        home[slot] = (slot - inputs) // lowered.inputs
    for slot in range(targets, end):
        home[slot] = (slot - targets) // lowered.targets
    blind = bytearray(len(lowered))  # what depends on a target
    blind[targets:end] = b"\x01" * (end - targets)
    seen: dict[tuple[int, ...], tuple[int, bool]] = {}
    late = 0
    for section, slots in enumerate(lowered.stages()[1:]):
        for slot in slots:
            for side in (lowered.a[slot], lowered.b[slot]):
                if type(side) is tuple:
                    known = seen.get(side)
                    if known is None:
                        latest = max(map(home.__getitem__, side))
                        known = seen[side] = latest, any(map(blind.__getitem__, side))
                    latest, dark = known
                elif side >= 0:
                    latest, dark = home[side], blind[side]
                else:
                    continue
                blind[slot] |= dark
                if latest > home[slot]:
                    home[slot] = latest
            if home[slot] > section:
                raise TraceError(
                    f"position {section} depends on the input or the target of position "
                    f"{home[slot]} (node {lowered.node[slot]}), which comes later"
                )
            late = max(late, section - home[slot])
    for section, outputs in enumerate(lowered.outputs):
        for slot in outputs:
            if blind[slot]:
                raise TraceError(
                    f"an output of position {section} (node {lowered.node[slot]}) depends on a "
                    "target, which is not known when a sequence is continued"
                )
    return late


def check_alike(rolled: Rolled, late: int) -> None:
    """Raises TraceError for the first position that is not computed as the others are.

    The first ones may be special where they are not whole: see check_given for `late`; and where
    something is computed once for all records, it may be a part of position 0, as the state is that
    a recurrent network starts from.
    """
    first = max(late, int(bool(rolled.once.loops)))
    profiles = [_Profile(rolled, n) for n in range(first, len(rolled.sections))]
    for name in dict.fromkeys(key for p in profiles for key in p.counts):
        counts = [p.counts[name] for p in profiles]
        odd = _odd(counts, 2)
        if odd is not None:
            near, far = (1, 2) if odd == 0 else (odd - 1, odd - 2)
            expected = 2 * counts[near] - counts[far]
            _refuse(rolled, first + odd, f"has {counts[odd]} {name} where {expected} would follow")
    for name in dict.fromkeys(key for p in profiles for key in p.sums):
        odd = _odd([p.sums[name] for p in profiles], 3)
        if odd is not None:
            _refuse(rolled, first + odd, f"reads other {name} than would follow")


def _odd(counts: Sequence[int], order: int) -> int | None:
    """The first position that is off the straight line (order 2) or parabola (order 3) of the
    others; None if all are on it."""
    differences = list(counts)
    for _ in range(order):
        differences = [y - x for x, y in pairwise(differences)]
    wrong = [k for k, difference in enumerate(differences) if difference]
    if not wrong:
        return None
    return 0 if wrong == [0] and len(differences) > 1 else wrong[0] + order


def _refuse(rolled: Rolled, position: int, how: str) -> None:
    node = _first_difference(rolled, position)
    raise TraceError(
        f"position {position} is computed in another way than its neighbours (node {node}): "
        f"it {how}; {_WAY_OUT}"
    )


def _first_difference(rolled: Rolled, position: int) -> int:
    """The node where a section departs from its neighbour: the first loop of another operation, or
    else of another size than the growth of all would explain."""
    own = rolled.sections[position].loops
    other = rolled.sections[position - 1 if position else 1].loops
    shift = [abs(x.count - y.count) + abs(x.n - y.n) for x, y in zip(own, other, strict=False)]
    for n, loop in enumerate(own):
        if n >= len(other) or loop.op != other[n].op:
            return rolled.node(loop.out)
    usual = Counter(shift).most_common(1)[0][0]
    for n, loop in enumerate(own):
        if shift[n] != usual:
            return rolled.node(loop.out)
    return rolled.node(own[0].out)


class _Profile:
    """What is counted in a section."""

    def __init__(self, rolled: Rolled, number: int) -> None:
        self.counts: Counter[str] = Counter()
        self.sums: Counter[str] = Counter()
        self._rolled = rolled
        self._number = number
        for loop in rolled.sections[number].loops:
            self.counts[f"nodes of {loop.op!r}"] += loop.count
            if loop.n:
                self.counts[f"operands of {loop.op!r}"] += loop.count * loop.n
            for side in range(2):
                for block in self._blocks(loop, side):
                    self._count(*block)

    def _count(self, place: int, count: int, total: int) -> None:
        """Note that `count` places are read, from this one on, all of one kind, and their sum."""
        rolled, given = self._rolled, self._rolled.lowered.inputs
        if place < rolled.lowered.parameters:
            self.counts["values read of the parameters"] += count
            self.sums["parameters"] += total
        elif place < rolled.frames:
            self.counts["numbers"] += count
        else:
            frame, offset = divmod(place - rolled.frames, rolled.frame)
            back = self._number - frame
            if offset < given + rolled.lowered.targets:
                what = "inputs" if offset < given else "targets"
                self.counts[f"values read of the {what}"] += count
                self.sums[what] += back * count
            elif back:
                self.counts["values read of earlier positions"] += count
                self.sums["values of earlier positions"] += back * count

    def _kind(self, place: int) -> tuple[int, int]:
        rolled, lowered = self._rolled, self._rolled.lowered
        if place < rolled.frames:
            return -1, int(place < lowered.parameters)
        frame, offset = divmod(place - rolled.frames, rolled.frame)
        return frame, min(offset, lowered.inputs + lowered.targets)

    def _blocks(self, loop: Loop, side: int) -> Iterator[tuple[int, int, int]]:
        """What an operand reads, as blocks of one kind: (first place, how many, sum of the places).

        The sum is that of all places, and so the same whichever loops the nodes were rolled into.
        """
        first, step = (loop.b, loop.db) if side else (loop.a, loop.da)
        if not loop.n or (side and loop.op == "pick"):
            runs = [(first, 1, 0)]
        elif loop.offsets:
            runs = [(first + pair[side], 1, 0) for pair in loop.offsets]
        else:
            runs = [(first, loop.n, loop.inner[side])]
        for start, count, by in runs:
            corners = {
                self._kind(start + i * step + j * by)
                for i in (0, loop.count - 1)
                for j in (0, count - 1)
            }
            if len(corners) == 1:
                middle = 2 * start + (loop.count - 1) * step + (count - 1) * by  # twice the mean
                yield start, count * loop.count, count * loop.count * middle // 2
                continue
            for i in range(loop.count):
                for j in range(count):
                    place = start + i * step + j * by
                    yield place, 1, place
