"""Optimisers, which move parameters along their gradients, and schedules of their rates."""

import math
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, MutableSequence, Sequence
from functools import partial
from typing import Any, Self

from engine.advice import Advised
from engine.graph import Graph, Value

Floats = MutableSequence[float]
Rate = (
    float | Callable[[int], float]
)  # the same for every step, or a function of its number, from 0


class Schedule:
    """The rates of `steps` steps: schedule(k) is that of step k, list(schedule) are all of them.

    After the last step the rate stays what it would be at step `steps`.
    """

    def __init__(self, rate: Callable[[float], float], steps: int) -> None:
        """`rate` is a function of the part of the way that is done, from 0 to 1."""
        if steps < 1:
            raise ValueError(f"a schedule needs at least one step, not {steps}")
        self.steps = steps
        self._rate = rate

    def __call__(self, step: int) -> float:
        return self._rate(min(step / self.steps, 1.0))

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[float]:
        return map(self, range(self.steps))


def linear(start: float, end: float, steps: int) -> Schedule:
    """In a straight line from `start` at step 0 to `end` at step `steps`, where it stays.

    >>> list(linear(1.0, 0.0, 4))
    [1.0, 0.75, 0.5, 0.25]
    """
    return Schedule(partial(_straight, start, end), steps)


def cosine(start: float, end: float, steps: int) -> Schedule:
    """From `start` to `end` along half a cosine (Loshchilov and Hutter, SGDR, ICLR 2017).

    >>> [round(rate, 3) for rate in cosine(1.0, 0.0, 4)]
    [1.0, 0.854, 0.5, 0.146]
    """
    return Schedule(partial(_half_cosine, start, end), steps)


def _straight(start: float, end: float, done: float) -> float:
    return start + (end - start) * done


def _half_cosine(start: float, end: float, done: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


# What the optimisers of other libraries call the settings.
_ELSEWHERE = {
    "lr": "rate=",
    "learning_rate": "rate=",
    "betas": "beta1= and beta2=",
    "eps": "epsilon=",
    "params": "parameters=",
    "weight_decay": "the penalty into the loss",
}


class Optimiser(Advised, ABC):
    """What the optimisers share: the parameters, the rate of each step, and the count of steps.

    The parameters are Values, which step() moves; or an array("d") of numbers, which the train() of
    a compiled loss moves. `rate` is a number or a schedule. Raises ValueError if there are no
    parameters, or one is not a leaf or belongs to another graph than the first.
    """

    def __new__(cls, *_: object, **settings: object) -> Self:
        for name in settings:
            if name in _ELSEWHERE:
                raise TypeError(f"{cls.__name__} has no {name!r}: write {_ELSEWHERE[name]}")
        return super().__new__(cls)

    def __init__(self, parameters: "Sequence[Value] | array[float]", rate: Rate) -> None:
        if not isinstance(parameters, Iterable):
            what = f"a list of Values or an array('d'), not {parameters!r:.40}"
            raise TypeError(f"{type(self).__name__}: expected {what}")
        numbers = isinstance(parameters, array) and parameters.typecode == "d"
        self.parameters = parameters if numbers else list(parameters)
        if not self.parameters:
            raise ValueError("an optimiser needs at least one parameter")
        self.rate = rate
        self.steps = 0  # taken so far
        if not numbers:
            graph, indices = self._find()
            for i in indices:
                if graph.op[i] != "leaf":
                    raise ValueError(f"node {i} is computed ({graph.op[i]}), not a parameter")

    def _find(self) -> tuple[Graph, list[int]]:
        """The tape of the parameters, and where they are on it now, after any truncate()."""
        parameters: Any = self.parameters
        first, name = parameters[0], type(self).__name__
        if not isinstance(first, Value):
            raise TypeError(f"{name}: expected Values or an array('d'), not {first!r:.40}")
        graph: Graph = first.graph
        return graph, [graph.index(p, name) for p in parameters]

    def step(self) -> None:
        """Move every parameter by its gradient. Raises ValueError before the first backward(), and
        if truncate() removed a parameter."""
        if isinstance(self.parameters, array):
            raise TypeError("step() needs Values: numbers are moved by train(), of a compiled loss")
        graph, indices = self._find()
        if len(graph.grad) <= max(indices):
            raise ValueError("step() needs gradients: call backward() on the loss first")
        rate = self.rate(self.steps) if callable(self.rate) else self.rate
        self.update(graph.data, graph.grad, indices, rate)
        graph.was_set(indices)

    @abstractmethod
    def update(self, data: Floats, grad: Floats, indices: Iterable[int], rate: float) -> None:
        """One step: move data[i] by grad[i] for each parameter's i, and count it."""


class SGD(Optimiser):
    """Gradient descent: v ← momentum·v + g, p ← p - rate·v; without momentum, p ← p - rate·g.

    "Stochastic" is the choice of samples that the loss was computed from. The momentum is Polyak's
    (1964), in PyTorch's form.

    >>> x = Graph().value(3.0)
    >>> (x * x).backward()
    >>> SGD([x], 0.1).step()
    >>> round(x.data, 9)
    2.4
    """

    def __init__(
        self, parameters: "Sequence[Value] | array[float]", rate: Rate, momentum: float = 0.0
    ) -> None:
        super().__init__(parameters, rate)
        self.momentum = momentum
        self.velocity = [0.0] * len(self.parameters)

    def update(self, data: Floats, grad: Floats, indices: Iterable[int], rate: float) -> None:
        self.steps += 1
        if not self.momentum:
            for i in indices:
                data[i] -= rate * grad[i]
            return
        velocity = self.velocity
        for n, i in enumerate(indices):
            velocity[n] = self.momentum * velocity[n] + grad[i]
            data[i] -= rate * velocity[n]


class Adam(Optimiser):
    """Steps scaled by running means of each gradient and of its square.

    After the t-th gradient g: m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g², and each parameter moves by
    -rate · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε). D. P. Kingma and J. Ba, "Adam: a method for
    stochastic optimization", ICLR 2015, algorithm 1; computed in the order that the end of their
    section 2 gives, with one division for each parameter.

    >>> x = Graph().value(3.0)
    >>> (x * x).backward()
    >>> Adam([x], 0.1).step()  # the first step is the rate, whatever the gradient
    >>> round(x.data, 6)
    2.9
    """

    def __init__(
        self,
        parameters: "Sequence[Value] | array[float]",
        rate: Rate = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.mean = array("d", bytes(8 * len(self.parameters)))
        self.square = array("d", bytes(8 * len(self.parameters)))

    def update(self, data: Floats, grad: Floats, indices: Iterable[int], rate: float) -> None:
        self.steps += 1
        beta1, beta2 = self.beta1, self.beta2
        mean, square = self.mean.tolist(), self.square.tolist()  # lists are faster to walk
        # The means start at 0, a bias that these take out. Numerator and denominator are both
        # multiplied by the root, so that each parameter takes one division, not three.
        bias1, root = 1 - beta1**self.steps, math.sqrt(1 - beta2**self.steps)
        scale, small = rate * root / bias1, self.epsilon * root
        for n, i in enumerate(indices):
            g = grad[i]
            mean[n] = beta1 * mean[n] + (1 - beta1) * g
            square[n] = beta2 * square[n] + (1 - beta2) * (g * g)
            data[i] -= scale * mean[n] / (math.sqrt(square[n]) + small)
        self.mean, self.square = array("d", mean), array("d", square)
