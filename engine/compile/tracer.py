"""A graph that records without computing, and refuses what a compiled program could not repeat."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from engine.graph import Graph, Value

_WAY_OUT = "keep the arithmetic on Values, and pass what varies as an input or a target"


class TraceError(TypeError):
    """The code being traced asks a Value for its number, which a tape cannot record."""


class Tracer(Graph):
    """Records a computation that is to be compiled.

    A tape holds operations and nothing else. If the code that makes it reads a number (`x.data`)
    or takes a branch (`if x > 0:`), the number or the branch of that one moment would be built
    into the program, in silence. Here it raises TraceError. Nodes are not computed: every value
    but those of leaves and numbers is nan.
    """

    def leaves(self, count: int) -> list[Value]:
        """New leaves to stand for numbers that are given to the program later."""
        return [self.value(math.nan) for _ in range(count)]

    def read(self, x: Value) -> float:
        raise TraceError(f"node {x.index} has no number while it is traced: {_WAY_OUT}")

    def _refuse(self, *_: object) -> NoReturn:
        raise TraceError("what is traced has no numbers: compile it, or record it on a Graph")

    replay = backward = jvp = _refuse  # type: ignore[assignment]

    def record(self, op: str, x: Value | float, y: Value | float | None = None) -> Value:
        """Append the node `x op y`, or op(x), without its value."""
        a = self.operand(x, op)
        return self._append(op, a, -1 if y is None else self.operand(y, op), math.nan)

    def _dot(self, ws: Sequence[int], xs: Sequence[int]) -> float:
        return math.nan

    def _pick(self, values: Sequence[int], place: int) -> float:
        return math.nan

    def _append(self, op: str, a: Any, b: Any, v: float) -> Value:
        self.op.append(op)
        self.a.append(a)
        self.b.append(b)
        self.data.append(v)
        return _Traced(self, len(self.op) - 1, self.epoch)


def _binary(op: str) -> Callable[[Value, Value | float], Value]:
    return lambda x, y: _tracer(x).record(op, x, y)


def _reflected(op: str) -> Callable[[Value, Value | float], Value]:
    return lambda x, y: _tracer(x).record(op, y, x)


def _unary(op: str) -> Callable[[Value], Value]:
    return lambda x: _tracer(x).record(op, x)


def _tracer(x: Value) -> Tracer:
    assert isinstance(x.graph, Tracer)
    return x.graph


class _Traced(Value):
    """A Value that cannot be tested, compared or turned into a number."""

    __slots__ = ()

    __add__, __radd__ = _binary("+"), _reflected("+")
    __sub__, __rsub__ = _binary("-"), _reflected("-")
    __mul__, __rmul__ = _binary("*"), _reflected("*")
    __truediv__, __rtruediv__ = _binary("/"), _reflected("/")
    __pow__, __rpow__ = _binary("**"), _reflected("**")
    __neg__, exp, log = _unary("neg"), _unary("exp"), _unary("log")
    tanh, relu, max = _unary("tanh"), _unary("relu"), _binary("max")
    sin, cos = _unary("sin"), _unary("cos")

    def _refuse(self, *_: object) -> NoReturn:
        raise TraceError(
            f"a branch on node {self.index} cannot be traced: use max() or relu() for a choice, "
            f"else {_WAY_OUT}"
        )

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _refuse
    __hash__ = Value.__hash__

    def _no_number(self, *_: object) -> NoReturn:
        self.graph.read(self)
        raise AssertionError("Tracer.read returned")

    __float__ = __int__ = __round__ = __abs__ = _no_number

    def __index__(self) -> NoReturn:
        raise TraceError(f"node {self.index} has no number while it is traced: look up by pick()")

    def __repr__(self) -> str:
        return f"Value(traced node {self.index}, op={self.op!r})"
