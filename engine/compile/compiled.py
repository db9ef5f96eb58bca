"""A compiled loss, whatever it was compiled to."""

import linecache
import math
import weakref
import zlib
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Sequence

from engine.compile.build import build
from engine.compile.lowered import Lowered
from engine.compile.python_source import load, python_source
from engine.optim import SGD, Optimiser

Numbers = Sequence[float] | Iterable[float]


class Compiled(ABC):
    """The mean loss over a batch and its gradient, from numbers in flat buffers.

    A batch of n samples has n × lowered.inputs inputs, one sample after the other, and
    n × lowered.targets targets. Without either, there is one sample.
    """

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered

    def __call__(
        self, parameters: Numbers, inputs: Numbers = (), targets: Numbers = ()
    ) -> "tuple[float, array[float]]":
        """(mean loss, its gradient by each parameter)."""
        w, (x, y, _) = self._parameters(parameters), self._batch(inputs, targets)
        return self._evaluate(w, x, y)

    def values(
        self, parameters: Numbers, inputs: Numbers = (), targets: Numbers = ()
    ) -> "array[float]":
        """The loss of each sample; or, where a network's output was compiled, its predictions."""
        w, (x, y, _) = self._parameters(parameters), self._batch(inputs, targets)
        return self._values(w, x, y)

    def train(
        self,
        parameters: "array[float]",
        inputs: Numbers,
        targets: Numbers,
        rates: Numbers,
        optimiser: Optimiser | None = None,
    ) -> "array[float]":
        """One step over the whole batch for each learning rate; the loss before each step.

        Moves the parameters, which have to be an array("d"), in place: by gradient descent, or by
        the given optimiser, whose state lives on between calls. `rates` may be a schedule of
        engine.optim, which knows its number of steps; they count, and not the optimiser's own.
        """
        check_trained(parameters, self.lowered.parameters, optimiser)
        x, y, _ = self._batch(inputs, targets)
        return self._train(parameters, x, y, rates_of(rates), optimiser)

    @abstractmethod
    def _evaluate(
        self, w: "array[float]", x: "array[float]", y: "array[float]"
    ) -> "tuple[float, array[float]]": ...

    @abstractmethod
    def _values(
        self, w: "array[float]", x: "array[float]", y: "array[float]"
    ) -> "array[float]": ...

    @abstractmethod
    def _train(
        self,
        w: "array[float]",
        x: "array[float]",
        y: "array[float]",
        rates: "array[float]",
        optimiser: Optimiser | None,
    ) -> "array[float]": ...

    def _parameters(self, parameters: Numbers) -> "array[float]":
        return parameters_of(parameters, self.lowered.parameters)

    def _batch(self, inputs: Numbers, targets: Numbers) -> "tuple[array[float], array[float], int]":
        x, y, lowered = doubles(inputs), doubles(targets), self.lowered
        sizes = set()
        for name, buffer, each in (("inputs", x, lowered.inputs), ("targets", y, lowered.targets)):
            if len(buffer) % each if each else len(buffer):
                raise ValueError(f"{len(buffer)} {name} do not make samples of {each}")
            if each:
                sizes.add(len(buffer) // each)
        if len(sizes) > 1 or 0 in sizes:
            raise ValueError(
                f"{len(x)} inputs and {len(y)} targets do not make samples of {lowered.inputs} "
                f"and {lowered.targets}"
            )
        return x, y, sizes.pop() if sizes else 1


class CompiledPython(Compiled):
    """A loss compiled to Python; `source` is its text."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(lowered)
        self.source = python_source(build(lowered))
        name = f"<compiled loss {zlib.crc32(self.source.encode()):08x}>"
        self._step = load(self.source, name)
        # A traceback shows the line, as long as this object lives.
        lines = self.source.splitlines(keepends=True)
        linecache.cache[name] = (len(self.source), None, lines, name)
        weakref.finalize(self, linecache.cache.pop, name, None)

    def _evaluate(
        self, w: "array[float]", x: "array[float]", y: "array[float]"
    ) -> "tuple[float, array[float]]":
        samples = self._samples(x, y)
        total, sums = self._step(w, samples)
        scale = 1.0 / len(samples)
        return total * scale, array("d", [g * scale for g in sums])

    def _values(self, w: "array[float]", x: "array[float]", y: "array[float]") -> "array[float]":
        return array("d", [self._step(w, [sample])[0] for sample in self._samples(x, y)])

    def _train(
        self,
        w: "array[float]",
        x: "array[float]",
        y: "array[float]",
        rates: "array[float]",
        optimiser: Optimiser | None,
    ) -> "array[float]":
        losses, indices = array("d"), range(len(w))
        if optimiser is None and w:
            optimiser = SGD(w, 0.0)
        for rate in rates:
            loss, gradient = self._evaluate(w, x, y)
            if optimiser is not None:
                optimiser.update(w, gradient, indices, rate)
            losses.append(loss)
        return losses

    def _samples(self, x: "array[float]", y: "array[float]") -> list[tuple[float, ...]]:
        lowered = self.lowered
        columns = [x[k :: lowered.inputs] for k in range(lowered.inputs)]
        columns += [y[k :: lowered.targets] for k in range(lowered.targets)]
        return list(zip(*columns, strict=True)) if columns else [()]


def parameters_of(parameters: Numbers, count: int) -> "array[float]":
    """The parameters as a buffer. Raises ValueError if they are not as many as the loss has."""
    w = doubles(parameters)
    if len(w) != count:
        raise ValueError(f"the loss has {count} parameters, not {len(w)}")
    return w


def check_trained(parameters: Numbers, count: int, optimiser: Optimiser | None) -> None:
    """Raises TypeError or ValueError unless these can be moved in place, by this optimiser."""
    if not isinstance(parameters, array) or parameters.typecode != "d":
        raise TypeError('train moves the parameters in place: make them an array("d")')
    parameters_of(parameters, count)
    if optimiser is not None and len(optimiser.parameters) != count:
        name = type(optimiser).__name__
        raise ValueError(
            f"this {name} has {len(optimiser.parameters)} parameters, the loss {count}"
        )


def rates_of(rates: Numbers) -> "array[float]":
    """A rate for each step, as a buffer. Raises TypeError for a single one, ValueError for nan."""
    if not isinstance(rates, Iterable):
        how = "[rate(k) for k in range(steps)]" if callable(rates) else f"[{rates!r}] * steps"
        raise TypeError(f"train needs a rate for each of its steps: pass {how}")
    found = doubles(rates)
    for k, rate in enumerate(found):
        if not math.isfinite(rate):
            raise ValueError(f"the rate of step {k} is {rate}")
    return found


def doubles(numbers: Numbers) -> "array[float]":
    """The numbers as a buffer of float64; the same object if they are one."""
    if isinstance(numbers, array) and numbers.typecode == "d":
        return numbers
    return array("d", numbers)
