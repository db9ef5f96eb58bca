"""What the interpreter says of a lowered loss: asked where compiled code met what is not finite."""

from array import array
from collections.abc import Iterator

from engine.compile.lowered import Lowered
from engine.graph import Graph, Value


class Reference:
    """The loss of a sample on a tape again, with its nodes where they were: errors name them."""

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered
        self._graph = graph = Graph()
        size = 1 + max(lowered.node, default=-1)
        graph.op, graph.data = ["leaf"] * size, [0.0] * size
        graph.a, graph.b = [-1] * size, [-1] * size
        two = self._number(2.0)
        self._index = index = [node if node >= 0 else self._number(0.0) for node in lowered.node]
        for slot, number in lowered.numbers.items():
            graph.data[index[slot]] = number
        for slot, op in enumerate(lowered.op):
            if op:
                i, a, b = index[slot], lowered.a[slot], lowered.b[slot]
                graph.op[i] = "**" if op == "square" else op
                graph.a[i] = self._there(a)
                graph.b[i] = two if op == "square" else self._there(b)

    def _number(self, x: float) -> int:
        return self._graph.operand(x, "compile")

    def _there(self, side: object) -> object:
        if isinstance(side, tuple):
            return tuple([self._index[slot] for slot in side])
        assert isinstance(side, int)
        return self._index[side] if side >= 0 else -1

    def values(
        self, w: "array[float]", x: "array[float]", y: "array[float]", count: int
    ) -> "array[float]":
        """The loss of each sample. Raises as the interpreter does."""
        graph, root = self._graph, self._index[self.lowered.root]
        return array("d", [graph.data[root] for _ in self._replayed(w, x, y, count)])

    def evaluate(
        self, w: "array[float]", x: "array[float]", y: "array[float]", count: int
    ) -> "tuple[float, array[float]]":
        """(mean loss, its gradient by each parameter). Raises as the interpreter does."""
        graph, root = self._graph, self._index[self.lowered.root]
        total, sums = 0.0, [0.0] * len(w)
        for _ in self._replayed(w, x, y, count):
            total += graph.data[root]
            graph.backward(Value(graph, root, graph.epoch))
            for k in range(len(w)):
                sums[k] += graph.grad[self._index[k]]
        scale = 1.0 / count
        return total * scale, array("d", [g * scale for g in sums])

    def _replayed(
        self, w: "array[float]", x: "array[float]", y: "array[float]", count: int
    ) -> Iterator[None]:
        lowered, graph, index = self.lowered, self._graph, self._index
        for n in range(count):
            xs = x[n * lowered.inputs : (n + 1) * lowered.inputs]
            ys = y[n * lowered.targets : (n + 1) * lowered.targets]
            for slot, number in enumerate((*w, *xs, *ys)):
                graph.data[index[slot]] = number
            graph.replay()
            yield
