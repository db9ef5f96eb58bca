"""The tape and micrograd as trainers of the moons, for scripts/bench/moons.py; and what else
scripts/bench/engine.py measures of them, wherever this runs: an expression, depth, memory.
"""

import gc
import json
import math
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from random import Random
from time import perf_counter, process_time
from typing import Any

from micrograd.engine import Value as PeerValue  # type: ignore[import-untyped]
from micrograd.nn import MLP as PeerMLP  # type: ignore[import-untyped]

from engine import MLP, Graph, Value, moons
from engine.compile import Tracer, compile_loss

POINTS, LABELS = moons(100, Random(3))
SIZES = [2, 16, 16, 1]
PENALTY = 1e-4


def rate(step: int) -> float:
    return 1.0 - 0.9 * step / 100


def loss_of(scores: Sequence[Any], parameters: Sequence[Any]) -> Any:
    losses = [(1 + -y * score).relu() for y, score in zip(LABELS, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + PENALTY * sum(p * p for p in parameters)


class Peer:
    """micrograd, as its demonstration trains it."""

    def __init__(self, weights: Sequence[float]) -> None:
        self.model = PeerMLP(*SIZES[:1], SIZES[1:])
        self.parameters = self.model.parameters()
        for p, w in zip(self.parameters, weights, strict=True):
            p.data = w
        self.steps = 0

    def step(self) -> float:
        scores = [self.model([PeerValue(x) for x in point]) for point in POINTS]
        loss = loss_of(scores, self.parameters)
        self.model.zero_grad()
        loss.backward()
        for p in self.parameters:
            p.data -= rate(self.steps) * p.grad
        self.steps += 1
        self.loss = loss  # as the demonstration's loop does: the last graph lives on for a step
        return float(loss.data)

    def gradients(self) -> list[float]:
        return [p.grad for p in self.parameters]


class Tape:
    """Ours: recorded anew for each step, or recorded once and replayed."""

    def __init__(self, weights: Sequence[float], dot: bool, replay: bool) -> None:
        self.graph = Graph()
        self.model = MLP(self.graph, SIZES, Random(0))
        self.parameters = self.model.parameters()
        for p, w in zip(self.parameters, weights, strict=True):
            p.data = w
        self.dot, self.mark, self.steps = dot, len(self.graph), 0
        self.loss = self.record() if replay else None

    def score(self, point: Sequence[float]) -> Value:
        if self.dot:
            return self.model(point)[0]
        xs: Sequence[Any] = [self.graph.value(x) for x in point]
        for layer in self.model.layers:  # as micrograd adds up, so that the sums agree bit for bit
            outs = []
            for neuron in layer.neurons:
                out = neuron.b
                for w, x in zip(neuron.w, xs, strict=True):
                    out = out + w * x
                outs.append(out)
            xs = outs if layer is self.model.layers[-1] else [out.relu() for out in outs]
        score: Value = xs[0]
        return score

    def record(self) -> Value:
        loss: Value = loss_of([self.score(point) for point in POINTS], self.parameters)
        return loss

    def step(self) -> float:
        if self.loss is not None:
            loss = self.loss
            self.graph.replay()
        else:
            self.graph.truncate(self.mark)
            loss = self.record()
        found = loss.data
        loss.backward()
        data, grad, change = self.graph.data, self.graph.grad, rate(self.steps)
        for i in range(self.mark):
            data[i] -= change * grad[i]
        self.steps += 1
        return found

    def gradients(self) -> list[float]:
        return self.graph.grad[: self.mark]


WAYS: dict[str, Callable[[Sequence[float]], Peer | Tape]] = {
    "micrograd": Peer,
    "eager": lambda weights: Tape(weights, dot=False, replay=False),
    "eager, dot": lambda weights: Tape(weights, dot=True, replay=False),
    "replay": lambda weights: Tape(weights, dot=False, replay=True),
    "replay, dot": lambda weights: Tape(weights, dot=True, replay=True),
}


def trainer(name: str) -> Peer | Tape:
    """One of WAYS, from the weights that all of them begin with."""
    return WAYS[name]([p.data for p in MLP(Graph(), SIZES, Random(7)).parameters()])


def agree() -> None:
    """Three steps by each way give the same losses and gradients, or this raises."""
    seen = {}
    for name in WAYS:
        way = trainer(name)
        seen[name] = [*(way.step() for _ in range(3)), *way.gradients()]
    expected = seen.pop("micrograd")
    for name, found in seen.items():
        pairs = zip(expected, found, strict=True)
        if not all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs):
            raise AssertionError(f"{name}: not micrograd's losses and gradients")


def processor_time() -> float:
    """Seconds that this process has computed; in Pyodide, whose own clock is the wall's, Node's."""
    if sys.platform != "emscripten":
        return process_time()
    from js import process

    used = process.cpuUsage()
    return float(used.user + used.system) / 1e6


def timed(run: Callable[[], object], times: int = 1) -> float:
    """Seconds of processor time for one call: with the collector's work for it, not for before."""
    gc.collect()
    begin = processor_time()
    for _ in range(times):
        run()
    return (processor_time() - begin) / times


def readme(a: Any, b: Any) -> Any:
    """The expression of micrograd's README."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def readme_ours() -> tuple[float, float, float]:
    graph = Graph()
    a, b = graph.value(-4.0), graph.value(2.0)
    g = readme(a, b)
    g.backward()
    return g.data, a.grad, b.grad


def readme_peer() -> tuple[float, float, float]:
    a, b = PeerValue(-4.0), PeerValue(2.0)
    g = readme(a, b)
    g.backward()
    return g.data, a.grad, b.grad


def readme_runs(rounds: int) -> list[dict[str, float]]:
    """Seconds of the expression and its gradient."""
    for ours, theirs in zip(readme_ours(), readme_peer(), strict=True):
        if not math.isclose(ours, theirs, rel_tol=1e-12):
            raise AssertionError(f"README expression: {ours} is not micrograd's {theirs}")
    out = []
    for _ in range(rounds):
        found = {"micrograd": timed(readme_peer, 300), "README expression": timed(readme_ours, 300)}
        gc.disable()
        found["micrograd, collector off"] = timed(readme_peer, 300)
        gc.enable()
        out.append(found)
    return out


def deep(depth: int = 100_000) -> dict[str, Any]:
    """A deep chain, there and back: our seconds, and what micrograd does at that depth."""
    graph = Graph()
    x = graph.value(1.0)

    def run() -> None:
        y = x
        for _ in range(depth):
            y = y * x
        y.backward()
        if x.grad != depth + 1:
            raise AssertionError(f"gradient {x.grad} of x ** {depth} at 1")
        graph.truncate(1)

    y = peer = PeerValue(1.0)
    for _ in range(depth):
        y = y * peer
    try:
        y.backward()
        theirs = "works"
    except RecursionError:
        theirs = "RecursionError"
    return {"seconds": timed(run), "micrograd": theirs}


def bytes_per_node(make: Callable[[int], object], nodes: int) -> float:
    """Of memory that Python allocates for a chain with its gradients."""
    gc.collect()
    tracemalloc.start()
    kept = make(nodes)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return size / nodes


def chain_ours(nodes: int) -> Graph:
    graph = Graph()
    x = y = graph.value(1.000001)
    for _ in range(nodes // 2):
        y = y * x - x
    y.backward()
    return graph


def chain_theirs(nodes: int) -> PeerValue:
    """Without backward(), a RecursionError at this depth; the nodes have a grad already."""
    x = y = PeerValue(1.000001)
    for _ in range(nodes // 2):
        y = y * x + x
    return y


def heap_growth(steps: int = 100) -> int | None:
    """Bytes that WebAssembly takes more while training, once it is going; None outside Pyodide."""
    if sys.platform != "emscripten":
        return None
    import pyodide_js

    way = trainer("eager")
    for _ in range(3):
        way.step()
    before = pyodide_js._module.HEAPU8.length
    for _ in range(steps):
        way.step()
    return int(pyodide_js._module.HEAPU8.length - before)


def measure(rounds: int) -> dict[str, Any]:
    """Everything, as numbers; times in seconds, memory in bytes."""
    agree()
    return {
        "readme": readme_runs(rounds),
        "deep": deep(),
        "bytes per node": {
            "engine": bytes_per_node(chain_ours, 1_000_000),
            "micrograd": bytes_per_node(chain_theirs, 100_000),
        },
        "heap growth": heap_growth(),
        "large": min(compile_large() for _ in range(2)),
    }


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


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
