"""Formulas in Python that write WebAssembly: for one number, or for two at a time (f64x2).

A formula is a function of Terms. It is called once; what it does with them becomes code. There are
no branches: where(condition, x, y) computes both. Each operation rounds as IEEE 754 says, and both
ways use the same ones, so the results have the same bits, one at a time or in pairs, everywhere.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from engine.compile.wasm.encoder import Function

# What a Term can be: a number, its 64 bits as an integer, or a condition.
F64, I64, BOOL = "f64", "i64", "bool"
_SAME = "same"  # the result is of the operands' kind

# (operation, kind of its last operand): kind of the result, code for one, code for two.
_CODE: dict[tuple[str, str], tuple[str, str, str]] = {
    **{(op, F64): (F64, f"f64.{name}", f"f64x2.{name}") for op, name in [
        ("+", "add"), ("-", "sub"), ("*", "mul"), ("/", "div"), ("sqrt", "sqrt"),
        ("nearest", "nearest"), ("abs", "abs"), ("neg", "neg"),
    ]},
    **{(op, F64): (BOOL, f"f64.{name}", f"f64x2.{name}") for op, name in [
        ("<", "lt"), ("<=", "le"), (">", "gt"), (">=", "ge"), ("==", "eq"), ("!=", "ne"),
    ]},
    ("+", I64): (I64, "i64.add", "i64x2.add"),
    ("-", I64): (I64, "i64.sub", "i64x2.sub"),
    ("*", I64): (I64, "i64.mul", "i64x2.mul"),
    ("^", I64): (I64, "i64.xor", "v128.xor"),
    ("converted", I64): (F64, "f64.convert_i64_s", ""),
    ("zero", I64): (BOOL, "i64.eqz", ""),
    ("below", I64): (BOOL, "i64.lt_u", ""),
    ("&", I64): (I64, "i64.and", "v128.and"),
    ("|", I64): (I64, "i64.or", "v128.or"),
    ("&", BOOL): (BOOL, "i32.and", "v128.and"),
    ("|", BOOL): (BOOL, "i32.or", "v128.or"),
    ("^", BOOL): (BOOL, "i32.xor", "v128.xor"),
    ("~", BOOL): (BOOL, "i32.eqz", "v128.not"),
    ("bits", F64): (I64, "i64.reinterpret_f64", ""),
    ("number", I64): (F64, "f64.reinterpret_i64", ""),
    ("where", BOOL): (_SAME, "select", "v128.bitselect"),
}  # fmt: skip
_SHIFTS = {"<<": "shl", ">>": "shr_s", ">>>": "shr_u"}


class Term:
    """A number, an integer or a condition in a formula; arithmetic with it adds to the code."""

    __slots__ = ("kind", "op", "operands")

    def __init__(self, op: str, kind: str, operands: tuple[Any, ...]) -> None:
        self.op = op
        self.kind = kind
        self.operands = operands

    def _apply(self, op: str, other: Any) -> "Term":
        other = _term(other, self.kind)
        return Term(op, _CODE[op, self.kind][0], (self, other))

    def __add__(self, other: Any) -> "Term":
        return self._apply("+", other)

    def __sub__(self, other: Any) -> "Term":
        return self._apply("-", other)

    def __mul__(self, other: Any) -> "Term":
        return self._apply("*", other)

    def __truediv__(self, other: Any) -> "Term":
        return self._apply("/", other)

    def __radd__(self, other: float) -> "Term":
        return _term(other, self.kind) + self

    def __rsub__(self, other: float) -> "Term":
        return _term(other, self.kind) - self

    def __rmul__(self, other: float) -> "Term":
        return _term(other, self.kind) * self

    def __rtruediv__(self, other: float) -> "Term":
        return _term(other, self.kind) / self

    def __lt__(self, other: Any) -> "Term":
        return self._apply("<", other)

    def __le__(self, other: Any) -> "Term":
        return self._apply("<=", other)

    def __gt__(self, other: Any) -> "Term":
        return self._apply(">", other)

    def __ge__(self, other: Any) -> "Term":
        return self._apply(">=", other)

    def __eq__(self, other: object) -> "Term":  # type: ignore[override]
        return self._apply("==", other)

    def __ne__(self, other: object) -> "Term":  # type: ignore[override]
        return self._apply("!=", other)

    __hash__ = object.__hash__

    def __and__(self, other: Any) -> "Term":
        return self._apply("&", other)

    def __or__(self, other: Any) -> "Term":
        return self._apply("|", other)

    def __xor__(self, other: Any) -> "Term":
        return self._apply("^", other)

    def __invert__(self) -> "Term":
        return Term("~", BOOL, (self,))

    def __neg__(self) -> "Term":
        return Term("neg", F64, (self,))

    def is_below(self, other: "Term") -> "Term":
        """Whether it is less, both read without a sign. Not for pairs."""
        return Term("below", BOOL, (self, other))

    def is_zero(self) -> "Term":
        """Of an integer. Not for pairs."""
        return Term("zero", BOOL, (self,))

    def __lshift__(self, count: "int | Term") -> "Term":
        return Term("<<", I64, (self, count))

    def __rshift__(self, count: int) -> "Term":
        """Keeps the sign."""
        return Term(">>", I64, (self, count))

    def __bool__(self) -> bool:
        raise TypeError("a formula has no branches: use where(condition, x, y)")


def where(condition: Term, x: Any, y: Any) -> Term:
    """x if the condition holds, else y."""
    plain = I64 if isinstance(x, int) and isinstance(y, int) else F64
    kind = next((t.kind for t in (x, y) if isinstance(t, Term)), plain)
    return Term("where", kind, (_term(x, kind), _term(y, kind), condition))


def bits(x: Term) -> Term:
    """The 64 bits of a number, as an integer."""
    return Term("bits", I64, (x,))


def number(i: Term) -> Term:
    """The number that has these bits."""
    return Term("number", F64, (i,))


def unsigned(i: Term, count: "int | Term") -> Term:
    """i shifted right, with zeros from the left. By a Term: not for pairs."""
    return Term(">>>", I64, (i, count))


def converted(i: Term) -> Term:
    """The number nearest to an integer. Not for pairs."""
    return Term("converted", F64, (i,))


def nearest(x: Term) -> Term:
    """The nearest integer, the even one of two."""
    return Term("nearest", F64, (x,))


def absolute(x: Term) -> Term:
    return Term("abs", F64, (x,))


def _term(x: Any, kind: str) -> Term:
    return x if isinstance(x, Term) else Term("const", kind, (x,))


def function(name: str, formula: Callable[..., Term], arity: int, pair: bool = False) -> Function:
    """The function of a formula; of pairs (v128) if `pair`."""
    writer = _Writer(arity, pair)
    code = writer.write(formula(*(Term("get", F64, (n,)) for n in range(arity))))
    kind = "v128" if pair else "f64"
    kinds = " ".join([kind] * arity)
    local = [(len([*same]), "v128" if pair else k) for k, same in groupby(writer.kinds)]
    return Function(name, kinds, kind, local, code, exported=False)


class _Writer:
    """A term that is used more than once gets a local; any other is pushed where it is used."""

    def __init__(self, arity: int, pair: bool) -> None:
        self.kinds: list[str] = []  # of the locals beyond the arguments
        self._arity = arity
        self._pair = pair
        self._local: dict[int, int] = {}  # id of a term -> its local

    def write(self, result: Term) -> list[str]:
        uses: dict[int, int] = {}
        ordered: list[Term] = []  # operands first
        stack: list[tuple[Term, bool]] = [(result, False)]
        while stack:
            term, done = stack.pop()
            if done:
                ordered.append(term)
                continue
            uses[id(term)] = uses.get(id(term), 0) + 1
            if uses[id(term)] == 1:
                stack.append((term, True))
                stack += [(t, False) for t in reversed(term.operands) if isinstance(t, Term)]
        code: list[str] = []
        for term in ordered:
            if uses[id(term)] > 1 and term.op not in ("get", "const"):
                code += self._push(term)
                self._local[id(term)] = self._arity + len(self.kinds)
                code.append(f"local.set {self._local[id(term)]}")
                self.kinds.append({F64: "f64", I64: "i64", BOOL: "i32"}[term.kind])
        return [*code, *self._push(result)]

    def _push(self, term: Term) -> list[str]:
        if id(term) in self._local:
            return [f"local.get {self._local[id(term)]}"]
        op, pair = term.op, self._pair
        if op == "get":
            return [f"local.get {term.operands[0]}"]
        if op == "const":
            constant = f"{term.kind}.const {term.operands[0]!r}"
            return [constant, f"{term.kind}x2.splat"] if pair else [constant]
        if op in _SHIFTS:
            x, count = term.operands
            shift = ("i64x2." if pair else "i64.") + _SHIFTS[op]
            if isinstance(count, Term):
                return [*self._push(x), *self._push(count), shift]
            return [*self._push(x), f"{'i32' if pair else 'i64'}.const {count}", shift]
        if op.startswith("call "):
            return [*self._push(term.operands[0]), op]
        _, one, two = _CODE[op, term.operands[-1].kind]
        code = [text for t in term.operands for text in self._push(t)]
        return [*code, *filter(None, [two if pair else one])]
