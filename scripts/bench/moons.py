"""The moons by every contender: the same 100 steps from the same weights, each in its own process.

100 points, a 2-16-16-1 network, max-margin loss and L2 penalty, plain gradient descent with falling
rates, all in float64: micrograd's demonstration; and once more with tanh in place of relu. Run by
scripts/bench/engine.py, one contender a process, on CPython, in Pyodide under Node and in Chromium:

    python -m scripts.bench.moons CONTENDER ROUNDS STEPS

prints its losses, which have to be those of all others, and the seconds of a step, as JSON.
"""

import gc
import importlib.util
import json
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from random import Random
from time import perf_counter
from typing import Any

from engine import MLP, Graph
from engine.compile import Compiled, Tracer, compile_loss
from scripts.bench import tape
from scripts.bench.tape import LABELS, PENALTY, POINTS, SIZES

INPUTS = array("d", [number for point in POINTS for number in point])
TARGETS = array("d", LABELS)
MANY = 10  # times all steps in one call, where a call is all that is measured

Run = tuple[list[float], float]  # the losses of the steps, the seconds of one
Contender = Callable[[int], Run]  # of so many steps


def rates(steps: int) -> "array[float]":
    return array("d", [tape.rate(step) for step in range(steps)])


def start() -> "array[float]":
    """The weights that every contender begins with: by layer and neuron, its weights and bias."""
    return array("d", [w.data for w in MLP(Graph(), SIZES, Random(7)).parameters()])


def one_by_one(
    step: Callable[[], Any], steps: int, between: Callable[[], Any] | None = None
) -> Run:
    """Each step timed for itself, without what happens between them."""
    losses, seconds = [], 0.0
    for _ in range(steps):
        begin = perf_counter()
        loss = step()
        seconds += perf_counter() - begin
        losses.append(loss)
        if between:
            between()
    return [float(loss) for loss in losses], seconds / steps


def at_once(train: Callable[["array[float]", "array[float]"], Sequence[float]], steps: int) -> Run:
    """All steps in one call, after a call to warm up; MANY times the steps, to measure well."""
    many = rates(steps) * MANY
    train(start(), many)
    weights = start()
    begin = perf_counter()
    losses = train(weights, many)
    seconds = (perf_counter() - begin) / len(many)
    return [float(loss) for loss in losses[:steps]], seconds


def recorded(way: str, steps: int, collector: bool = True) -> Run:
    """micrograd or the tape, as scripts/bench/tape.py has them."""
    trainer = tape.trainer(way)
    if collector:
        return one_by_one(trainer.step, steps)
    gc.disable()  # its graphs are cycles: they are collected between the steps, or memory would end
    try:
        return one_by_one(trainer.step, steps, gc.collect)
    finally:
        gc.enable()


def traced(backend: str, activation: str) -> Compiled:
    graph = Tracer()
    model = MLP(graph, SIZES, Random(7), activation)
    x, [y] = graph.leaves(2), graph.leaves(1)
    [score] = model(x)
    loss = (1 - y * score).relu() + PENALTY * sum(w**2 for w in model.parameters())
    return compile_loss(loss, model.parameters(), x, [y], backend)


def compiled(backend: str, activation: str, steps: int) -> Run:
    run = traced(backend, activation)
    return at_once(lambda weights, rates: run.train(weights, INPUTS, TARGETS, rates), steps)


def compiled_step_by_step(backend: str, activation: str, steps: int) -> Run:
    run, weights, rate = traced(backend, activation), start(), iter([[r] for r in rates(steps)])
    run.train(start(), INPUTS, TARGETS, [0.1])
    return one_by_one(lambda: run.train(weights, INPUTS, TARGETS, next(rate))[0], steps)


def from_nothing(backend: str, activation: str, steps: int) -> Run:
    """Traced and compiled within the time."""
    begin = perf_counter()
    losses = traced(backend, activation).train(start(), INPUTS, TARGETS, rates(steps))
    return list(losses), (perf_counter() - begin) / steps


