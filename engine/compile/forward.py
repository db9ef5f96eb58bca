"""Forward statements: each node that is used once becomes part of the statement that uses it."""

from engine.compile.expressions import Expr
from engine.compile.lowered import Lowered
from engine.compile.statements import Assign, Statement
from engine.compile.symbols import PRIMITIVES, value
from engine.compile.trees import Tree, join, measure


def atom(lowered: Lowered, slot: int) -> Expr:
    """How an expression names the value of a node."""
    return ("c", lowered.numbers[slot]) if slot in lowered.numbers else ("v", slot)


def forward(lowered: Lowered, needed: set[int]) -> tuple[list[Statement], list[Statement]]:
    """The statements computed once a step, and those computed for each sample.

    `needed` are the slots whose value the backward pass reads: each has a statement of its own.
    """
    uses = [0] * len(lowered)
    keep = needed | {lowered.root}
    for i in range(lowered.once, len(lowered)):
        for j in (lowered.a[i], lowered.b[i]):
            if j >= 0:
                uses[j] += 1
                if j < lowered.sample <= i:
                    keep.add(j)  # computed once, read for each sample
    once = _statements(lowered, range(lowered.once, lowered.sample), uses, keep)
    return once, _statements(lowered, range(lowered.sample, len(lowered)), uses, keep)


def _statements(lowered: Lowered, slots: range, uses: list[int], keep: set[int]) -> list[Statement]:
    body: list[Statement] = []
    pending: dict[int, Tree] = {}  # slot -> tree of a node not yet computed: it has one use

    def settle(slot: int) -> Tree:
        """Compute a pending node in a statement of its own."""
        body.append(Assign(("v", slot), pending.pop(slot).expr))
        return Tree(("v", slot))

    for i in slots:
        op, operands = lowered.op[i], [j for j in (lowered.a[i], lowered.b[i]) if j >= 0]
        written_out = op != "relu" and op not in PRIMITIVES
        if written_out:  # its rule may name an operand more than once
            for j in operands:
                if j in pending:
                    settle(j)
            tree = measure(value(op, *(atom(lowered, j) for j in operands)))
        else:
            tree = _join(op, operands, pending, lowered)
        while not tree.fits and any(j in pending for j in operands):
            settle(max((j for j in operands if j in pending), key=lambda j: pending[j][1:]))
            tree = _join(op, operands, pending, lowered)
        for j in operands:
            pending.pop(j, None)
        pending[i] = tree
        # A relu is two statements where it is emitted, and its value opens or shuts a gate.
        if uses[i] != 1 or i in keep or op == "relu":
            settle(i)
    return body


def _join(op: str, operands: list[int], pending: dict[int, Tree], lowered: Lowered) -> Tree:
    return join(op, *(pending.get(j) or Tree(atom(lowered, j)) for j in operands))
