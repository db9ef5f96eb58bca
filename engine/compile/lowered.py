"""Lowers a recorded graph to what gets compiled: the nodes that the losses need, in their order."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from engine.graph import Graph, Value
from engine.ops import OPS

_NEVER = 1 << 30  # the section of a node that no loss needs


@dataclass
class Lowered:
    """Nodes in slots 0, 1, 2 …: parameters, inputs, targets, numbers, operations.

    Operations that no input or target reaches come first: they need computing only once a step
    (loop-invariant code motion). Then come the sections, one for each loss: what it needs and the
    losses before it did not. The loss of a sample is one section, computed for each sample of a
    batch. The losses of a sequence are a section each: a shorter sequence is the first sections.

    Operations are those of OPS, "square" for x ** 2, "dot" and "pick". An operand is a slot; both
    of a dot are tuples of slots, and so are the values of a pick.
    """

    parameters: int
    inputs: int  # of each section
    targets: int  # of each section
    numbers: dict[int, float] = field(default_factory=dict)  # slot -> constant
    slots: dict[bytes, int] = field(default_factory=dict)  # bits of a constant -> its slot
    op: list[str] = field(default_factory=list)  # "" for what is no operation
    a: list[Any] = field(default_factory=list)  # the first operand, or -1
    b: list[Any] = field(default_factory=list)
    varies: list[bool] = field(default_factory=list)  # whether it depends on a parameter
    node: list[int] = field(default_factory=list)  # which node of the graph it was
    once: int = 0  # first slot of the operations computed once a step
    sections: list[int] = field(default_factory=list)  # first slot of each section
    roots: list[int] = field(default_factory=list)  # slot of each section's loss
    outputs: list[list[int]] = field(default_factory=list)  # what else each section computes

    def __len__(self) -> int:
        return len(self.op)

    @property
    def sample(self) -> int:
        """First slot of the operations computed for each sample."""
        return self.sections[0]

    @property
    def root(self) -> int:
        """Slot of the loss, if there is one."""
        return self.roots[0]

    def stages(self) -> list[range]:
        """The slots of the operations: computed once, then those of each section."""
        return [range(*pair) for pair in pairwise([self.once, *self.sections, len(self)])]

    def name(self, slot: int) -> str:
        """What listings call its value: w0 a parameter, x0 an input, y0 a target, else v and the
        slot."""
        place, sections = slot, max(len(self.sections), 1)
        counts = (self.parameters, self.inputs * sections, self.targets * sections)
        for letter, count in zip("wxy", counts, strict=True):
            if place < count:
                return f"{letter}{place}"
            place -= count
        return f"v{slot}"

    def __str__(self) -> str:
        """One slot a line: what it holds, when it is computed, and if it moves with the parameters
        w."""
        out = []
        for slot, op in enumerate(self.op):
            operands = [_text(j) for j in (self.a[slot], self.b[slot]) if j != -1]
            if slot in self.numbers:
                what = f"number {self.numbers[slot]}"
            else:
                what = f"{op} of {', '.join(operands)}" if op else "given"
            moves = "moves with w" if self.varies[slot] else ""
            out.append(f"{slot:2}  {what:14} {self._when(slot):12} {moves}".rstrip())
        return "\n".join(out)

    def _when(self, slot: int) -> str:
        given = self.inputs + self.targets
        if slot < self.parameters or len(self.sections) * given + self.parameters <= slot:
            section = sum(first <= slot for first in self.sections)
        else:
            place = slot - self.parameters
            inputs = len(self.sections) * self.inputs
            each = self.inputs if place < inputs else self.targets
            section = 1 + (place if place < inputs else place - inputs) // each
        if section == 0:
            return "once a step"
        return "each sample" if len(self.sections) == 1 else f"section {section - 1}"

    def append(self, op: str, a: Any, b: Any, varies: bool, node: int = -1) -> int:
        self.op.append(op)
        self.a.append(a)
        self.b.append(b)
        self.varies.append(varies)
        self.node.append(node)
        return len(self.op) - 1

    def number(self, x: float, node: int = -1) -> int:
        """The slot of a number, one for each: the bits decide, since 0.0 == -0.0 and nan != nan."""
        key = struct.pack("<d", x)
        if key not in self.slots:
            self.slots[key] = self.append("", -1, -1, False, node)
            self.numbers[self.slots[key]] = x
        return self.slots[key]


def lower(
    loss: Value,
    parameters: Sequence[Value],
    inputs: Sequence[Value] = (),
    targets: Sequence[Value] = (),
) -> Lowered:
    """What the loss of one sample needs.

    Raises ValueError if the loss uses a leaf that is none of the given or an operation that is not
    in OPS, or if a handle is no leaf of its graph, or given twice.
    """
    return lower_sections([loss], parameters, [inputs], [targets])


def lower_sections(
    losses: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Sequence[Value]],
    targets: Sequence[Sequence[Value]],
    outputs: Sequence[Sequence[Value]] = (),
) -> Lowered:
    """What the losses of a sequence need; inputs, targets and outputs are a list for each. Raises
    as lower()."""
    for loss in losses:
        if not isinstance(loss, Value):
            raise TypeError(f"compile: expected a Value, not {type(loss).__name__} {loss!r:.40}")
    graph = losses[0].graph
    roots = [graph.index(x, "compile") for x in losses]
    wanted = [[graph.index(x, "compile") for x in xs] for xs in outputs or [()] * len(roots)]
    leaves = [*parameters, *(x for xs in (*inputs, *targets) for x in xs)]
    given = [graph.index(x, "compile") for x in leaves]
    for i in given:
        if graph.op[i] != "leaf":
            raise ValueError(f"node {i} is computed ({graph.op[i]}): only leaves can be given")
    if len(set(given)) < len(given):
        raise ValueError("a leaf is given twice among parameters, inputs and targets")
    need = _first_need(graph, [[root, *xs] for root, xs in zip(roots, wanted, strict=True)])
    lowering = _Lowering(graph, given, Lowered(len(parameters), len(inputs[0]), len(targets[0])))
    return lowering.run(need, roots, wanted)


def _first_need(graph: Graph, roots: Sequence[Sequence[int]]) -> list[int]:
    """For each node the first section whose roots depend on it. Operands come before, so one sweep
    finds all."""
    need = [_NEVER] * (1 + max(map(max, roots)))
    for section in range(len(roots) - 1, -1, -1):
        for root in roots[section]:
            need[root] = section
    seen: dict[tuple[int, ...], int] = {}  # equal tuples are common: look into each only once
    for i in range(len(need) - 1, -1, -1):
        section = need[i]
        if section == _NEVER:
            continue
        for side in (graph.a[i], graph.b[i]):
            if type(side) is tuple:
                if seen.get(side, _NEVER) > section:
                    seen[side] = section
                    for j in side:
                        if need[j] > section:
                            need[j] = section
            elif side >= 0 and need[side] > section:
                need[side] = section
    return need


class _Lowering:
    def __init__(self, graph: Graph, given: Sequence[int], out: Lowered) -> None:
        self.graph = graph
        self.out = out
        self.slot = [-1] * len(graph)
        self.reached = bytearray(len(graph))  # whether an input or a target reaches a node
        for n, i in enumerate(given):
            self.slot[i] = out.append("", -1, -1, n < out.parameters, i)
            self.reached[i] = n >= out.parameters
        self._any: dict[tuple[int, ...], bool] = {}
        self._tuples: dict[tuple[int, ...], tuple[tuple[int, ...], bool]] = {}

    def run(self, need: list[int], roots: list[int], wanted: list[list[int]]) -> Lowered:
        out, slot, graph = self.out, self.slot, self.graph
        stages = self._stages(need, len(roots))
        out.once = len(out)
        for n, stage in enumerate(stages):
            if n:
                out.sections.append(len(out))
            for i in stage:
                op = graph.op[i]
                a, vary_a = self._operand(graph.a[i])
                if op == "**" and self._two(graph.b[i]):
                    slot[i] = out.append("square", a, -1, vary_a, i)
                else:
                    b, vary_b = self._operand(graph.b[i])
                    slot[i] = out.append(op, a, b, vary_a or vary_b, i)
        out.roots = [slot[i] for i in roots]
        out.outputs = [[slot[i] for i in nodes] for nodes in wanted]
        return out

    def _two(self, i: int) -> bool:
        return self.graph.op[i] == "const" and self.graph.data[i] == 2.0

    def _stages(self, need: list[int], sections: int) -> list[list[int]]:
        """The nodes computed once, and those of each section. The numbers get their slots."""
        graph, out, slot, reached = self.graph, self.out, self.slot, self.reached
        stages: list[list[int]] = [[] for _ in range(sections + 1)]
        exponents = {graph.b[i] for i, n in enumerate(need) if n != _NEVER and graph.op[i] == "**"}
        for i, section in enumerate(need):
            if section == _NEVER or slot[i] >= 0:
                continue
            op = graph.op[i]
            if op == "leaf":
                raise ValueError(
                    f"node {i} is a leaf that is neither a parameter, an input nor a target: "
                    "give it as one of them, or write the number itself into the formula"
                )
            if op == "const":
                if not (i in exponents and self._two(i)):
                    slot[i] = out.number(graph.data[i], i)
            elif op == "dot" and not graph.a[i]:
                slot[i] = out.number(0.0)
            elif op not in OPS and op not in ("dot", "pick"):
                raise ValueError(f"node {i}: there is no operation {op!r} in OPS")
            elif self._reached(graph.a[i]) or self._reached(graph.b[i]):
                reached[i] = 1
                stages[section + 1].append(i)
            else:
                stages[0].append(i)
        return stages

    def _reached(self, side: Any) -> bool:
        if type(side) is not tuple:
            return bool(side >= 0 and self.reached[side])
        known = self._any.get(side)
        if known is None:
            known = self._any[side] = any(map(self.reached.__getitem__, side))
        return known

    def _operand(self, side: Any) -> tuple[Any, bool]:
        """An operand's slot or slots, and whether it varies."""
        varies = self.out.varies
        if type(side) is not tuple:
            slot = self.slot[side] if side >= 0 else -1
            return slot, slot >= 0 and varies[slot]
        known = self._tuples.get(side)
        if known is None:
            slots = tuple([self.slot[i] for i in side])
            known = self._tuples[side] = (slots, any(map(varies.__getitem__, slots)))
        return known


def _text(operand: Any) -> str:
    return f"({', '.join(map(str, operand))})" if type(operand) is tuple else str(operand)
