"""Expressions with their size, so that a statement can be cut off before it grows too long."""

from typing import NamedTuple

from engine.compile.expressions import ATOMS, Expr
from engine.compile.statements import MAX_DEPTH, MAX_TERMS


class Tree(NamedTuple):
    """An expression and its (number of atoms, depth of nesting). A sum's left spine is flat."""

    expr: Expr
    terms: int = 1
    depth: int = 0

    @property
    def is_atom(self) -> bool:
        return self.expr[0] in ATOMS

    @property
    def fits(self) -> bool:
        return self.terms <= MAX_TERMS and self.depth <= MAX_DEPTH


def measure(expr: Expr) -> Tree:
    """The tree of an expression that a rule wrote: those are small."""
    if expr[0] in ATOMS:
        return Tree(expr)
    parts = [measure(part) for part in expr[1:]]
    return Tree(expr, sum(part.terms for part in parts), 1 + max(part.depth for part in parts))


def join(op: str, x: Tree, y: Tree | None = None) -> Tree:
    """The tree of `x op y`, or op(x)."""
    if y is None:
        return Tree((op, x.expr), x.terms, x.depth + 1)
    flat = op in ("+", "-") and x.expr[0] in ("+", "-")
    depth = max(x.depth if flat else x.depth + 1, y.depth + 1)
    return Tree((op, x.expr, y.expr), x.terms + y.terms, depth)


def total(trees: list[Tree]) -> list[Tree]:
    """The sum of the trees, from left to right, in pieces that fit a statement each."""
    pieces = [trees[0]]
    for tree in trees[1:]:
        minus = tree.expr[0] == "neg"
        term = Tree(tree.expr[1], tree.terms, tree.depth - 1) if minus else tree
        longer = join("-" if minus else "+", pieces[-1], term)
        if longer.fits:
            pieces[-1] = longer
        else:
            pieces.append(tree)
    return pieces
