"""Records of numbers for a program over sequences, checked before anything runs."""

import math
from collections.abc import Iterable, Sequence

from engine.compile.lowered import Lowered

Record = Sequence[float]


class Limits:
    """How long a record may be, and which numbers a program can pick by."""

    def __init__(self, lowered: Lowered) -> None:
        self.positions = count = len(lowered.sections)
        # How many values the smallest pick has that goes by a number of a record, and its node.
        self._picks: list[tuple[float, int]] = [(math.inf, -1)] * (count + 1)
        for slot, op in enumerate(lowered.op):
            if op == "pick":
                given = lowered.b[slot] - lowered.parameters
                if 0 <= given < 2 * count:
                    # The target of a position is the number after its input.
                    place = given if given < count else given - count + 1
                    pick = (len(lowered.a[slot]), lowered.node[slot])
                    self._picks[place] = min(self._picks[place], pick)
        self._fewest = min(self._picks)[0]

    def check(self, records: Sequence[Record], used: Iterable[int]) -> None:
        """Raises TypeError or ValueError for what is no list of records, or for the first of the
        used ones that cannot be run."""
        if not isinstance(records, Sequence) or isinstance(records, (str, bytes)):
            raise TypeError("records are a list of lists of numbers, one list for each record")
        if not records:
            raise ValueError("there are no records")
        for n in used:
            self._check(n, records[n])

    def _check(self, n: int, record: Record) -> None:
        if isinstance(record, (str, bytes)) or not isinstance(record, Sequence):
            raise TypeError(f"record {n} is {record!r:.40}, not a list of numbers")
        count = len(record)
        if count < 2:
            raise ValueError(
                f"record {n} has {count} numbers: it takes two, one to read and one to predict"
            )
        if count > self.positions + 1:
            raise ValueError(
                f"record {n} has {count} numbers, so {count - 1} positions: "
                f"the program has {self.positions}"
            )
        plain = all(type(x) is int for x in record) and min(record) >= 0
        if not (plain and max(record) < self._fewest):
            self.check_numbers(record, 0, f"record {n}")

    def check_numbers(self, numbers: Record, start: int, whose: str) -> None:
        """The same for numbers that `start` others come before."""
        for k, x in enumerate(numbers, start):
            places, node = self._picks[k]
            try:
                number = float(x)
            except (TypeError, ValueError, OverflowError):
                raise TypeError(f"{whose}, number {k}: {x!r:.40} is no number") from None
            if node >= 0 and not (0 <= number < places and number == math.floor(number)):
                raise ValueError(
                    f"{whose}, number {k}: {x!r:.40} is none of 0 to {places - 1}, "
                    f"by which node {node} picks"
                )
