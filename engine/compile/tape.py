"""Lowers a recorded graph to the tape that gets compiled: what the loss needs, in program order."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.graph import Graph, Value

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
    """The tape of a per-sample loss. `dot` nodes become products and sums, squares products.

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
    for stage in (ONCE, SAMPLE):
        if stage == SAMPLE:
            tape.sample = len(tape)
        for i in range(root + 1):
            if live[i] and level[i] == stage and i not in slot:
                slot[i] = _emit(tape, graph, i, slot)
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


def _operands(graph: Graph, i: int) -> tuple[int, ...]:
    a, b = graph.a[i], graph.b[i]
    if graph.op[i] == "dot":
        return (*a, *b)
    if _squares(graph, i):
        return (a,)
    return (a, b) if b >= 0 else (a,) if a >= 0 else ()


def _squares(graph: Graph, i: int) -> bool:
    """Whether node i is x ** 2: it is lowered to x * x."""
    b = graph.b[i]
    return graph.op[i] == "**" and graph.op[b] == "const" and graph.data[b] == 2.0


def _number_slots(graph: Graph, live: bytearray, slot: dict[int, int], tape: Tape) -> None:
    """Give each different number one slot: the bits decide, since 0.0 == -0.0 and nan != nan."""
    seen: dict[bytes, int] = {}
    for i, used in enumerate(live):
        if not used or i in slot:
            continue
        if graph.op[i] == "leaf":
            raise ValueError(
                f"node {i} is a leaf that is neither a parameter, an input nor a target: "
                "give it as one of them, or write the number itself into the formula"
            )
        if graph.op[i] == "const":
            number = graph.data[i]
            key = struct.pack("<d", number)
            if key not in seen:
                seen[key] = tape.append("", -1, -1, False)
                tape.numbers[seen[key]] = number
            slot[i] = seen[key]


def _levels(graph: Graph, live: bytearray, given: set[int]) -> bytearray:
    level = bytearray(len(live))
    for i, used in enumerate(live):
        if i in given:
            level[i] = SAMPLE
        elif used:
            for j in _operands(graph, i):
                level[i] |= level[j]
    return level


def _emit(tape: Tape, graph: Graph, i: int, slot: dict[int, int]) -> int:
    varies = tape.varies
    op = graph.op[i]
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
