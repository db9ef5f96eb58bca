"""What follows a gradient: the two updates that a training loop can have compiled in."""

from array import array
from dataclasses import dataclass, field


@dataclass
class Adam:
    """Adam's settings and its state, which lives on between calls of `train`.

    After the t-th gradient g: m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g², and each parameter moves by
    -rate · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε). Source: D. P. Kingma and J. Ba, "Adam: a method
    for stochastic optimization", ICLR 2015, algorithm 1.
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    t: int = 0  # gradients seen
    m: "array[float]" = field(default_factory=lambda: array("d"))  # running mean of g
    v: "array[float]" = field(default_factory=lambda: array("d"))  # running mean of g²

    def fit(self, parameters: int) -> None:
        """Start from zeros at the first use. Raises ValueError at one with another model."""
        if not self.t:
            self.m = array("d", bytes(8 * parameters))
            self.v = array("d", bytes(8 * parameters))
        elif len(self.m) != parameters:
            raise ValueError(f"this Adam has {len(self.m)} parameters, the loss {parameters}")

    def update(self, parameters: "array[float]", gradient: "array[float]", rate: float) -> None:
        """Move the parameters, in place."""
        self.t += 1
        b1, b2, m, v = self.beta1, self.beta2, self.m, self.v
        c1, c2 = 1.0 - b1**self.t, 1.0 - b2**self.t
        for k, g in enumerate(gradient):
            m[k] = b1 * m[k] + (1.0 - b1) * g
            v[k] = b2 * v[k] + (1.0 - b2) * (g * g)
            parameters[k] -= rate * (m[k] / c1) / ((v[k] / c2) ** 0.5 + self.epsilon)


def sgd(parameters: "array[float]", gradient: "array[float]", rate: float) -> None:
    """Gradient descent: each parameter moves by -rate · ∂loss/∂parameter, in place."""
    for k, g in enumerate(gradient):
        parameters[k] -= rate * g
