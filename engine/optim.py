"""Optimisers: they move parameters, after backward() has filled the gradients."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from engine.graph import Value

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """The same rate at every step."""
    return lambda step: rate


def linear(start: float, end: float, steps: int) -> Schedule:
    """In a straight line from `start` at step 0 to `end` at step `steps`, where it stays."""
    return lambda step: start + (end - start) * min(step / steps, 1.0)


def cosine(start: float, end: float, steps: int) -> Schedule:
    """From `start` to `end` along half a cosine (Loshchilov and Hutter, SGDR, ICLR 2017)."""
    return lambda step: end + (start - end) * (1 + math.cos(math.pi * min(step / steps, 1.0))) / 2


class Optimiser(ABC):
    """What the optimisers share: the parameters, the rate of each step, and the count of steps.

    `rate` is a number or a schedule, a function of the step's number, from 0. Raises ValueError if
    there are no parameters, or one is not a leaf or belongs to another graph than the first.
    """

    def __init__(self, parameters: Sequence[Value], rate: float | Schedule) -> None:
        if not parameters:
            raise ValueError("an optimiser needs at least one parameter")
        self.graph = parameters[0].graph
        self.indices = [self.graph.index(p, type(self).__name__) for p in parameters]
        for i in self.indices:
            if self.graph.op[i] != "leaf":
                raise ValueError(f"node {i} is computed ({self.graph.op[i]}), not a parameter")
        self.rate = rate if callable(rate) else constant(rate)
        self.steps = 0

    def step(self) -> None:
        """Move every parameter by its gradient. Raises ValueError before the first backward()."""
        grad = self.graph.grad
        if len(grad) <= max(self.indices):
            raise ValueError("step() needs gradients: call backward() on the loss first")
        self.update(self.graph.data, grad, self.rate(self.steps))
        self.steps += 1

    @abstractmethod
    def update(self, data: list[float], grad: Sequence[float], rate: float) -> None:
        """Change data[i] for each i of self.indices."""


class SGD(Optimiser):
    """Gradient descent: v ← momentum·v + g, p ← p - rate·v; without momentum, p ← p - rate·g.

    "Stochastic" is the choice of samples that the loss was computed from. The momentum is Polyak's
    (1964), in PyTorch's form.
    """

    def __init__(
        self, parameters: Sequence[Value], rate: float | Schedule, momentum: float = 0.0
    ) -> None:
        super().__init__(parameters, rate)
        self.momentum = momentum
        self.velocity = [0.0] * len(parameters)

    def update(self, data: list[float], grad: Sequence[float], rate: float) -> None:
        if not self.momentum:
            for i in self.indices:
                data[i] -= rate * grad[i]
            return
        velocity = self.velocity
        for n, i in enumerate(self.indices):
            velocity[n] = self.momentum * velocity[n] + grad[i]
            data[i] -= rate * velocity[n]


class Adam(Optimiser):
    """Steps scaled by running means of each gradient and of its square.

    D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
    """

    def __init__(
        self,
        parameters: Sequence[Value],
        rate: float | Schedule = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(parameters, rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.mean = [0.0] * len(parameters)
        self.square = [0.0] * len(parameters)

    def update(self, data: list[float], grad: Sequence[float], rate: float) -> None:
        beta1, beta2, mean, square = self.beta1, self.beta2, self.mean, self.square
        # The means start at 0; dividing by these takes that bias out.
        bias1, bias2 = 1 - beta1 ** (self.steps + 1), 1 - beta2 ** (self.steps + 1)
        for n, i in enumerate(self.indices):
            g = grad[i]
            mean[n] = beta1 * mean[n] + (1 - beta1) * g
            square[n] = beta2 * square[n] + (1 - beta2) * g * g
            data[i] -= rate * (mean[n] / bias1) / (math.sqrt(square[n] / bias2) + self.epsilon)
