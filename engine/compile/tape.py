"""Lowers a recorded graph to the tape that gets compiled: what the loss needs, in program order."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.graph import Graph, Value, operands

ONCE, SAMPLE = 0, 1  # a node's level: computed once a step, or for each sample


@dataclass
class Tape:
    """Nodes in slots 0, 1, 2 …: parameters, inputs, targets, numbers, operations.

    Operations that no input or target reaches come first: they need computing only once a step
    (loop-invariant code motion). The others are computed for each sample of a batch.
    """

    parameters: int
    inputs: int
    targets: int
    numbers: dict[int, float] = field(default_factory=dict)  # slot -> constant
    slots: dict[bytes, int] = field(default_factory=dict)  # bits of a constant -> its slot
    op: list[str] = field(default_factory=list)  # "" for what is no operation
    a: list[int] = field(default_factory=list)  # slot of the first operand, or -1
    b: list[int] = field(default_factory=list)
    varies: list[bool] = field(default_factory=list)  # whether it depends on a parameter
    once: int = 0  # first slot of the operations computed once a step
    sample: int = 0  # first slot of those computed for each sample
    root: int = 0  # slot of the loss

    def __len__(self) -> int:
        return len(self.op)

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
) -> Tape:
    """The tape of a per-sample loss. `dot` nodes become products and sums, squares products, and
    `pick` the sum of all values, each -0.0 where it is not in its place.

    Raises ValueError if the loss uses a leaf that is none of the given, or a handle is no leaf of
    its graph, or given twice.
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
    tape = Tape(len(parameters), len(inputs), len(targets))
    slot = {i: tape.append("", -1, -1, n < len(parameters)) for n, i in enumerate(given)}
    _number_slots(graph, live, slot, tape)
    level = _levels(graph, live, set(given[len(parameters) :]))
    tape.once = len(tape)
    same: dict[tuple[int, int], int] = {}  # (slot of a place, number) -> slot of their comparison
    for stage in (ONCE, SAMPLE):
        if stage == SAMPLE:
            tape.sample = len(tape)
        for i in range(root + 1):
            if live[i] and level[i] == stage and i not in slot:
                slot[i] = _emit(tape, graph, i, slot, same)
    tape.root = slot[root]
    return tape


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
    if graph.op[i] != "**":
        return False
    b = graph.b[i]
    return bool(graph.op[b] == "const" and graph.data[b] == 2.0)


def _number_slots(graph: Graph, live: bytearray, slot: dict[int, int], tape: Tape) -> None:
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
            slot[i] = tape.number(graph.data[i])
        elif graph.op[i] == "pick":
            for place in range(len(graph.a[i]) + 1):
                tape.number(float(place))


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
    tape: Tape, graph: Graph, i: int, slot: dict[int, int], same: dict[tuple[int, int], int]
) -> int:
    varies = tape.varies
    op = graph.op[i]
    if op == "pick":
        return _emit_pick(tape, [slot[k] for k in graph.a[i]], slot[graph.b[i]], same)
    if op != "dot":
        a = slot[graph.a[i]]
        if _squares(graph, i):
            return tape.append("*", a, a, varies[a])
        b = slot[graph.b[i]] if graph.b[i] >= 0 else -1
        return tape.append(op, a, b, varies[a] or (b >= 0 and varies[b]))
    total = -1
    for w, x in zip(graph.a[i], graph.b[i], strict=True):
        a, b = slot[w], slot[x]
        product = tape.append("*", a, b, varies[a] or varies[b])
        if total < 0:
            total = product
        else:
            total = tape.append("+", total, product, varies[total] or varies[product])
    return total


def _emit_pick(tape: Tape, values: list[int], place: int, same: dict[tuple[int, int], int]) -> int:
    """The sum begins with -0.0, which changes no number, or refuses a place that is none. Picks of
    one place share its comparisons."""
    total = tape.append("place", place, tape.number(float(len(values))), False)
    for k, value in enumerate(values):
        here = (place, tape.number(float(k)))
        if here not in same:
            same[here] = tape.append("is", *here, False)
        term = tape.append("where", same[here], value, tape.varies[value])
        total = tape.append("+", total, term, tape.varies[total] or tape.varies[term])
    return total
