"""Writes dots, picks and squares out as operations of two operands, for who makes statements."""

from engine.compile.lowered import Lowered

# What a pick becomes: place(x, n) is -0.0 if x is one of the n places 0 … n - 1, and else refused,
# or nan; is(x, k) is 1 if x = k, else 0; where(c, x) is x, but -0.0 where c is 0.
PICK = frozenset(["place", "is", "where"])


def expanded(lowered: Lowered) -> Lowered:
    """The same, with `dot` as products and sums, squares as products, and `pick` as the sum of all
    values, each -0.0 where it is not in its place."""
    return _Expansion(lowered).out


class _Expansion:
    def __init__(self, lowered: Lowered) -> None:
        self.out = out = Lowered(lowered.parameters, lowered.inputs, lowered.targets)
        self._same: dict[tuple[int, int], int] = {}  # (place, number) -> slot of their comparison
        slot = list(range(len(lowered)))
        for old in range(lowered.once):  # in the same slots: the given and the numbers
            if old in lowered.numbers:
                slot[old] = out.number(lowered.numbers[old])
            else:
                out.append("", -1, -1, lowered.varies[old], lowered.node[old])
        for op, values in zip(lowered.op, lowered.a, strict=True):
            if op == "pick":
                for place in range(len(values) + 1):
                    out.number(float(place))
        out.once = len(out)
        for n, stage in enumerate(lowered.stages()):
            if n:
                out.sections.append(len(out))
            for old in stage:
                slot[old] = self._emit(lowered, old, slot)
        out.roots = [slot[root] for root in lowered.roots]
        out.outputs = [[slot[i] for i in slots] for slots in lowered.outputs]

    def _append(self, op: str, a: int, b: int = -1) -> int:
        varies = self.out.varies
        return self.out.append(op, a, b, varies[a] or (b >= 0 and varies[b]))

    def _emit(self, lowered: Lowered, old: int, slot: list[int]) -> int:
        op, a, b = lowered.op[old], lowered.a[old], lowered.b[old]
        if op == "dot":
            return self._dot([(slot[w], slot[x]) for w, x in zip(a, b, strict=True)])
        if op == "pick":
            return self._pick([slot[x] for x in a], slot[b])
        if op == "square":
            return self._append("*", slot[a], slot[a])
        return self._append(op, slot[a], slot[b] if b >= 0 else -1)

    def _dot(self, pairs: list[tuple[int, int]]) -> int:
        total = self._append("*", *pairs[0])
        for pair in pairs[1:]:
            total = self._append("+", total, self._append("*", *pair))
        return total

    def _pick(self, values: list[int], place: int) -> int:
        """The sum begins with -0.0, which changes no number, or refuses a place that is none. Picks
        of one place share its comparisons."""
        out = self.out
        total = out.append("place", place, out.number(float(len(values))), False)
        for k, value in enumerate(values):
            here = (place, out.number(float(k)))
            if here not in self._same:
                self._same[here] = out.append("is", *here, False)
            term = out.append("where", self._same[here], value, out.varies[value])
            total = self._append("+", total, term)
        return total
