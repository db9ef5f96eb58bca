"""A loss compiled to WebAssembly."""

from array import array

from engine.compile.build import build
from engine.compile.compiled import Compiled
from engine.compile.expanded import expanded
from engine.compile.lowered import Lowered
from engine.compile.rolled import roll
from engine.compile.wasm.hosts import host
from engine.compile.wasm.machine import machine_code
from engine.compile.wasm.straight import straight_line
from engine.compile.wasm.training import check_supported, train
from engine.optim import Optimiser


class CompiledWasm(Compiled):
    """A loss compiled to WebAssembly; `binary` is its module.

    It is straight-line code, or a table of the nodes and a machine that runs them: if `machine`
    says so, and by default for more than Instance.LARGE nodes.
    """

    def __init__(self, lowered: Lowered, machine: bool | None = None) -> None:
        super().__init__(lowered)
        instance = host().Instance
        initial: list[tuple[int, array[float]]] = []
        if machine or (machine is None and len(expanded(lowered)) > instance.LARGE):
            self.binary, self._at, initial = machine_code(roll(lowered))
        else:
            self.binary, self._at = straight_line(build(lowered))
        self._instance = instance(self.binary)
        for address, numbers in initial:
            self._instance.write(address, numbers)

    def _evaluate(
        self, w: "array[float]", x: "array[float]", y: "array[float]"
    ) -> "tuple[float, array[float]]":
        batch, _ = self._place(w, x, y)
        loss = self._instance.call("evaluate", *batch)
        return loss, self._instance.read(self._at.sums, len(w))

    def _values(self, w: "array[float]", x: "array[float]", y: "array[float]") -> "array[float]":
        count = self._count(x, y)
        batch, free = self._place(w, x, y, 8 * count)
        self._instance.call("each", *batch, free)
        values: array[float] = self._instance.read(free, count)
        return values

    def _train(
        self,
        w: "array[float]",
        x: "array[float]",
        y: "array[float]",
        rates: "array[float]",
        optimiser: Optimiser | None,
    ) -> "array[float]":
        check_supported(optimiser)
        batch, free = self._place(w, x, y, 16 * len(rates))
        return train(self._instance, self._at, batch, free, w, rates, optimiser)

    def _place(
        self, w: "array[float]", x: "array[float]", y: "array[float]", more: int = 0
    ) -> tuple[tuple[int, int, int], int]:
        """Write what a batch needs: (samples, addresses of inputs and targets), first free byte."""
        instance = self._instance
        inputs = self._at.data
        targets = inputs + 8 * len(x)
        free = targets + 8 * len(y)
        instance.reserve(free + more)
        for address, numbers in ((0, w), (inputs, x), (targets, y)):
            instance.write(address, numbers)
        return (self._count(x, y), inputs, targets), free

    def _count(self, x: "array[float]", y: "array[float]") -> int:
        lowered = self.lowered
        return len(x) // lowered.inputs if lowered.inputs else len(y) // lowered.targets if y else 1
