"""What keeps a graph honest: a copy is another graph, a leaf that was set waits for replay()."""

from collections.abc import Callable, Sequence
from typing import Any

from engine.advice import Advised, NotANumber


class Kept(Advised):
    """A graph that can be copied and pickled, and knows which of its numbers are out of date."""

    epochs = 0  # counts the graphs and their truncates, so that every epoch has its own number

    def __init__(self) -> None:
        self.a: list[Any] = []
        self.b: list[Any] = []
        self._set_at: dict[int, int] = {}  # leaf -> how many nodes there were when it was set
        self.next_epoch()

    def next_epoch(self) -> None:
        """From now on, handles have to be looked at again."""
        Kept.epochs += 1
        self.epoch = Kept.epochs

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A copy, or what was unpickled, has lists and an epoch of its own: no handle fits both."""
        own = {k: x.copy() if isinstance(x, (list, dict)) else x for k, x in state.items()}
        vars(self).update(own)
        Kept.epochs = max(Kept.epochs, self.epoch)  # which may come from another process
        self.next_epoch()

    def was_set(self, leaves: Sequence[int]) -> None:
        """The data of these leaves changed: what was computed from them is to be replayed."""
        self._set_at.update(dict.fromkeys(leaves, len(self.a)))

    def was_cut(self, mark: int) -> None:
        """The nodes from `mark` on are gone."""
        if self.a.count(-1) == mark:  # there are leaves and numbers only, which need no replay
            self._set_at.clear()
        else:
            self._set_at = {k: min(n, mark) for k, n in self._set_at.items() if k < mark}

    def was_replayed(self) -> None:
        """Every number is up to date."""
        self._set_at.clear()

    def check_replayed(self, needed: bytearray, use: str) -> None:
        """Raises ValueError if a marked node, or what it was computed from, is out of date."""
        i = needed.rfind(1) if self._set_at else -1
        while i >= 0:
            for k in operands(self, i):
                if self._set_at.get(k, 0) > i:
                    message = f"{use}: the data of leaf {k} was set after node {i} was computed"
                    raise ValueError(f"{message} from it: call replay() first")
                needed[k] = 1
            i = needed.rfind(1, 0, i)


class Handle(NotANumber):
    """A handle to a node: how it is shown, and that it is copied and pickled with its graph."""

    __slots__ = ()
    graph: Any
    index: int
    data: Any
    grad: Any
    op: Any

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            self.graph.index(self, "copy")
            stale = False
        except ValueError:
            stale = True
        return _copied, (type(self), self.graph, self.index, stale)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        try:
            self.graph.index(self, "repr")
        except ValueError:
            return "Value(stale)"
        return f"Value(data={self.data:.6g}, grad={self.grad:.6g}, op={self.op!r})"


def _copied(kind: Callable[[Kept, int, int], Any], graph: Kept, index: int, stale: bool) -> Any:
    return kind(graph, index, 0 if stale else graph.epoch)  # no epoch is 0


def operands(graph: Kept, i: int) -> list[int]:
    """The indices of node i's operands, in order: a dot's weights, then its inputs; a pick's
    values, then the place."""
    sides = (graph.a[i], graph.b[i])
    return [k for side in sides for k in (side if type(side) is tuple else (side,)) if k >= 0]
