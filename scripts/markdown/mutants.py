"""Small wrong versions of a program, one change each: what a good check must refuse.

A library would not do: those kept today rewrite files of a project for a runner of their own and
need native code, which the proof inside Pyodide cannot load.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,  # never the other way round: a power may take for ever
    ast.MatMult: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SWAPPED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_REMOVABLE = (
    *(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Expr, ast.Delete),
    *(ast.Return, ast.Raise, ast.Assert, ast.Break, ast.Continue),
)
_SAID = ("print", "display")  # calls that say something, which no answer depends on


@dataclass(frozen=True)
class Mutant:
    """A program with one change, named by its statement's first line before and after it."""

    line: int  # of the statement, from 1
    old: str
    new: str
    source: str

    def __str__(self) -> str:
        return f"{self.old} -> {self.new}"


@dataclass
class _Change:
    """Another value in one place of the tree."""

    statement: ast.stmt  # the innermost that it is in
    owner: ast.AST
    field: str
    index: int | None  # in a list
    value: object

    def swap(self) -> None:
        """Make the change, or take it back."""
        if self.index is None:
            old = getattr(self.owner, self.field)
            setattr(self.owner, self.field, self.value)
        else:
            values = getattr(self.owner, self.field)
            old, values[self.index] = values[self.index], self.value
        self.value = old


def mutants(source: str) -> list[Mutant]:
    """All mutants of a program, from top to bottom; of equal ones the first."""
    tree = ast.parse(source)
    found: dict[str, Mutant] = {}
    plain = ast.unparse(tree)
    for change in list(_changes(tree)):
        statement = change.statement
        old = _first_line(statement)
        instead = change.value if isinstance(change.value, ast.stmt) else statement
        change.swap()
        new, text = _first_line(instead), ast.unparse(tree)
        change.swap()
        if text != plain:
            found.setdefault(text, Mutant(statement.lineno, old, new, text))
    return list(found.values())


def normal(first_line: str) -> str:
    """A statement's first line as this Python writes it, however an author has spelled it."""
    line = first_line.strip()
    for text in (line, f"{line} pass", f"{line}: pass"):
        try:
            return _first_line(ast.parse(text).body[0])
        except SyntaxError:
            continue
    return line


def _first_line(statement: ast.stmt) -> str:
    """All of a simple statement; of a compound one the part before its block."""
    return ast.unparse(statement).split("\n")[len(getattr(statement, "decorator_list", ()))]


def _changes(tree: ast.Module) -> Iterator[_Change]:
    yield from _in_block(tree, "body")


def _in_block(owner: ast.AST, field: str) -> Iterator[_Change]:
    for index, statement in enumerate(getattr(owner, field)):
        if _is_docstring(statement, index) or isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if isinstance(statement, ast.Expr) and _says(statement.value):
            continue
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            continue
        if isinstance(statement, _REMOVABLE):
            yield _Change(statement, owner, field, index, ast.Pass())
        if isinstance(statement, ast.AugAssign):
            assigned = ast.Assign([statement.target], statement.value, lineno=statement.lineno)
            yield _Change(statement, owner, field, index, assigned)
        yield from _in(statement, statement)


def _in(node: ast.AST, statement: ast.stmt) -> Iterator[_Change]:
    """Changes of a node's own, then of what it holds, from left to right."""
    yield from _of(node, statement)
    for field, held in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_params", "decorator_list"):
            continue
        if isinstance(held, list) and held and isinstance(held[0], ast.stmt):
            yield from _in_block(node, field)
            continue
        for index, child in enumerate(held if isinstance(held, list) else [held]):
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            place = index if isinstance(held, list) else None
            for value in _instead_of(child):
                yield _Change(statement, node, field, place, value)
            yield from _in(child, statement)


def _of(node: ast.AST, statement: ast.stmt) -> Iterator[_Change]:
    """Other operators, other bounds."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        yield _Change(statement, node, "op", None, _OPERATORS[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _Change(statement, node, "op", None, other)
    elif isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for kind in _COMPARISONS[type(operator)]:
                yield _Change(statement, node, "ops", index, kind())
    elif isinstance(node, ast.Slice):
        for field in ("lower", "upper"):
            bound = getattr(node, field)
            for value in _off_by_one(bound) if bound else ():
                yield _Change(statement, node, field, None, value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in _SWAPPED:
            yield _Change(statement, node.func, "id", None, _SWAPPED[node.func.id])
        if node.func.id == "range":
            for index, bound in enumerate(node.args[:2]):
                for value in _off_by_one(bound):
                    yield _Change(statement, node, "args", index, value)


def _instead_of(node: ast.AST) -> Iterator[ast.expr]:
    """What may stand in the place of a constant, or of a sign."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield node.operand
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, str):
        yield ast.Constant(value + "?")


def _off_by_one(bound: ast.expr) -> list[ast.expr]:
    """One more and one less; a constant's are found elsewhere."""
    if isinstance(bound, ast.Constant):
        return []
    one = ast.Constant(1)
    return [ast.BinOp(bound, ast.Add(), one), ast.BinOp(bound, ast.Sub(), one)]


def _is_docstring(statement: ast.stmt, index: int) -> bool:
    return (
        index == 0
        and isinstance(statement, ast.Expr)
        and (isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str))
    )


def _says(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _SAID
    )
