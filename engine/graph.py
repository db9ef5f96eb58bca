"""The tape: scalar automatic differentiation on a structure of arrays.

A `Graph` holds parallel lists, one entry per node, appended in the order of computation. An
operand always stands before the node that uses it, so creation order is a topological order, and
the backward pass is one sweep down the arrays. Such a list is called a tape, or Wengert list, after
R. E. Wengert, "A simple automatic derivative evaluation program", CACM 7(8), 1964.

A `Value` is a handle to one node. The graph does not know its handles: there are no cycles, and no
recursion, so that a graph of any depth works and is freed at once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.ops import OPS as OPS
from engine.upkeep import Handle, Kept
from engine.upkeep import operands as operands


class Graph(Kept):
    """A tape of scalar operations. Node i is entry i of each of five lists:

    op    how it was made: a key of OPS, "dot", "pick", "leaf" (an input), or "const" (a number in
          a formula)
    a, b  the indices of its operands, -1 for none; for "dot" a tuple of indices each, for "pick"
          a tuple of the values' and the place's
    data  its value
    grad  ∂root/∂(this node) of the last backward(root); empty before the first

    The lists are there to be read; write to them through the methods.

    >>> g = Graph()
    >>> x = g.value(3.0)
    >>> y = x * x + 1
    >>> g.op, g.a, g.b
    (['leaf', '*', 'const', '+'], [-1, 0, -1, 1], [-1, 0, -1, 2])
    """

    def __init__(self) -> None:
        super().__init__()
        self.op: list[str] = []
        self.data: list[float] = []
        self.grad: list[float] = []
        self._cuts: list[tuple[int, int]] = []  # (epoch, mark) of the truncates that still matter

    def __len__(self) -> int:
        return len(self.op)

    def __repr__(self) -> str:
        return f"Graph({len(self)} nodes)"

    def value(self, number: float) -> "Value":
        """A new leaf: an input or a parameter. Its data can be set later."""
        return self._append("leaf", -1, -1, _number(number, "value"))

    def _append(self, op: str, a: Any, b: Any, v: float) -> "Value":
        self.op.append(op)
        self.a.append(a)
        self.b.append(b)
        self.data.append(v)
        return Value(self, len(self.op) - 1, self.epoch)

    def operand(self, x: "Value | float", op: str) -> int:
        """The index of an operand of `op`; a number becomes a new "const" node.

        Raises as index() does, and TypeError for what is no number.
        """
        if isinstance(x, Value):
            return self.index(x, op)
        self.data.append(x if type(x) is float else _number(x, op))
        self.op.append("const")
        self.a.append(-1)
        self.b.append(-1)
        return len(self.op) - 1

    def index(self, x: "Value", op: str) -> int:
        """The index of a handle's node. Raises ValueError for a Value of another graph or of a node
        that truncate() removed, and TypeError for what is no Value; `op` says who asked."""
        if not isinstance(x, Value):
            raise TypeError(f"{op}: expected a Value, not {type(x).__name__} {x!r:.40}")
        if x.epoch == self.epoch:
            return x.index
        if x.graph is not self:
            raise ValueError(f"{op}: the operands belong to two different graphs")
        if any(x.epoch < epoch and x.index >= mark for epoch, mark in self._cuts):
            raise ValueError(f"{op}: stale handle, truncate() removed its node {x.index}")
        x.epoch = self.epoch  # now known to be current: the next look is one comparison
        return x.index

    def dot(self, ws: "Sequence[Value | float]", xs: "Sequence[Value | float]") -> "Value":
        """Σ wᵢ·xᵢ as one node, instead of the 2n - 1 of a sum of products; that of nothing is 0.

        Raises ValueError if the lengths differ.
        """
        if len(ws) != len(xs):
            raise ValueError(f"dot: {len(ws)} weights, but {len(xs)} inputs")
        now = self.epoch
        try:  # the usual case, all of them current handles; index() copes with any other
            a = [w.index for w in ws if w.epoch == now]  # type: ignore[union-attr]
            b = [x.index for x in xs if x.epoch == now]  # type: ignore[union-attr]
        except AttributeError:  # a number is among them
            a = b = []
        if len(a) != len(ws) or len(b) != len(xs):
            a = [self.operand(w, "dot") for w in ws]
            b = [self.operand(x, "dot") for x in xs]
        if not a:
            return self._append("const", -1, -1, 0.0)
        return self._append("dot", tuple(a), tuple(b), self._dot(a, b))

    def _dot(self, ws: Sequence[int], xs: Sequence[int]) -> float:
        data, total = self.data, 0.0
        for w, x in zip(ws, xs, strict=True):  # not sum(): its rounding changed in Python 3.12
            total += data[w] * data[x]
        return total

    def pick(self, values: "Sequence[Value | float]", place: "Value") -> "Value":
        """The one of `values` at the place, from 0, that the number in `place` says, as one node.

        The gradient goes to the value that was picked; the place gets none. Raises IndexError if
        the number is no place among the values, here and whenever it is read again.
        """
        b = self.index(place, "pick")
        a = tuple([self.operand(x, "pick") for x in values])
        if not a:
            raise ValueError("pick: there are no values to pick from")
        return self._append("pick", a, b, self._pick(a, b))

    def _pick(self, values: Sequence[int], place: int) -> float:
        try:
            return self.data[values[_place(self.data[place], len(values))]]
        except IndexError as error:
            raise IndexError(f"{error} (node {place})") from None

    def record(self, op: str, x: "Value | float", y: "Value | float | None" = None) -> "Value":
        """Append the node op(x), or x op y, for any row of OPS: one that you added, say."""
        if op not in OPS or (y is None) is not (OPS[op].dy is None):
            raise ValueError(f"OPS has no {op!r} of {1 if y is None else 2} operands")
        a, b = self.operand(x, op), -1 if y is None else self.operand(y, op)
        try:
            return self._append(op, a, b, OPS[op].value(self.data[a], self.data[b]))
        except (ValueError, ZeroDivisionError) as error:
            raise self._failure(error, len(self), op, a, b) from None

    def replay(self) -> None:
        """Recompute every node's data from the leaves, in place.

        Raises as recording does; the nodes before the one that failed are then up to date.
        """
        op, a, b, data = self.op, self.a, self.b, self.data
        i = 0
        try:
            for i, (o, j, k) in enumerate(zip(op, a, b, strict=True)):
                if o == "*":  # a network is mostly * and +: their rows of OPS, inlined
                    data[i] = data[j] * data[k]
                elif o == "+":
                    data[i] = data[j] + data[k]
                elif o == "dot":
                    data[i] = self._dot(j, k)
                elif o == "pick":
                    data[i] = self._pick(j, k)
                elif j >= 0:
                    data[i] = OPS[o].value(data[j], data[k])
        except (ValueError, ZeroDivisionError) as error:
            raise self._failure(error, i, op[i], a[i], b[i]) from None
        self.was_replayed()

    def backward(self, root: "Value") -> None:
        """Reverse mode: set grad[i] = ∂root/∂(node i) for every node, in one sweep down the tape.

        Starts from zeros each time. PyTorch and micrograd add to what is there and rely on
        zero_grad(), which is easily forgotten. A node whose gradient is 0 passes nothing on, even
        where its local derivative is infinite (PyTorch: nan). Raises ValueError if a leaf was set
        and not replayed since.
        """
        op, a, b, data = self.op, self.a, self.b, self.data
        i = start = self.index(root, "backward")
        self.check_replayed(bytearray(start) + b"\1", "backward")
        grad = self.grad = [0.0] * len(op)
        grad[start] = 1.0
        try:
            for i in range(start, -1, -1):
                g = grad[i]
                if not g:
                    continue
                o, j, k = op[i], a[i], b[i]
                if o == "*":  # as in replay()
                    grad[j] += g * data[k]
                    grad[k] += g * data[j]
                elif o == "+":
                    grad[j] += g
                    grad[k] += g
                elif o == "dot":
                    for w, x in zip(j, k, strict=True):
                        grad[w] += g * data[x]
                        grad[x] += g * data[w]
                elif o == "pick":
                    grad[j[int(data[k])]] += g
                elif j >= 0:
                    _, dx, dy = OPS[o]
                    x, y, v = data[j], data[k], data[i]
                    if op[j] != "const":  # a number has no slope, though a rule may have a pole
                        grad[j] += g * dx(x, y, v)
                    if dy and op[k] != "const":
                        grad[k] += g * dy(x, y, v)
        except ZeroDivisionError as error:
            raise self._failure(error, i, f"derivative of {op[i]}", a[i], b[i]) from None

    def jvp(self, direction: "Mapping[Value, float]") -> list[float]:
        """Forward mode: the tangent of every node as the inputs move along `direction`.

        The tangent of node i is Σ ∂(node i)/∂x · direction[x], a Jacobian-vector product. One call
        gives one direction for all outputs: n inputs need n calls.
        """
        op, a, b, data = self.op, self.a, self.b, self.data
        self.check_replayed(bytearray(b"\1") * len(op), "jvp")
        tangent = [0.0] * len(op)
        for leaf, t in direction.items():
            tangent[self.index(leaf, "jvp")] = _number(t, "jvp")
        i = 0
        try:
            for i, (o, j, k) in enumerate(zip(op, a, b, strict=True)):
                if o == "dot":
                    for w, x in zip(j, k, strict=True):
                        tangent[i] += tangent[w] * data[x] + data[w] * tangent[x]
                elif o == "pick":
                    tangent[i] = tangent[j[int(data[k])]]
                elif j >= 0:
                    _, dx, dy = OPS[o]
                    x, y, v = data[j], data[k], data[i]
                    if tangent[j]:
                        tangent[i] += tangent[j] * dx(x, y, v)
                    if dy and tangent[k]:
                        tangent[i] += tangent[k] * dy(x, y, v)
        except ZeroDivisionError as error:
            raise self._failure(error, i, f"derivative of {op[i]}", a[i], b[i]) from None
        return tangent

    def truncate(self, mark: int) -> None:
        """Forget node `mark` and all after it. A handle to one of them raises from now on.

        `mark = len(graph)` once the parameters are made, and `truncate(mark)` after each training
        step, keep the parameters and free the rest.
        """
        if not isinstance(mark, int) or not 0 <= mark <= len(self):
            raise ValueError(f"truncate({mark!r}): the graph has {len(self)} nodes")
        for array in (self.op, self.a, self.b, self.data, self.grad):
            del array[mark:]
        self.next_epoch()
        self.was_cut(mark)
        self._cuts = [cut for cut in self._cuts if cut[1] < mark] + [(self.epoch, mark)]

    def read(self, x: "Value") -> float:
        """What Value.data returns. A graph that only traces overrides this, and refuses."""
        return self.data[x.index if x.epoch == self.epoch else self.index(x, "data")]

    def _failure(self, error: Exception, i: int, op: str, a: int, b: int) -> Exception:
        what = "division by zero" if isinstance(error, ZeroDivisionError) else "not a real number"
        x, y = self.data[a], self.data[b]
        if b < 0:
            return type(error)(f"{what}: {op} of {x!r} (node {i}, of node {a})")
        return type(error)(f"{what}: {x!r} {op} {y!r} (node {i}, of nodes {a} and {b})")


def _binary(op: str, reflected: bool = False) -> "Callable[[Value, Value | float], Value]":
    value = OPS[op].value

    def record(self: "Value", other: "Value | float") -> "Value":
        graph = self.graph
        now, data = graph.epoch, graph.data
        a = self.index if self.epoch == now else graph.index(self, op)
        try:
            known = type(other) is Value and other.epoch == now
            b = other.index if known else graph.operand(other, op)  # type: ignore[union-attr]
        except TypeError:
            if getattr(other, "ndim", 0) and op != "max":
                return NotImplemented  # type: ignore[no-any-return]  # an array takes over
            raise
        if reflected:
            a, b = b, a
        index = len(data)
        try:
            data.append(value(data[a], data[b]))
        except (ValueError, ZeroDivisionError) as error:
            raise graph._failure(error, index, op, a, b) from None
        graph.op.append(op)
        graph.a.append(a)
        graph.b.append(b)
        return Value(graph, index, now)

    record.__name__, record.__qualname__ = op, f"Value.{op}"
    record.__doc__ = f"Append the node {op} of the two, and return it."
    return record


def _unary(op: str) -> "Callable[[Value], Value]":
    value = OPS[op].value

    def record(self: "Value") -> "Value":
        graph = self.graph
        a = self.index if self.epoch == graph.epoch else graph.index(self, op)
        x = graph.data[a]
        try:
            return graph._append(op, a, -1, value(x, x))
        except ValueError as error:
            raise graph._failure(error, len(graph), op, a, -1) from None

    record.__name__, record.__qualname__ = op, f"Value.{op}"
    record.__doc__ = f"Append the node {op} of this one, and return it."
    return record


class Value(Handle):
    """A handle to one node of a graph. Arithmetic with it appends nodes: to compute is to record.

    Numbers may stand on either side. ZeroDivisionError and ValueError (log of a number <= 0, a root
    of a negative one) name the operation and its node; what overflows becomes inf.

    >>> g = Graph()
    >>> a, b, c = g.value(2.0), g.value(-3.0), g.value(10.0)
    >>> e = (a * b + c).tanh()
    >>> e.backward()
    >>> f"{e:.4f} {a.grad:.4f}"
    '0.9993 -0.0040'
    """

    __slots__ = ("epoch", "graph", "index")
    graph: Graph

    def __init__(self, graph: Graph, index: int, epoch: int) -> None:
        self.graph = graph
        self.index = index
        self.epoch = epoch  # the graph's when this handle was last known to be current

    __add__, __radd__ = _binary("+"), _binary("+", True)
    __sub__, __rsub__ = _binary("-"), _binary("-", True)
    __mul__, __rmul__ = _binary("*"), _binary("*", True)
    __truediv__, __rtruediv__ = _binary("/"), _binary("/", True)
    __pow__, __rpow__ = _binary("**"), _binary("**", True)
    __neg__, exp, log = _unary("neg"), _unary("exp"), _unary("log")
    tanh, relu, max = _unary("tanh"), _unary("relu"), _binary("max")
    sin, cos = _unary("sin"), _unary("cos")

    @property
    def data(self) -> float:
        """This node's value. A leaf's can be set; Graph.replay() then updates the others."""
        return self.graph.read(self)

    @data.setter
    def data(self, number: float) -> None:
        if self.op != "leaf":
            raise ValueError(f"node {self.index} is not a leaf but computed, by {self.op!r}")
        self.graph.data[self.index] = _number(number, "data")
        self.graph.was_set((self.index,))

    @property
    def grad(self) -> float:
        """∂root/∂(this node) for the root of the last backward(); 0 before any."""
        index = self.graph.index(self, "grad")
        return self.graph.grad[index] if index < len(self.graph.grad) else 0.0

    @grad.setter
    def grad(self, number: float) -> None:
        raise AttributeError("grad is set by backward(), which starts from zeros each time")

    @property
    def op(self) -> str:
        """How this node was made; see Graph."""
        return self.graph.op[self.graph.index(self, "op")]

    def backward(self) -> None:
        """Set the grad of every node to ∂(this node)/∂(that node); see Graph.backward."""
        self.graph.backward(self)


def dot(ws: Sequence[Value | float], xs: Sequence[Value | float]) -> Value:
    """Graph.dot, on the graph of the first Value among the elements.

    >>> w = Graph().value(2.0)
    >>> dot([w, 1.0], [3.0, 4.0]).data
    10.0
    """
    for x in (*ws, *xs):
        if isinstance(x, Value):
            return x.graph.dot(ws, xs)
    raise ValueError("dot: no Value among the elements")


def pick(values: Sequence[Value | float], place: Value | float) -> Value | float:
    """values[place], where the place may be a Value: then Graph.pick, one node.

    A number alone is plain indexing, but of places from 0 only, as Graph.pick's.

    >>> g = Graph()
    >>> a, b, place = g.value(5.0), g.value(7.0), g.value(1)
    >>> chosen = pick([a, b], place)
    >>> chosen.backward()
    >>> chosen.data, a.grad, b.grad
    (7.0, 0.0, 1.0)
    """
    if isinstance(place, Value):
        return place.graph.pick(values, place)
    return values[_place(_number(place, "pick"), len(values))]


def _place(number: float, count: int) -> int:
    if not 0 <= number < count or number != int(number):  # also if it is nan
        raise IndexError(f"pick: {number!r} is no place among {count} values")
    return int(number)


def _number(x: object, op: str) -> float:
    if isinstance(x, int) or (hasattr(x, "__float__") and not getattr(x, "ndim", 0)):
        return float(x)
    raise TypeError(f"{op}: expected a number or a Value, not {type(x).__name__} {x!r:.40}")
