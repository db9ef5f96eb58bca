"""The backward pass as statements, made by one sweep down the tape.

An interpreter adds each contribution to a gradient that started at zero. Here all contributions to
a node are known before its turn comes (its users come later on the tape), so its adjoint is written
once, as one sum: nothing is zeroed, and nothing is read back. An adjoint that is used once is
part of the statement that uses it.

A relu whose value is 0 stops the gradient: everything that reaches the loss only through it goes
into its Gate, and is skipped. Regions form a tree; the region of a node is the innermost one that
holds all its contributions, their lowest common ancestor.
"""

from engine.compile.forward import atom
from engine.compile.program import (
    MAX_GATES,
    Accumulate,
    Assign,
    Gate,
    Statement,
    atoms,
)
from engine.compile.rules import CONTRIBUTIONS, ONE, square
from engine.compile.tape import Tape
from engine.compile.trees import Tree, join, total


class _Region:
    def __init__(self, body: list[Statement], outer: "_Region | None" = None) -> None:
        self.body = body
        self.outer = outer
        self.depth: int = outer.depth + 1 if outer else 0


def _common(x: _Region, y: _Region) -> _Region:
    while x is not y:
        if x.depth < y.depth:
            x, y = y, x
        assert x.outer is not None
        x = x.outer
    return x


class Reverse:
    """Builds `sample` and `after`: the backward statements per sample, and once a step."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.sample: list[Statement] = []
        self.after: list[Statement] = []
        self.sums = dict.fromkeys(range(tape.parameters))  # ordered set: see Program.sums
        self._stage = self.sample
        self._contributions: dict[int, list[tuple[_Region, Tree]]] = {}
        top = _Region(self.sample)
        if tape.varies[tape.root]:
            self._contribute(tape.root, top, Tree(ONE))
        for i in range(len(tape) - 1, tape.sample - 1, -1):
            self._visit(i)
        self._stage = self.after
        top = _Region(self.after)
        for i in range(tape.sample - 1, tape.once - 1, -1):
            if i in self.sums:
                self._contributions.setdefault(i, []).insert(0, (top, Tree(("g", i))))
            self._visit(i)
        self.needed: set[int] = set()  # the slots whose values the statements read
        for body in (self.sample, self.after):
            self._read(body, (), {})

    def _read(
        self, body: list[Statement], inside: tuple[Gate, ...], home: dict[int, tuple[Gate, ...]]
    ) -> None:
        """Note the values that are read, and the adjoints read where their gate may be shut.

        `inside` are the gates around the body, `home` those around each adjoint's assignment.
        """
        for s in body:
            if isinstance(s, Gate):
                self._read(s.body, (*inside, s), home)
                continue
            for kind, slot in atoms(s.expr):
                if kind == "v":
                    self.needed.add(slot)
                elif kind == "d" and home[slot] is not inside:
                    for gate in home[slot]:
                        if gate not in inside:
                            gate.zeros[slot] = None
            if isinstance(s, Assign):
                home[s.target[1]] = inside

    def _contribute(self, slot: int, region: _Region, tree: Tree) -> None:
        tape = self.tape
        once = slot < tape.sample and self._stage is self.sample
        if once or slot < tape.parameters:
            self.sums[slot] = None
            region.body.append(Accumulate(slot, tree.expr))
        else:
            self._contributions.setdefault(slot, []).append((region, tree))

    def _visit(self, i: int) -> None:
        contributions = self._contributions.pop(i, None)
        if contributions is None:
            return
        tape = self.tape
        region = contributions[0][0]
        for other, _ in contributions:
            region = _common(region, other)
        trees = [tree for _, tree in contributions]
        if tape.op[i] == "relu":
            self._gate(i, region, trees)
            return
        op, a, b = tape.op[i], tape.a[i], tape.b[i]
        rules = [
            (j, rule)
            for j, rule in zip((a, b), CONTRIBUTIONS[op], strict=True)
            if rule and tape.varies[j]
        ]
        if op == "*" and a == b:
            rules = [(a, square)]
        pieces = total(trees)
        d = pieces[0]
        if len(pieces) > 1 or not d.fits or (len(rules) > 1 and not d.is_atom):
            d = _assign(region, i, pieces)
        x = atom(tape, a)
        y = atom(tape, b) if b >= 0 else x
        for j, rule in rules:
            expr = rule(d.expr, x, y, ("v", i))
            # A rule adds at most three atoms and three levels to d.
            tree = d if expr is d.expr else Tree(expr, d.terms + 3, d.depth + 3)
            self._contribute(j, region, tree)

    def _gate(self, i: int, region: _Region, trees: list[Tree]) -> None:
        if region.depth < MAX_GATES:
            gate = Gate(i)
            region.body.append(gate)
            region = _Region(gate.body, region)
            d = _assign(region, i, total(trees))
        else:
            d = _assign(region, i, total(trees))
            where = Tree(("where", ("v", i), d.expr))
            d = _assign(region, i, [where])
        self._contribute(self.tape.a[i], region, d)


def _assign(region: _Region, i: int, pieces: list[Tree]) -> Tree:
    d = Tree(("d", i))
    region.body.append(Assign(("d", i), pieces[0].expr))
    for piece in pieces[1:]:
        region.body.append(Assign(("d", i), join("+", d, piece).expr))
    return d
