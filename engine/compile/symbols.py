"""Reads the table of operations: its Python rules are called with symbols, not with numbers.

A rule such as `lambda x, y, v: 1.0 - v * v` builds an expression when v is a Symbol. Where a rule
decides (`1.0 if x > y else …`), it is run once for each way it can go, and the results become a
"where". What numbers decide is decided at once.
"""

import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from engine.compile.expressions import ATOMS, NOTHING, ONE, ZERO, Expr, operations
from engine.ops import OPS

# Computed by one instruction or one call in each backend. The value of any other operation is
# written out, by its rule.
PRIMITIVES = frozenset(
    ["+", "-", "*", "/", "neg", "**", "exp", "log", "tanh", "sin", "cos", "place"]
)

_FOLD: dict[str, Callable[[float, float], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_MOST_DECISIONS = 16  # in one run of a rule


class UnreadableRuleError(TypeError):
    """A rule of OPS does what symbols cannot follow: it calls what takes numbers only, say."""


class Symbol:
    """Stands for a number in a rule, and records what the rule does with it."""

    __slots__ = ("expr", "ways")

    def __init__(self, expr: Expr, ways: "_Ways") -> None:
        self.expr = expr
        self.ways = ways

    def _binary(op: str, reflected: bool = False) -> Callable[["Symbol", Any], Any]:  # type: ignore[misc]
        def record(self: "Symbol", other: Any) -> Any:
            x, y = self.expr, _expr(other)
            if reflected:
                x, y = y, x
            if x[0] == "c" == y[0] and op in _FOLD:
                number = _FOLD[op](x[1], y[1])
                return number if isinstance(number, bool) else Symbol(("c", number), self.ways)
            return Symbol((op, x, y), self.ways)

        return record

    __add__, __radd__ = _binary("+"), _binary("+", True)
    __sub__, __rsub__ = _binary("-"), _binary("-", True)
    __mul__, __rmul__ = _binary("*"), _binary("*", True)
    __truediv__, __rtruediv__ = _binary("/"), _binary("/", True)
    __pow__, __rpow__ = _binary("**"), _binary("**", True)
    __lt__, __le__, __gt__, __ge__ = _binary("<"), _binary("<="), _binary(">"), _binary(">=")
    __eq__, __ne__ = _binary("=="), _binary("!=")
    __hash__ = None  # type: ignore[assignment]

    def _unary(op: str) -> Callable[["Symbol"], "Symbol"]:  # type: ignore[misc]
        return lambda self: Symbol((op, self.expr), self.ways)

    __neg__, exp, log, tanh = _unary("neg"), _unary("exp"), _unary("log"), _unary("tanh")
    sin, cos = _unary("sin"), _unary("cos")

    def __bool__(self) -> bool:
        kind = self.expr[0]
        if kind == "c":
            return bool(self.expr[1])
        return self.ways.choose(self.expr if kind in _FOLD else ("!=", self.expr, ZERO))


class _Ways:
    """The decisions of one run of a rule: those to take again, then always yes."""

    def __init__(self) -> None:
        self.conditions: list[Expr] = []
        self.taken: list[bool] = []
        self.ahead: list[bool] = []

    def choose(self, condition: Expr) -> bool:
        if condition in self.conditions:
            return self.taken[self.conditions.index(condition)]
        if len(self.taken) == _MOST_DECISIONS:
            raise UnreadableRuleError("it decides without end")
        choice = self.ahead[len(self.taken)] if len(self.taken) < len(self.ahead) else True
        self.conditions.append(condition)
        self.taken.append(choice)
        return choice


def call(rule: Callable[..., Any], *operands: Expr) -> Expr:
    """The expression that a rule of OPS stands for. Raises UnreadableRuleError."""
    general = _general(rule, len(operands))
    if general[0] in ATOMS:
        return _replaced(general, operands)
    if any(e[0] == "c" for e in operands) and "where" in operations(general):
        return _call(rule, operands, [])  # a number may decide
    return _replaced(general, operands)


@lru_cache
def _general(rule: Callable[..., Any], count: int) -> Expr:
    """The same for atoms ("v", 0), ("v", 1) …: most rules are asked thousands of times."""
    return _call(rule, tuple(("v", n) for n in range(count)), [])


def _replaced(expr: Expr, operands: tuple[Expr, ...]) -> Expr:
    if expr[0] == "v":
        return operands[expr[1]]
    return expr if expr[0] == "c" else (expr[0], *(_replaced(e, operands) for e in expr[1:]))


def _call(rule: Callable[..., Any], operands: tuple[Expr, ...], ahead: list[bool]) -> Expr:
    ways = _Ways()
    ways.ahead = ahead
    try:
        expr = _expr(rule(*[Symbol(e, ways) for e in operands]))
    except (TypeError, AttributeError) as error:
        raise UnreadableRuleError(str(error)) from None
    # Every decision after those given went yes: from the last one up, see what follows a no.
    for n in range(len(ways.taken) - 1, len(ahead) - 1, -1):
        other = _call(rule, operands, [*ways.taken[:n], False])
        expr = expr if other == expr else ("where", ways.conditions[n], expr, other)
    return expr


def _expr(x: Any) -> Expr:
    if isinstance(x, Symbol):
        return x.expr
    if isinstance(x, (int, float)):
        return ("c", float(x))
    raise UnreadableRuleError(f"{type(x).__name__} {x!r:.40} is no number")


def value(op: str, *operands: Expr) -> Expr:
    """The expression of an operation: (op, x, y), or what its rule computes."""
    if op in PRIMITIVES:
        return (op, *operands)
    if op == "is":
        return ("where", ("==", *operands), ONE, ZERO)
    if op == "where":
        return ("where", ("!=", operands[0], ZERO), operands[1], NOTHING)
    try:
        return call(OPS[op].value, operands[0], operands[-1])
    except UnreadableRuleError as error:
        raise refusal(op, "value", error) from None


def refusal(op: str, rule: str, error: UnreadableRuleError) -> UnreadableRuleError:
    """The error that names the rule, and says what can be read."""
    return UnreadableRuleError(
        f"the compiler cannot read the {rule} of {op!r} ({error}): "
        "write it with arithmetic, comparisons and the functions of engine.ops"
    )
