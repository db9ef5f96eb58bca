"""Ends code that does not end by itself: after a number of steps, which is the same on a slow
machine as on a fast one."""

import ast
import builtins
from collections.abc import Sequence
from dataclasses import replace

from engine.runner import Cell, Session

_STEP = "__step__"


class OutOfSteps(BaseException):
    """More steps than the budget has. No Exception, so that code that catches those ends too."""


class Budget:
    """While entered, the steps of counted code are counted, in `steps`: calls of its functions,
    and rounds of its loops. Those past the limit raise OutOfSteps."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.steps = 0

    def __enter__(self) -> "Budget":
        self.steps = 0
        setattr(builtins, _STEP, self._step)
        return self

    def __exit__(self, *_: object) -> None:
        delattr(builtins, _STEP)

    def _step(self) -> bool:
        self.steps += 1
        if self.steps > self.limit:
            raise OutOfSteps(f"more than {self.limit} steps")
        return True


def run_counted(
    session: Session, cells: Sequence[Cell], check: Cell, limit: int
) -> tuple[bool, int]:
    """Run an answer, the last of the cells, and its check. Returns what Session.run does, and the
    steps of the answer; more than the limit, if it was ended for that."""
    answer = replace(cells[-1], source=counted(cells[-1].source))
    with Budget(limit) as budget:
        ended_well = session.run([*cells[:-1], answer], check=check)
    return ended_well, budget.steps


def counted(source: str) -> str:
    """The same program, whose steps a budget can count; what is no program stays as it is. Its
    lines are not the same: they move up where comments and empty lines were."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    return ast.unparse(_Counting().visit(tree))


class _Counting(ast.NodeTransformer):
    """Tracing would not do: it is lost when the stack is full, and sees nothing of `while 1: pass`
    before Python 3.12."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = 1 if ast.get_docstring(node, clean=False) is not None else 0
            node.body.insert(start, ast.Expr(_call()))
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            node.body.insert(0, ast.Expr(_call()))
        elif isinstance(node, ast.comprehension):
            node.ifs.insert(0, _call())
        return node


def _call() -> ast.Call:
    return ast.Call(ast.Name(_STEP, ast.Load()), [], [])
