"""Neurons, layers, networks; and that they learn."""

import math
from array import array
from random import Random

import pytest

from engine import MLP, Adam, Graph, Layer, Neuron, load, moons, xor


def test_a_neuron_is_its_formula():
    graph = Graph()
    neuron = Neuron(graph, 2, Random(1))
    neuron.b.data = 0.5
    (w1, w2), b = (w.data for w in neuron.w), neuron.b.data
    assert neuron([2.0, -1.0]).data == math.tanh(w1 * 2.0 - w2 + b)
    assert neuron.parameters() == [*neuron.w, neuron.b]


@pytest.mark.parametrize(
    ("activation", "expected"), [("tanh", math.tanh(-2.0)), ("relu", 0.0), (None, -2.0)]
)
def test_activations(activation, expected):
    graph = Graph()
    neuron = Neuron(graph, 1, Random(1), activation)
    neuron.w[0].data = 2.0
    assert neuron([-1.0]).data == expected


def test_the_callers_random_numbers_are_the_only_source():
    def weights(seed: int) -> list[float]:
        return [p.data for p in MLP(Graph(), [3, 4, 2], Random(seed)).parameters()]

    assert weights(7) == weights(7)
    assert weights(7) != weights(8)


def test_initial_weights_are_within_their_bound_and_fill_it():
    neuron = Neuron(Graph(), 600, Random(1), "relu")
    weights = [w.data for w in neuron.w]
    assert max(map(abs, weights)) <= math.sqrt(6 / 600)
    variance = sum(w * w for w in weights) / 600
    assert variance == pytest.approx(2 / 600, rel=0.1)
    assert neuron.b.data == 0.0


def test_an_mlp_has_the_parameters_of_its_sizes():
    graph = Graph()
    model = MLP(graph, [2, 16, 16, 1], Random(1))
    assert len(model.parameters()) == 337
    assert len(set(model.parameters())) == 337
    assert all(p.op == "leaf" for p in model.parameters())
    assert len(model([0.5, -0.5])) == 1
    assert model.layers[-1].neurons[0].activation is None
    assert model.layers[0].neurons[0].activation == "relu"
    assert repr(model) == (
        "MLP(Layer(16 × Neuron(2 inputs, relu)), Layer(16 × Neuron(16 inputs, relu)),"
        " Layer(1 × Neuron(16 inputs, linear)); 337 parameters)"
    )


def test_bad_networks_are_refused():
    graph = Graph()
    with pytest.raises(ValueError, match='activation must be "tanh", "relu" or None'):
        Neuron(graph, 2, Random(1), "sigmoid")
    with pytest.raises(ValueError, match="at least one input, not 0"):
        Neuron(graph, 0, Random(1))
    with pytest.raises(ValueError, match=r"at least one layer, not \[2\]"):
        MLP(graph, [2], Random(1))
    with pytest.raises(ValueError, match=r"not \[2, 0\]"):
        MLP(graph, [2, 0], Random(1))
    with pytest.raises(ValueError, match="2 weights, but 3 inputs"):
        Layer(graph, 2, 3, Random(1))([1.0, 2.0, 3.0])


def test_xor_is_learnt():
    graph = Graph()
    model = MLP(graph, [2, 4, 1], Random(3), "tanh", "tanh")
    points, labels = xor()
    optimiser, mark = Adam(model.parameters(), 0.05), len(graph)
    for _ in range(200):
        loss = sum((model(p)[0] - y) ** 2 for p, y in zip(points, labels, strict=True))
        loss.backward()
        optimiser.step()
        found = loss.data
        graph.truncate(mark)
    assert found < 0.05
    for point, label in zip(points, labels, strict=True):
        assert model(point)[0].data * label > 0.8


def test_moons_are_separated_by_one_recorded_step_replayed():
    """Part 5's network and loss; recording once and replaying trains it, too."""
    rng = Random(1)
    points, labels = moons(40, rng)
    graph = Graph()
    model = MLP(graph, [2, 16, 16, 1], rng)
    scores = [model(point)[0] for point in points]
    margins = [(1 - y * s).relu() for y, s in zip(labels, scores, strict=True)]
    loss = sum(margins) / len(points) + 1e-4 * sum(p * p for p in model.parameters())
    optimiser, size = Adam(model.parameters(), 0.03), len(graph)
    for _ in range(100):
        loss.backward()
        optimiser.step()
        graph.replay()
    assert len(graph) == size
    assert all(s.data * y > 0 for s, y in zip(scores, labels, strict=True))


def test_trained_numbers_are_loaded_by_one_call():
    graph = Graph()
    model = MLP(graph, [2, 3, 1], Random(1))
    parameters = model.parameters()
    before = [p.data for p in parameters]
    trained = array("d", [0.125 * k for k in range(13)])
    for numbers, count in ((trained[:12], 12), ([], 0), (range(14), 14)):
        with pytest.raises(ValueError, match=f"load: {count} numbers for 13 parameters"):
            load(parameters, numbers)
    with pytest.raises(ValueError, match=r"load: node 14 is computed \(\*\), not a parameter"):
        load([*parameters[:12], parameters[0] * 2], trained)
    with pytest.raises((TypeError, ValueError), match="float"):
        load(parameters, ["x"] * 13)
    assert [p.data for p in parameters] == before
    load(parameters, trained)
    assert [p.data for p in model.parameters()] == list(trained)
