"""Networks of neurons. Everything is made of Values; nothing here knows a derivative."""

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from random import Random

from engine.advice import Advised
from engine.graph import Graph, Value, dot

ACTIVATIONS: dict[str | None, Callable[[Value], Value]] = {
    "tanh": Value.tanh,
    "relu": Value.relu,
    None: lambda x: x,
}


def load(parameters: Sequence[Value], numbers: Iterable[float]) -> None:
    """Give the parameters these numbers, in the same order: those that a compiled loss trained.

    >>> g = Graph()
    >>> w = [g.value(0.0), g.value(0.0)]
    >>> load(w, [0.5, -1.0])
    >>> [p.data for p in w]
    [0.5, -1.0]

    Raises ValueError if there are not as many, or one of the parameters is not a leaf; then all
    stay as they were.
    """
    found = [float(number) for number in numbers]
    if len(found) != len(parameters):
        raise ValueError(f"load: {len(found)} numbers for {len(parameters)} parameters")
    for p in parameters:
        if not isinstance(p, Value):
            raise TypeError(f"load: expected a Value, not {type(p).__name__} {p!r:.40}")
        if p.op != "leaf":
            raise ValueError(f"load: node {p.index} is computed ({p.op}), not a parameter")
    for p, number in zip(parameters, found, strict=True):
        p.data = number


class Neuron(Advised):
    """activation(w·x + b) for `inputs` inputs.

    The weights are drawn from `rng`, uniformly within ±√(gain / inputs), so that the output varies
    about as much as each input: gain 3 keeps the variance, and 6 makes up for the half that a relu
    cuts off (He et al., "Delving deep into rectifiers", ICCV 2015). The bias starts at 0.

    >>> Neuron(Graph(), 3, Random(1))([0.0, 0.0, 0.0]).data
    0.0

    Raises ValueError for an unknown activation or no inputs.
    """

    def __init__(
        self, graph: Graph, inputs: int, rng: Random, activation: str | None = "tanh"
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f'activation must be "tanh", "relu" or None, not {activation!r}')
        if inputs < 1:
            raise ValueError(f"a neuron needs at least one input, not {inputs}")
        bound = sqrt((6 if activation == "relu" else 3) / inputs)
        self.w = [graph.value(rng.uniform(-bound, bound)) for _ in range(inputs)]
        self.b = graph.value(0.0)
        self.activation = activation

    def __call__(self, xs: Sequence[Value | float]) -> Value:
        """Raises ValueError if there are not as many xs as weights."""
        return ACTIVATIONS[self.activation](dot(self.w, xs) + self.b)

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)} inputs, {self.activation or 'linear'})"


class Layer(Advised):
    """`outputs` neurons that read the same `inputs` inputs.

    >>> len(Layer(Graph(), 3, 4, Random(1)).parameters())
    16
    """

    def __init__(
        self,
        graph: Graph,
        inputs: int,
        outputs: int,
        rng: Random,
        activation: str | None = "tanh",
    ) -> None:
        self.neurons = [Neuron(graph, inputs, rng, activation) for _ in range(outputs)]

    def __call__(self, xs: Sequence[Value | float]) -> list[Value]:
        return [neuron(xs) for neuron in self.neurons]

    def parameters(self) -> list[Value]:
        """Those of each neuron in turn."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer({len(self.neurons)} × {self.neurons[0]!r})"


class MLP(Advised):
    """A multilayer perceptron: MLP(graph, [2, 16, 16, 1], rng) has 2 inputs and 1 output.

    >>> model = MLP(Graph(), [2, 16, 16, 1], Random(1))
    >>> [score] = model([0.5, -1.0])
    >>> len(model.parameters())
    337

    The last layer has no activation, unless `last` names one. Raises ValueError for fewer than two
    sizes or a size below 1.
    """

    def __init__(
        self,
        graph: Graph,
        sizes: Sequence[int],
        rng: Random,
        activation: str | None = "relu",
        last: str | None = None,
    ) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes must be the inputs and at least one layer, not {sizes}")
        self.graph = graph
        kinds = [activation] * (len(sizes) - 2) + [last]
        self.layers = [
            Layer(graph, inputs, outputs, rng, kind)
            for inputs, outputs, kind in zip(sizes[:-1], sizes[1:], kinds, strict=True)
        ]

    def __call__(self, xs: Sequence[Value | float]) -> list[Value]:
        """The outputs, always as a list: `[score] = model(xs)` for one."""
        values = [x if isinstance(x, Value) else self.graph.value(x) for x in xs]
        for layer in self.layers:
            values = layer(values)
        return values

    def parameters(self) -> list[Value]:
        """Those of each layer in turn."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP({', '.join(map(repr, self.layers))}; {len(self.parameters())} parameters)"
