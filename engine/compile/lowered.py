"""Lowers a recorded graph to what gets compiled: the nodes that the loss needs, in their order."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.graph import Graph, Value, operands
from engine.ops import OPS

# What a pick becomes: place(x, n) is -0.0 if x is one of the n places 0 … n - 1, and else refused,
# or nan; is(x, k) is 1 if x = k, else 0; where(c, x) is x, but -0.0 where c is 0.
PICK = frozenset(["place", "is", "where"])
ONCE, SAMPLE = 0, 1  # a node's level: computed once a step, or for each sample


@dataclass
class Lowered:
    """Nodes in slots 0, 1, 2 …: parameters, inputs, targets, numbers, operations.

    Operations that no input or target reaches come first: they need computing only once a step
    (loop-invariant code motion). The others are computed for each sample of a batch.
    """

    parameters: int
    inputs: int
    targets: int
    numbers: dict[int, float] = field(default_factory=dict)  # slot -> constant
    slots: dict[bytes, int] = field(default_factory=dict)  # bits of a constant -> its slot
    op: list[str] = field(default_factory=list)  # of OPS or PICK; "" for what is no operation
    a: list[int] = field(default_factory=list)  # slot of the first operand, or -1
    b: list[int] = field(default_factory=list)
    varies: list[bool] = field(default_factory=list)  # whether it depends on a parameter
    once: int = 0  # first slot of the operations computed once a step
    sample: int = 0  # first slot of those computed for each sample
    root: int = 0  # slot of the loss

    def __len__(self) -> int:
        return len(self.op)

    def name(self, slot: int) -> str:
        """What listings call its value: w0 a parameter, x0 an input, y0 a target, else v and the
        slot."""
        place = slot
        for letter, count in (("w", self.parameters), ("x", self.inputs), ("y", self.targets)):
            if place < count:
                return f"{letter}{place}"
            place -= count
        return f"v{slot}"

    def __str__(self) -> str:
        """One slot a line: what it holds, when it is computed, and if it moves with the parameters
        w."""
        out = []
        for slot, op in enumerate(self.op):
            operands = [str(j) for j in (self.a[slot], self.b[slot]) if j >= 0]
            if slot in self.numbers:
                what = f"number {self.numbers[slot]}"
            else:
                what = f"{op} of {', '.join(operands)}" if op else "given"
            when = "each sample" if self.level(slot) == SAMPLE else "once a step"
            moves = "moves with w" if self.varies[slot] else ""
            out.append(f"{slot:2}  {what:14} {when:12} {moves}".rstrip())
        return "\n".join(out)

    def append(self, op: str, a: int, b: int, varies: bool) -> int:
        self.op.append(op)
        self.a.append(a)
        self.b.append(b)
        self.varies.append(varies)
        return len(self.op) - 1

    def number(self, x: float) -> int:
        """The slot of a number, one for each: the bits decide, since 0.0 == -0.0 and nan != nan."""
        key = struct.pack("<d", x)
        if key not in self.slots:
            self.slots[key] = self.append("", -1, -1, False)
            self.numbers[self.slots[key]] = x
        return self.slots[key]

    def level(self, slot: int) -> int:
        """ONCE or SAMPLE."""
        given = self.parameters <= slot < self.parameters + self.inputs + self.targets
        return SAMPLE if given or slot >= self.sample else ONCE


def lower(
    loss: Value,
    parameters: Sequence[Value],
    inputs: Sequence[Value] = (),
    targets: Sequence[Value] = (),
) -> Lowered:
    """What a per-sample loss needs. `dot` nodes become products and sums, squares products, and
    `pick` the sum of all values, each -0.0 where it is not in its place.

    Raises ValueError if the loss uses a leaf that is none of the given or an operation that is not
    in OPS, or if a handle is no leaf of its graph, or given twice.
    """
    graph = loss.graph
    root = graph.index(loss, "compile")
    given = [graph.index(x, "compile") for x in (*parameters, *inputs, *targets)]
    for i in given:
        if graph.op[i] != "leaf":
            raise ValueError(f"node {i} is computed ({graph.op[i]}): only leaves can be given")
    if len(set(given)) < len(given):
        raise ValueError("a leaf is given twice among parameters, inputs and targets")
    live = _live(graph, root)
    lowered = Lowered(len(parameters), len(inputs), len(targets))
    slot = {i: lowered.append("", -1, -1, n < len(parameters)) for n, i in enumerate(given)}
    _number_slots(graph, live, slot, lowered)
    level = _levels(graph, live, set(given[len(parameters) :]))
    lowered.once = len(lowered)
    same: dict[tuple[int, int], int] = {}  # (slot of a place, number) -> slot of their comparison
    for stage in (ONCE, SAMPLE):
        if stage == SAMPLE:
            lowered.sample = len(lowered)
        for i in range(root + 1):
            if live[i] and level[i] == stage and i not in slot:
                slot[i] = _emit(lowered, graph, i, slot, same)
    lowered.root = slot[root]
    return lowered


def _live(graph: Graph, root: int) -> bytearray:
    """Marks the nodes that the root depends on. Operands come before, so one sweep finds them."""
    live = bytearray(root + 1)
    live[root] = 1
    for i in range(root, -1, -1):
        if live[i]:
            for j in _operands(graph, i):
                live[j] = 1
    return live


def _operands(graph: Graph, i: int) -> list[int]:
    return operands(graph, i)[:1] if _squares(graph, i) else operands(graph, i)


def _squares(graph: Graph, i: int) -> bool:
    """Whether node i is x ** 2: it is lowered to x * x."""
    b = graph.b[i]
    return graph.op[i] == "**" and graph.op[b] == "const" and graph.data[b] == 2.0


def _number_slots(graph: Graph, live: bytearray, slot: dict[int, int], lowered: Lowered) -> None:
    """Give a slot to each different number that the operations will read."""
    for i, used in enumerate(live):
        if not used or i in slot:
            continue
        if graph.op[i] == "leaf":
            raise ValueError(
                f"node {i} is a leaf that is neither a parameter, an input nor a target: "
                "give it as one of them, or write the number itself into the formula"
            )
        if graph.op[i] == "const":
            slot[i] = lowered.number(graph.data[i])
        elif graph.op[i] == "dot" and not graph.a[i]:
            slot[i] = lowered.number(0.0)
        elif graph.op[i] == "pick":
            for place in range(len(graph.a[i]) + 1):
                lowered.number(float(place))


def _levels(graph: Graph, live: bytearray, given: set[int]) -> bytearray:
    level = bytearray(len(live))
    for i, used in enumerate(live):
        if i in given:
            level[i] = SAMPLE
        elif used:
            for j in _operands(graph, i):
                level[i] |= level[j]
    return level


def _emit(
    lowered: Lowered, graph: Graph, i: int, slot: dict[int, int], same: dict[tuple[int, int], int]
) -> int:
    varies = lowered.varies
    op = graph.op[i]
    if op == "pick":
        return _emit_pick(lowered, [slot[k] for k in graph.a[i]], slot[graph.b[i]], same)
    if op != "dot":
        if op not in OPS:
            raise ValueError(f"node {i}: there is no operation {op!r} in OPS")
        a = slot[graph.a[i]]
        if _squares(graph, i):
            return lowered.append("*", a, a, varies[a])
        b = slot[graph.b[i]] if graph.b[i] >= 0 else -1
        return lowered.append(op, a, b, varies[a] or (b >= 0 and varies[b]))
    total = -1
    for w, x in zip(graph.a[i], graph.b[i], strict=True):
        a, b = slot[w], slot[x]
        product = lowered.append("*", a, b, varies[a] or varies[b])
        if total < 0:
            total = product
        else:
            total = lowered.append("+", total, product, varies[total] or varies[product])
    return total


def _emit_pick(
    lowered: Lowered, values: list[int], place: int, same: dict[tuple[int, int], int]
) -> int:
    """The sum begins with -0.0, which changes no number, or refuses a place that is none. Picks of
    one place share its comparisons."""
    varies = lowered.varies
    total = lowered.append("place", place, lowered.number(float(len(values))), False)
    for k, value in enumerate(values):
        here = (place, lowered.number(float(k)))
        if here not in same:
            same[here] = lowered.append("is", *here, False)
        term = lowered.append("where", same[here], value, varies[value])
        total = lowered.append("+", total, term, varies[total] or varies[term])
    return total
