"""Forward statements: each node that is used once becomes part of the statement that uses it."""

from engine.compile.program import Assign, Expr, Statement
from engine.compile.tape import Tape
from engine.compile.trees import Tree, join


def atom(tape: Tape, slot: int) -> Expr:
    """How an expression names the value of a node."""
    return ("c", tape.numbers[slot]) if slot in tape.numbers else ("v", slot)


def forward(tape: Tape, needed: set[int]) -> tuple[list[Statement], list[Statement]]:
    """The statements computed once a step, and those computed for each sample.

    `needed` are the slots whose value the backward pass reads: each has a statement of its own.
    """
    uses = [0] * len(tape)
    keep = needed | {tape.root}
    for i in range(tape.once, len(tape)):
        for j in (tape.a[i], tape.b[i]):
            if j >= 0:
                uses[j] += 1
                if j < tape.sample <= i:
                    keep.add(j)  # computed once, read for each sample
    once = _statements(tape, range(tape.once, tape.sample), uses, keep)
    return once, _statements(tape, range(tape.sample, len(tape)), uses, keep)


def _statements(tape: Tape, slots: range, uses: list[int], keep: set[int]) -> list[Statement]:
    body: list[Statement] = []
    pending: dict[int, Tree] = {}  # slot -> tree of a node not yet computed: it has one use

    def settle(slot: int) -> Tree:
        """Compute a pending node in a statement of its own."""
        body.append(Assign(("v", slot), pending.pop(slot).expr))
        return Tree(("v", slot))

    for i in slots:
        op, operands = tape.op[i], [j for j in (tape.a[i], tape.b[i]) if j >= 0]
        if op == "max":  # its emitters name each operand more than once
            for j in operands:
                if j in pending:
                    settle(j)
        trees = [pending.get(j) or Tree(atom(tape, j)) for j in operands]
        tree = join(op, *trees)
        while not tree.fits:
            j = max((j for j in operands if j in pending), key=lambda j: pending[j][1:])
            settle(j)
            trees = [pending.get(j) or Tree(atom(tape, j)) for j in operands]
            tree = join(op, *trees)
        for j in operands:
            pending.pop(j, None)
        pending[i] = tree
        # A relu is two statements where it is emitted, and its value opens or shuts a gate.
        if uses[i] != 1 or i in keep or op == "relu":
            settle(i)
    return body
