"""One training step of the two moons by every backend and peer, wherever this runs.

100 points, a 2-16-16-1 network of relus, max-margin loss and L2 penalty, plain gradient descent,
all in float64: micrograd's demonstration. Run by scripts/bench/backends.py on CPython, in Pyodide
under Node and in Chromium. The ways take turns, so that a busy machine disturbs all of them alike.
"""

import importlib.util
from array import array
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random
from time import perf_counter
from typing import Any

from engine import MLP, Graph, Value, moons
from engine.compile import Compiled, Tracer, compile_loss

SIZES = [2, 16, 16, 1]
STEPS = 100
POINTS, LABELS = moons(100, Random(3))
INPUTS = array("d", [number for point in POINTS for number in point])
TARGETS = array("d", LABELS)
RATES = array("d", [1.0 - 0.9 * k / STEPS for k in range(STEPS)])
PENALTY = 1e-4

Step = Callable[[], float]  # returns the seconds of one training step


def margin(model: MLP, point: Any, label: Any) -> Value:
    [score] = model(point)
    loss: Value = (1 - label * score).relu()
    return loss


def start() -> "array[float]":
    """The weights that every way begins with."""
    graph = Graph()
    return array("d", [w.data for w in MLP(graph, SIZES, Random(7)).parameters()])


def traced(backend: str) -> Compiled:
    graph = Tracer()
    model = MLP(graph, SIZES, Random(7))
    x, y = graph.leaves(2), graph.leaves(1)
    loss = margin(model, x, *y) + PENALTY * sum(w**2 for w in model.parameters())
    return compile_loss(loss, model.parameters(), x, y, backend)


def interpreted() -> Step:
    """The engine without a compiler: record the batch, sweep, move."""
    graph = Graph()
    model = MLP(graph, SIZES, Random(7))
    mark = len(graph)

    def step() -> float:
        begin = perf_counter()
        total = sum(margin(model, p, y) for p, y in zip(POINTS, LABELS, strict=True))
        loss = total / len(POINTS) + PENALTY * sum(w**2 for w in model.parameters())
        assert isinstance(loss, Value)
        loss.backward()
        for w in model.parameters():
            w.data -= 0.5 * w.grad
        graph.truncate(mark)
        return perf_counter() - begin

    return step


def compiled(backend: str, steps: int = STEPS) -> Step:
    """Trained from the start: `steps` steps in one call; before that, once to warm up."""
    run, rates = traced(backend), RATES * (steps // STEPS)
    run.train(start(), INPUTS, TARGETS, RATES)

    def step() -> float:
        weights = start()
        begin = perf_counter()
        run.train(weights, INPUTS, TARGETS, rates)
        return (perf_counter() - begin) / steps

    return step


def end_to_end(backend: str) -> Step:
    """A step when 100 of them also pay for tracing and compiling."""

    def step() -> float:
        begin = perf_counter()
        traced(backend).train(start(), INPUTS, TARGETS, RATES)
        return (perf_counter() - begin) / STEPS

    return step


def micrograd() -> Step:
    from micrograd.nn import MLP as Peer  # type: ignore[import-untyped]

    model = Peer(2, [16, 16, 1])

    def step() -> float:
        begin = perf_counter()
        scores = [model(point) for point in POINTS]
        losses = [(1 + -y * score).relu() for y, score in zip(LABELS, scores, strict=True)]
        loss = sum(losses) * (1.0 / len(losses))
        loss = loss + PENALTY * sum(p * p for p in model.parameters())
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.5 * p.grad
        return perf_counter() - begin

    return step


def torch_eager() -> Step:
    """The whole batch as matrices, as PyTorch is meant to be used."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    model = torch.nn.Sequential(linear(2, 16), relu(), linear(16, 16), relu(), linear(16, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    xs, ys = torch.tensor(POINTS), torch.tensor(LABELS, dtype=torch.float64)

    def step() -> float:
        begin = perf_counter()
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = (1 - ys * model(xs).squeeze(1)).relu().mean()
            loss = loss + PENALTY * sum((p * p).sum() for p in model.parameters())
            loss.backward()
            optimizer.step()
        return (perf_counter() - begin) / STEPS

    return step


def numpy_by_hand() -> Step:
    """The whole batch as matrices, with the derivatives written out."""
    import numpy as np

    rng = np.random.default_rng(7)
    ws = [rng.uniform(-1, 1, (i, o)) for i, o in pairwise(SIZES)]
    bs = [np.zeros(o) for o in SIZES[1:]]
    xs, ys = np.array(POINTS), np.array(LABELS, dtype=float)[:, None]

    def step() -> float:
        begin = perf_counter()
        for _ in range(STEPS):
            h1 = np.maximum(xs @ ws[0] + bs[0], 0)
            h2 = np.maximum(h1 @ ws[1] + bs[1], 0)
            d3 = np.where(1 - ys * (h2 @ ws[2] + bs[2]) > 0, -ys / len(xs), 0)
            d2 = (d3 @ ws[2].T) * (h2 > 0)
            d1 = (d2 @ ws[1].T) * (h1 > 0)
            layers = zip(ws, bs, (xs, h1, h2), (d1, d2, d3), strict=True)
            for w, b, h, d in layers:
                gradient = h.T @ d + 2 * PENALTY * w
                w -= 0.5 * gradient
                b -= 0.5 * (d.sum(0) + 2 * PENALTY * b)
        return (perf_counter() - begin) / STEPS

    return step


def ways() -> dict[str, Step]:
    """What can be measured here, by name."""
    found: dict[str, Step] = {"micrograd": micrograd(), "engine": interpreted()}
    for backend in ("python", "wasm"):
        found[f"compiled to {backend}"] = compiled(backend, STEPS if backend == "python" else 1000)
        found[f"{backend}, tracing and compiling included"] = end_to_end(backend)
    for name, peer in (("torch", torch_eager), ("numpy", numpy_by_hand)):
        if importlib.util.find_spec(name):
            found[name] = peer()
    return found


def compile_large(nodes: int = 100_000) -> float:
    """Seconds from nothing to a program for a graph of this many nodes."""
    begin = perf_counter()
    graph = Tracer()
    weights, x = graph.leaves(50), graph.leaves(2)
    v = weights[0] * x[0]
    while len(graph) < nodes:
        v = (v * weights[len(graph) % 50] + x[len(graph) % 2]).tanh()
    compile_loss(v, weights, x, backend="wasm")
    return perf_counter() - begin


def measure(rounds: int, more: Mapping[str, Step] | None = None) -> dict[str, Any]:
    """Seconds of a step by each way, and by `more`, round by round; and of compiling 100,000
    nodes."""
    found = {**ways(), **(more or {})}
    return {
        "seconds": [{name: step() for name, step in found.items()} for _ in range(rounds)],
        "large": min(compile_large() for _ in range(2)),
    }
