"""The backward pass as statements, made by one sweep down the nodes.

An interpreter adds each contribution to a gradient that started at zero. Here all contributions to
a node are known before its turn comes (its users come later on the tape), so its adjoint is written
once, as one sum: nothing is zeroed, and nothing is read back. An adjoint that is used once is
part of the statement that uses it.

A relu whose value is 0 stops the gradient: everything that reaches the loss only through it goes
into its Gate, and is skipped. Regions form a tree; the region of a node is the innermost one that
holds all its contributions, their lowest common ancestor.
"""

from engine.compile.expressions import ONE, ZERO, Expr, atoms
from engine.compile.forward import atom
from engine.compile.lowered import Lowered
from engine.compile.rules import contribution, guarded, local, square
from engine.compile.statements import (
    MAX_GATES,
    Accumulate,
    Assign,
    Gate,
    Statement,
)
from engine.compile.trees import Tree, join, measure, total


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

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        self.sample: list[Statement] = []
        self.after: list[Statement] = []
        self.sums = dict.fromkeys(range(lowered.parameters))  # ordered set: see Statements.sums
        self._stage = self.sample
        self._contributions: dict[int, list[tuple[_Region, Tree]]] = {}
        top = _Region(self.sample)
        if lowered.varies[lowered.root]:
            self._contribute(lowered.root, top, Tree(ONE))
        for i in range(len(lowered) - 1, lowered.sample - 1, -1):
            self._visit(i)
        self._stage = self.after
        top = _Region(self.after)
        for i in range(lowered.sample - 1, lowered.once - 1, -1):
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
        lowered = self.lowered
        once = slot < lowered.sample and self._stage is self.sample
        if once or slot < lowered.parameters:
            self.sums[slot] = None
            region.body.append(Accumulate(slot, tree.expr))
        else:
            self._contributions.setdefault(slot, []).append((region, tree))

    def _visit(self, i: int) -> None:
        contributions = self._contributions.pop(i, None)
        if contributions is None:
            return
        lowered = self.lowered
        region = contributions[0][0]
        for other, _ in contributions:
            region = _common(region, other)
        trees = [tree for _, tree in contributions]
        if lowered.op[i] == "relu":
            self._gate(i, region, trees)
            return
        op, a, b = lowered.op[i], lowered.a[i], lowered.b[i]
        x, pieces = atom(lowered, a), total(trees)
        if op == "*" and a == b:
            d = self._adjoint(i, region, pieces, one_use=True)
            self._contribute(a, region, Tree(square(d.expr, x), d.terms + 2, d.depth + 2))
            return
        y = atom(lowered, b) if b >= 0 else x
        derivatives: list[tuple[int, Expr]] = []
        for operand, j in enumerate((a, b)):
            if j >= 0 and lowered.varies[j]:
                derivative = local(op, operand, x, y, ("v", i))
                if derivative is not None:
                    derivatives.append((j, derivative))
        one_use = len(derivatives) == 1 and not guarded(op, derivatives[0][1])
        d = self._adjoint(i, region, pieces, one_use)
        for j, derivative in derivatives:
            expr = contribution(op, d.expr, derivative)
            self._contribute(j, region, d if expr is d.expr else _grown(expr, d, derivative))

    def _adjoint(self, i: int, region: _Region, pieces: list[Tree], one_use: bool) -> Tree:
        """The adjoint of i: an expression if it is used once and short, else its variable."""
        d = pieces[0]
        if len(pieces) > 1 or not d.fits or not (one_use or d.is_atom):
            d = _assign(region, i, pieces)
        return d

    def _gate(self, i: int, region: _Region, trees: list[Tree]) -> None:
        if region.depth < MAX_GATES:
            gate = Gate(i)
            region.body.append(gate)
            region = _Region(gate.body, region)
            d = _assign(region, i, total(trees))
        else:
            d = _assign(region, i, total(trees))
            where = Tree(("where", ("!=", ("v", i), ZERO), d.expr, ZERO))
            d = _assign(region, i, [where])
        self._contribute(self.lowered.a[i], region, d)


def _grown(expr: Expr, d: Tree, derivative: Expr) -> Tree:
    more = measure(derivative)
    return Tree(expr, d.terms + more.terms + 2, max(d.depth, more.depth) + 2)


def _assign(region: _Region, i: int, pieces: list[Tree]) -> Tree:
    d = Tree(("d", i))
    region.body.append(Assign(("d", i), pieces[0].expr))
    for piece in pieces[1:]:
        region.body.append(Assign(("d", i), join("+", d, piece).expr))
    return d
