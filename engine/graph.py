"""The tape: scalar automatic differentiation on a structure of arrays.

A `Graph` holds parallel lists, one entry per node, appended in the order of computation. An
operand always stands before the node that uses it, so creation order is a topological order, and
the backward pass is one sweep down the arrays. Such a list is called a tape, or Wengert list, after
R. E. Wengert, "A simple automatic derivative evaluation program", CACM 7(8), 1964.

A `Value` is a handle to one node. It owns nothing, and the graph does not know its handles: there
is no cycle, no closure and no recursion, so that a graph of any depth works and is freed at once.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_Rule = Callable[[float, float, float], float]  # (x, y, v) -> a partial derivative of v


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:  # IEEE 754 and PyTorch overflow to infinity, Python's math raises
        return math.inf


def _power(x: float, y: float) -> float:
    if x == 0.0 and y < 0.0:
        raise ZeroDivisionError
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0.0 and y % 2.0 == 1.0 else math.inf


# One row an operation: its value v, then ∂v/∂x and ∂v/∂y. A function of one operand ignores y.
# At a kink we follow PyTorch: relu'(0) = 0, and a tie in max gives each operand one half. So too
# for the exponent of a base <= 0, whose derivative is 0 at base 0 and nan below.
OPS: dict[str, tuple[Callable[[float, float], float], _Rule, _Rule | None]] = {
    "+": (lambda x, y: x + y, lambda x, y, v: 1.0, lambda x, y, v: 1.0),
    "-": (lambda x, y: x - y, lambda x, y, v: 1.0, lambda x, y, v: -1.0),
    "*": (lambda x, y: x * y, lambda x, y, v: y, lambda x, y, v: x),
    "/": (lambda x, y: x / y, lambda x, y, v: 1.0 / y, lambda x, y, v: -v / y),
    "**": (
        _power,
        lambda x, y, v: y * _power(x, y - 1.0) if y else 0.0,
        lambda x, y, v: v * math.log(x) if x > 0.0 else 0.0 if x == 0.0 else math.nan,
    ),
    "max": (
        lambda x, y: x if x >= y or x != x else y,
        lambda x, y, v: 1.0 if x > y else 0.5 if x == y else 0.0,
        lambda x, y, v: 1.0 if y > x else 0.5 if x == y else 0.0,
    ),
    "neg": (lambda x, _: -x, lambda x, y, v: -1.0, None),
    "exp": (lambda x, _: _exp(x), lambda x, y, v: v, None),
    "log": (lambda x, _: math.log(x), lambda x, y, v: 1.0 / x, None),
    "tanh": (lambda x, _: math.tanh(x), lambda x, y, v: 1.0 - v * v, None),
    "relu": (lambda x, _: 0.0 if x <= 0.0 else x, lambda x, y, v: 0.0 if x <= 0.0 else 1.0, None),
}


def _dot(data: list[float], ws: Iterable[int], xs: Iterable[int]) -> float:
    total = 0.0  # not sum(): its rounding changed in Python 3.12
    for w, x in zip(ws, xs, strict=True):
        total += data[w] * data[x]
    return total


class Graph:
    """A tape of scalar operations. Node i is entry i of each of five lists:

    op    how it was made: a key of OPS, "dot", "leaf" (an input), "const" (a number in a formula)
    a, b  the indices of its operands, -1 for none; for "dot", a tuple of indices each
    data  its value
    grad  ∂(root)/∂(this node) of the last backward(root); empty before the first

    The lists are public, to be read. Write to them through the methods here.
    """

    def __init__(self) -> None:
        self.op: list[str] = []
        self.a: list[Any] = []
        self.b: list[Any] = []
        self.data: list[float] = []
        self.grad: list[float] = []
        self.epoch = 0  # how often truncate was called; each handle remembers its own
        self.floor = 0  # nodes below this index survived every truncate
        self._cuts: list[tuple[int, int]] = []  # (epoch, mark) of the truncates that still matter

    def __len__(self) -> int:
        return len(self.op)

    def __repr__(self) -> str:
        return f"Graph({len(self)} nodes)"

    def value(self, number: float) -> "Value":
        """A new leaf: an input or a parameter. Its `data` can be set later."""
        return self._append("leaf", -1, -1, _number(number, "value"))

    def apply(self, op: str, x: "Value | float", y: "Value | float | None" = None) -> "Value":
        """Record `x op y`, or `op(x)`, for an operation of OPS, and return the new node.

        Raises ZeroDivisionError or ValueError where the result is not a real number.
        """
        epoch, floor = self.epoch, self.floor
        # The conditions spell out, for speed, the usual way through index().
        if type(x) is Value and x.graph is self and (x.epoch == epoch or x.index < floor):
            a = x.index
        else:
            a = self.index(x, op)
        if type(y) is Value and y.graph is self and (y.epoch == epoch or y.index < floor):
            b = y.index
        else:
            b = -1 if y is None else self.index(y, op)
        try:
            v = OPS[op][0](self.data[a], self.data[b])
        except (ValueError, ZeroDivisionError) as error:
            raise self._failure(error, len(self), op, a, b) from None
        return self._append(op, a, b, v)

    def index(self, x: "Value | float", op: str) -> int:
        """The index of an operand; a number becomes a new "const" node.

        Raises ValueError for a value of another graph or a node that truncate() removed, and
        TypeError for what is no number.
        """
        if not isinstance(x, Value):
            return self._append("const", -1, -1, _number(x, op)).index
        if x.graph is not self:
            raise ValueError(f"{op} mixes two graphs: make both operands from the same Graph")
        if any(x.epoch < epoch and x.index >= mark for epoch, mark in self._cuts):
            raise ValueError(f"stale handle: node {x.index} was removed by truncate()")
        return x.index

    def _append(self, op: str, a: Any, b: Any, v: float) -> "Value":
        index = len(self.op)
        self.op.append(op)
        self.a.append(a)
        self.b.append(b)
        self.data.append(v)
        return Value(self, index, self.epoch)

    def _failure(self, error: Exception, i: int, op: str, a: int, b: int) -> Exception:
        x, y = self.data[a], self.data[b]
        text = f"{x!r} {op} {y!r}" if b >= 0 else f"{op}({x!r})"
        nodes = f"nodes {a} and {b}" if b >= 0 else f"node {a}"
        what = "divides by zero" if isinstance(error, ZeroDivisionError) else "is not a real number"
        return type(error)(f"{text} {what}: node {i}, {op} of {nodes}")

    def replay(self) -> None:
        """Recompute every node's data from the leaves, in place: no node is made.

        Raises as `apply` does; then the nodes before the failing one are up to date.
        """
        op, a, b, data = self.op, self.a, self.b, self.data
        i = 0
        try:
            for i, (o, j, k) in enumerate(zip(op, a, b, strict=True)):
                if o == "dot":
                    data[i] = _dot(data, j, k)
                elif j >= 0:
                    data[i] = OPS[o][0](data[j], data[k])
        except (ValueError, ZeroDivisionError) as error:
            raise self._failure(error, i, op[i], a[i], b[i]) from None

    def backward(self, root: "Value") -> None:
        """Reverse mode: set grad[i] = ∂root/∂(node i) for every node, in one sweep down the tape.

        Starts from zeros at each call. PyTorch and micrograd add to what is there, and ask you to
        call zero_grad(); forgetting it is a common bug. To sum over several roots, add them up.
        A node whose gradient is 0 passes nothing on, even where its local derivative is infinite.
        """
        op, a, b, data = self.op, self.a, self.b, self.data
        i = start = self.index(root, "backward")
        grad = self.grad = [0.0] * len(op)
        grad[start] = 1.0
        try:
            for i in range(start, -1, -1):
                g = grad[i]
                if not g:
                    continue
                o, j, k = op[i], a[i], b[i]
                if o == "*":  # most nodes of a network are * and +: their rows of OPS, inlined
                    grad[j] += g * data[k]
                    grad[k] += g * data[j]
                elif o == "+":
                    grad[j] += g
                    grad[k] += g
                elif o == "dot":
                    for w, x in zip(j, k, strict=True):
                        grad[w] += g * data[x]
                        grad[x] += g * data[w]
                elif j >= 0:
                    _, dx, dy = OPS[o]
                    x, y, v = data[j], data[k], data[i]
                    grad[j] += g * dx(x, y, v)
                    if dy:
                        grad[k] += g * dy(x, y, v)
        except ZeroDivisionError as error:
            raise self._failure(error, i, op[i], a[i], b[i]) from None

    def jvp(self, direction: "Mapping[Value, float]") -> list[float]:
        """Forward mode: the tangent of every node when the leaves move along `direction`.

        The tangent of node i is the sum of ∂(node i)/∂leaf × direction[leaf] over the given leaves,
        a Jacobian-vector product. One call, one direction: n inputs need n calls.
        """
        tangent = [0.0] * len(self)
        for leaf, t in direction.items():
            tangent[self.index(leaf, "jvp")] = t
        data = self.data
        for i, (o, j, k) in enumerate(zip(self.op, self.a, self.b, strict=True)):
            if o == "dot":
                for w, x in zip(j, k, strict=True):
                    tangent[i] += tangent[w] * data[x] + data[w] * tangent[x]
            elif j >= 0:
                _, dx, dy = OPS[o]
                x, y, v = data[j], data[k], data[i]
                if tangent[j]:
                    tangent[i] += tangent[j] * dx(x, y, v)
                if dy and tangent[k]:
                    tangent[i] += tangent[k] * dy(x, y, v)
        return tangent

    def truncate(self, mark: int) -> None:
        """Forget node `mark` and all after it; a handle to one of them raises from now on.

        `mark = len(graph)` before a training step and `truncate(mark)` after it keep the parameters
        and free the step.
        """
        if not 0 <= mark <= len(self):
            raise ValueError(f"truncate({mark}): the graph has {len(self)} nodes")
        for array in (self.op, self.a, self.b, self.data, self.grad):
            del array[mark:]
        self.epoch += 1
        self._cuts = [cut for cut in self._cuts if cut[1] < mark] + [(self.epoch, mark)]
        self.floor = self._cuts[0][1]

    def read(self, x: "Value") -> float:
        """The value of a node, for Value.data. A subclass that only traces can refuse here."""
        return self.data[self.index(x, "data")]


class Value:
    """A handle to one node of a graph. Arithmetic on it appends nodes: to compute is to record."""

    __slots__ = ("epoch", "graph", "index")

    def __init__(self, graph: Graph, index: int, epoch: int) -> None:
        self.graph = graph
        self.index = index
        self.epoch = epoch

    @property
    def data(self) -> float:
        """This node's value. Set a leaf's to move it; Graph.replay() then updates the others."""
        return self.graph.read(self)

    @data.setter
    def data(self, number: float) -> None:
        if self.op != "leaf":
            raise ValueError(f"node {self.index} is computed ({self.op}): set the leaves, replay()")
        self.graph.data[self.index] = _number(number, "data")

    @property
    def grad(self) -> float:
        """∂(root)/∂(this node) for the root of the last backward(); 0 if not part of it."""
        index, grad = self.graph.index(self, "grad"), self.graph.grad
        return grad[index] if index < len(grad) else 0.0

    @property
    def op(self) -> str:
        """How this node was made."""
        return self.graph.op[self.graph.index(self, "op")]

    def backward(self) -> None:
        """Fill grad = ∂(this node)/∂(node) of every node in the graph; see Graph.backward."""
        self.graph.backward(self)

    def __repr__(self) -> str:
        return f"Value(data={self.data:.6g}, grad={self.grad:.6g}, op={self.op!r})"

    def __add__(self, other: "Value | float") -> "Value":
        return self.graph.apply("+", self, other)

    def __radd__(self, other: float) -> "Value":
        return self.graph.apply("+", other, self)

    def __sub__(self, other: "Value | float") -> "Value":
        return self.graph.apply("-", self, other)

    def __rsub__(self, other: float) -> "Value":
        return self.graph.apply("-", other, self)

    def __mul__(self, other: "Value | float") -> "Value":
        return self.graph.apply("*", self, other)

    def __rmul__(self, other: float) -> "Value":
        return self.graph.apply("*", other, self)

    def __truediv__(self, other: "Value | float") -> "Value":
        return self.graph.apply("/", self, other)

    def __rtruediv__(self, other: float) -> "Value":
        return self.graph.apply("/", other, self)

    def __pow__(self, other: "Value | float") -> "Value":
        return self.graph.apply("**", self, other)

    def __rpow__(self, other: float) -> "Value":
        return self.graph.apply("**", other, self)

    def __neg__(self) -> "Value":
        return self.graph.apply("neg", self)

    def exp(self) -> "Value":
        return self.graph.apply("exp", self)

    def log(self) -> "Value":
        """Natural logarithm. Raises ValueError unless positive (PyTorch: -inf at 0, nan below)."""
        return self.graph.apply("log", self)

    def tanh(self) -> "Value":
        return self.graph.apply("tanh", self)

    def relu(self) -> "Value":
        """max(0, x), with derivative 0 at 0."""
        return self.graph.apply("relu", self)

    def max(self, other: "Value | float") -> "Value":
        """The larger of the two; nan if either is, as in PyTorch."""
        return self.graph.apply("max", self, other)


def dot(ws: "Iterable[Value | float]", xs: "Iterable[Value | float]") -> Value:
    """Σ wᵢ·xᵢ as one node instead of 2n - 1. At least one element has to be a Value.

    Raises ValueError for different lengths, nothing at all, or two graphs.
    """
    ws, xs = list(ws), list(xs)
    graph = next((x.graph for x in (*ws, *xs) if isinstance(x, Value)), None)
    if len(ws) != len(xs):
        raise ValueError(f"dot needs two sequences of one length, not {len(ws)} and {len(xs)}")
    if graph is None:
        raise ValueError("dot needs a Value among its elements")
    a = tuple([graph.index(w, "dot") for w in ws])
    b = tuple([graph.index(x, "dot") for x in xs])
    return graph._append("dot", a, b, _dot(graph.data, a, b))


def _number(x: object, op: str) -> float:
    if not hasattr(x, "__float__"):
        raise TypeError(f"{op} needs a number or a Value, not {type(x).__name__}: {x!r:.40}")
    return float(x)