def in_c(flags: str, steps: int) -> Run:
    from scripts.bench.native import trainer

    return at_once(trainer(flags), steps)


def layers(weights: "array[float]") -> list[tuple[list[list[float]], list[float]]]:
    """(rows of weights, biases) of each layer."""
    numbers, out = iter(weights), []
    for inputs, outputs in pairwise(SIZES):
        rows = [[next(numbers) for _ in range(inputs + 1)] for _ in range(outputs)]
        out.append(([row[:-1] for row in rows], [row[-1] for row in rows]))
    return out


def with_torch(steps: int) -> Run:
    """The whole batch as matrices, as PyTorch is meant to be used."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    model = torch.nn.Sequential(linear(2, 16), relu(), linear(16, 16), relu(), linear(16, 1))
    with torch.no_grad():
        for layer, (w, b) in zip(model[::2], layers(start()), strict=True):
            layer.weight.copy_(torch.tensor(w))
            layer.bias.copy_(torch.tensor(b))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    xs, ys, rate = (
        torch.tensor(POINTS),
        torch.tensor(LABELS, dtype=torch.float64),
        iter(rates(steps)),
    )

    def step() -> Any:
        optimizer.param_groups[0]["lr"] = next(rate)
        optimizer.zero_grad()
        loss = (1 - ys * model(xs).squeeze(1)).relu().mean()
        loss = loss + PENALTY * sum((p * p).sum() for p in model.parameters())
        loss.backward()
        optimizer.step()
        return loss.detach()

    return one_by_one(step, steps)


def with_numpy(steps: int) -> Run:
    """The whole batch as matrices, with the derivatives written out."""
    import numpy as np

    ws = [np.array(w).T for w, _ in layers(start())]
    bs = [np.array(b) for _, b in layers(start())]
    xs, ys, rate = np.array(POINTS), np.array(LABELS, dtype=float)[:, None], iter(rates(steps))

    def step() -> Any:
        nonlocal ws, bs
        h1 = np.maximum(xs @ ws[0] + bs[0], 0)
        h2 = np.maximum(h1 @ ws[1] + bs[1], 0)
        margin = 1 - ys * (h2 @ ws[2] + bs[2])
        loss = np.maximum(margin, 0).mean() + PENALTY * sum((p * p).sum() for p in (*ws, *bs))
        d3 = np.where(margin > 0, -ys / len(xs), 0)
        d2 = (d3 @ ws[2].T) * (h2 > 0)
        d1 = (d2 @ ws[1].T) * (h1 > 0)
        r, gradients = next(rate), list(zip((xs, h1, h2), (d1, d2, d3), strict=True))
        ws = [w - r * (h.T @ d + 2 * PENALTY * w) for w, (h, d) in zip(ws, gradients, strict=True)]
        bs = [b - r * (d.sum(0) + 2 * PENALTY * b) for b, (_, d) in zip(bs, gradients, strict=True)]
        return loss

    return one_by_one(step, steps)


def _jax() -> tuple[Any, Any, Any]:
    """(jax, the weights to start with, the step (weights, rate) -> (weights, loss))."""
    import jax  # type: ignore[import-not-found]
    import jax.numpy as jnp  # type: ignore[import-not-found]

    jax.config.update("jax_enable_x64", True)
    xs, ys = jnp.array(POINTS), jnp.array(LABELS, dtype=float)[:, None]

    def loss_of(parameters: Any) -> Any:
        h = xs
        for w, b in parameters[:-1]:
            h = jnp.where((s := h @ w.T + b) > 0, s, 0)  # with relu'(0) = 0
        w, b = parameters[-1]
        margin = 1 - ys * (h @ w.T + b)
        penalty = sum((p * p).sum() for layer in parameters for p in layer)
        return jnp.where(margin > 0, margin, 0).mean() + PENALTY * penalty

    def step(parameters: Any, rate: Any) -> Any:
        loss, gradient = jax.value_and_grad(loss_of)(parameters)
        return jax.tree.map(lambda p, g: p - rate * g, parameters, gradient), loss

    return jax, [(jnp.array(w), jnp.array(b)) for w, b in layers(start())], step


def with_jax(steps: int) -> Run:
    """A jitted step a call, its loss not waited for."""
    jax, first, step = _jax()
    jitted, all_rates = jax.jit(step), list(rates(steps))
    jax.block_until_ready(jitted(first, all_rates[0]))
    parameters, losses = first, []
    begin = perf_counter()
    for rate in all_rates:
        parameters, loss = jitted(parameters, rate)
        losses.append(loss)
    jax.block_until_ready(parameters)
    seconds = (perf_counter() - begin) / steps
    return [float(loss) for loss in losses], seconds


def with_jax_scan(steps: int) -> Run:
    """All steps in one jitted lax.scan."""
    jax, first, step = _jax()
    train = jax.jit(lambda all_rates: jax.lax.scan(step, first, all_rates)[1])

    def run(_: "array[float]", all_rates: "array[float]") -> Any:
        return jax.block_until_ready(train(jax.numpy.array(all_rates)))

    return at_once(run, steps)


MICROGRAD, NO_COLLECTOR = "micrograd", "micrograd, collector off"
WASM, WASM_STEPS, JAX_STEPS = "compiled to wasm", "wasm, a step a call", "jax.jit, a step a call"
WASM_TANH, C_TANH = "tanh: compiled to wasm", "tanh: C by hand, gcc -O2"
C, C_NATIVE = "C by hand, gcc -O2", "C by hand, gcc -O3 -march=native"
CONTENDERS: dict[str, Contender] = {
    MICROGRAD: partial(recorded, "micrograd"),
    NO_COLLECTOR: partial(recorded, "micrograd", collector=False),
    **{way: partial(recorded, way) for way in tape.WAYS if way != "micrograd"},
    "compiled to python": partial(compiled, "python", "relu"),
    "python, tracing and compiling included": partial(from_nothing, "python", "relu"),
    WASM: partial(compiled, "wasm", "relu"),
    "wasm, tracing and compiling included": partial(from_nothing, "wasm", "relu"),
    WASM_STEPS: partial(compiled_step_by_step, "wasm", "relu"),
    C: partial(in_c, "-O2"),
    C_NATIVE: partial(in_c, "-O3 -march=native"),
    "numpy by hand, a step a call": with_numpy,
    "torch, a step a call": with_torch,
    JAX_STEPS: with_jax,
    "jax, all steps in a lax.scan": with_jax_scan,
    "tanh: compiled to python": partial(compiled, "python", "tanh"),
    WASM_TANH: partial(compiled, "wasm", "tanh"),
    C_TANH: partial(in_c, "-O2 -DTANH"),
}
ONCE = {MICROGRAD, NO_COLLECTOR}  # whose hundred steps take a minute or two
LIBRARY = {"numpy": "numpy", "torch": "torch", "jax": "jax"}


def installed(name: str) -> bool:
    """Whether this process has what the contender needs."""
    if name in (C, C_NATIVE, C_TANH):
        import shutil

        return sys.platform != "emscripten" and bool(shutil.which("gcc"))
    library = LIBRARY.get(name.split(",")[0].split(".")[0].split()[0])
    return library is None or importlib.util.find_spec(library) is not None


def measure(name: str, rounds: int, steps: int) -> dict[str, Any] | None:
    """The losses, and the seconds of a step in each round; None if it is not installed."""
    if not installed(name):
        return None
    runs = [CONTENDERS[name](steps) for _ in range(1 if name in ONCE else rounds)]
    return {"losses": runs[0][0], "seconds": [seconds for _, seconds in runs]}


if __name__ == "__main__":
    contender, *numbers = sys.argv[1:]
    print(json.dumps(measure(contender, *map(int, numbers))))
