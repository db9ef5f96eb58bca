"""A compiled loss, whatever it was compiled to."""

import linecache
import math
import weakref
import zlib
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from functools import cached_property

from engine.compile.build import build
from engine.compile.lowered import Lowered
from engine.compile.python_source import load, python_source
from engine.compile.reference import Reference
from engine.optim import SGD, Optimiser

_UNDEFINED = (ArithmeticError, ValueError, IndexError)  # what the interpreter's operations raise
Numbers = Sequence[float] | Iterable[float]


class Compiled(ABC):
    """The mean loss over a batch and its gradient, from numbers in flat buffers.

    A batch of n samples has n × lowered.inputs inputs, one sample after the other, and
    n × lowered.targets targets. Without either, there is one sample.

    Where compiled code meets what is not finite, the batch is computed again as the interpreter
    does: see compile_loss.
    """

    def __init__(self, lowered: Lowered) -> None:
        self.lowered = lowered

    @cached_property
    def _reference(self) -> Reference:
        return Reference(self.lowered)

    def __call__(
        self, parameters: Numbers, inputs: Numbers = (), targets: Numbers = ()
    ) -> "tuple[float, array[float]]":
        """(mean loss, its gradient by each parameter)."""
        w, (x, y, count) = self._parameters(parameters), self._batch(inputs, targets)
        loss, gradient = self._evaluate(w, x, y)
        if math.isfinite(loss):
            return loss, gradient
        return self._reference.evaluate(w, x, y, count)

    def values(
        self, parameters: Numbers, inputs: Numbers = (), targets: Numbers = ()
    ) -> "array[float]":
        """The loss of each sample; or, where a network's output was compiled, its predictions."""
        w, (x, y, count) = self._parameters(parameters), self._batch(inputs, targets)
        values = self._values(w, x, y)
        if all(map(math.isfinite, values)):
            return values
        return self._reference.values(w, x, y, count)

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

        Training stops with the interpreter's error, or with FloatingPointError, at a step whose
        loss or gradient is not finite. The parameters and the optimiser are then as before it.
        """
        check_trained(parameters, self.lowered.parameters, optimiser)
        x, y, count = self._batch(inputs, targets)
        steps = rates_of(rates)
        losses = self._train(parameters, x, y, steps, optimiser)
        while len(losses) < len(steps):  # it stopped before a step that needs a closer look
            k = len(losses)
            loss, gradient = self._closer_look(k, parameters, x, y, count)
            if parameters:
                mover = optimiser or SGD(parameters, 0.0)
                mover.update(parameters, gradient, range(len(parameters)), steps[k])
            losses.append(loss)
            losses.extend(self._train(parameters, x, y, steps[k + 1 :], optimiser))
        return losses

    def _closer_look(
        self, step: int, w: "array[float]", x: "array[float]", y: "array[float]", count: int
    ) -> "tuple[float, array[float]]":
        """A step's loss and gradient by the interpreter, if both are finite: else raises."""
        try:
            loss, gradient = self._reference.evaluate(w, x, y, count)
        except _UNDEFINED as error:
            raise type(error)(f"step {step}: {error}") from None
        found = {"loss": loss, **{f"∂loss/∂w{k}": g for k, g in enumerate(gradient)}}
        for what, number in found.items():
            if not math.isfinite(number):
                raise FloatingPointError(
                    f"step {step}: the {what} is {number}; the parameters are as before this step"
                )
        return loss, gradient

    @abstractmethod
    def _evaluate(
        self, w: "array[float]", x: "array[float]", y: "array[float]"
    ) -> "tuple[float, array[float]]":
        """(mean loss, gradient); nan for the loss if anything was undefined or is not finite."""

    @abstractmethod
    def _values(self, w: "array[float]", x: "array[float]", y: "array[float]") -> "array[float]":
        """The loss of each sample; nan where it is undefined."""

    @abstractmethod
    def _train(
        self,
        w: "array[float]",
        x: "array[float]",
        y: "array[float]",
        rates: "array[float]",
        optimiser: Optimiser | None,
    ) -> "array[float]":
        """The losses of all steps, or of those before one whose loss is not finite."""

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
        try:
            total, sums = self._step(w, samples)
        except _UNDEFINED:
            return math.nan, array("d")
        scale = 1.0 / len(samples)
        gradient = array("d", [g * scale for g in sums])
        return total * scale if all(map(math.isfinite, gradient)) else math.nan, gradient

    def _values(self, w: "array[float]", x: "array[float]", y: "array[float]") -> "array[float]":
        try:
            return array("d", [self._step(w, [sample])[0] for sample in self._samples(x, y)])
        except _UNDEFINED:
            return array("d", [math.nan])

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
            if not math.isfinite(loss):
                break
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
