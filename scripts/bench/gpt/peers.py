"""The same step by others' means, on CPython: C and NumPy by hand, PyTorch and JAX."""

# mypy: allow-untyped-calls

import ctypes
import json
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from scripts.bench.gpt.contenders import Result, timed
from scripts.bench.gpt.model import HEAD, SHAPES, WIDTH
from scripts.bench.gpt.setting import BETA1, BETA2, EPSILON, RATES, STEPS, offsets, records, start

SOURCE = Path(__file__).with_name("gpt.c")


def c_by_hand(flags: str) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "gpt.so"
        command = ["gcc", *flags.split(), "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
        subprocess.run([*command, "-lm"], check=True)
        train = ctypes.CDLL(str(library)).train
    letters = array("i")
    for record in records()[:STEPS]:
        letters.extend([len(record) - 1, *record])
    rates, best = array("d", RATES), float("inf")
    for _ in range(20):
        weights, losses = start(), array("d", bytes(8 * STEPS))
        pointers = [ctypes.c_void_p(a.buffer_info()[0]) for a in (weights, letters, rates, losses)]
        begin = perf_counter()
        train(*pointers, STEPS)
        best = min(best, (perf_counter() - begin) / STEPS)
    return {"losses": list(losses[:3]), "last": sum(losses[-50:]) / 50, "step": best}


def numpy_by_hand() -> Result:
    """All positions of a name at once, with the derivatives written out."""
    import numpy as np

    weights = np.array(start())
    where = offsets()

    def views(flat: Any) -> dict[str, Any]:
        return {
            name: flat[where[name] : where[name] + r * c].reshape(r, c)
            for name, (r, c) in SHAPES.items()
        }

    w, gradient = views(weights), np.zeros_like(weights)
    g = views(gradient)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    steps = 0

    def normal(x: Any) -> Any:
        scale = ((x * x).mean(1, keepdims=True) + 1e-5) ** -0.5
        return x * scale, scale

    def normal_back(d: Any, x: Any, scale: Any) -> Any:
        return d * scale - x * scale**3 * (d * x).sum(1, keepdims=True) / WIDTH

    def step(record: Any, rate: float) -> float:
        nonlocal steps, weights
        steps += 1
        count = len(record) - 1
        letters, following = np.array(record[:-1]), np.array(record[1:])
        x0 = w["letter"][letters] + w["place"][:count]
        x1, s1 = normal(x0)
        x2, s2 = normal(x1)
        q, k, v = (x2 @ w[name].T for name in ("query", "key", "value"))
        by_head = [m.reshape(count, -1, HEAD).transpose(1, 0, 2) for m in (q, k, v)]
        qh, kh, vh = by_head
        scores = qh @ kh.transpose(0, 2, 1) * HEAD**-0.5
        a = np.exp(scores) * np.tri(count)
        a /= a.sum(2, keepdims=True)
        o = (a @ vh).transpose(1, 0, 2).reshape(count, WIDTH)
        x3 = x1 + o @ w["output"].T
        x4, s4 = normal(x3)
        h = np.maximum(x4 @ w["up"].T, 0)
        x5 = x3 + h @ w["down"].T
        e = np.exp(x5 @ w["score"].T)
        p = e / e.sum(1, keepdims=True)
        rows = np.arange(count)
        loss = -np.log(p[rows, following]).mean()
        d = p
        d[rows, following] -= 1
        d /= count
        g["score"][:] = d.T @ x5
        d5 = d @ w["score"]
        g["down"][:] = d5.T @ h
        dh = (d5 @ w["down"]) * (h > 0)
        g["up"][:] = dh.T @ x4
        d3 = d5 + normal_back(dh @ w["up"], x3, s4)
        g["output"][:] = d3.T @ o
        do = (d3 @ w["output"]).reshape(count, -1, HEAD).transpose(1, 0, 2)
        da = do @ vh.transpose(0, 2, 1)
        ds = a * (da - (da * a).sum(2, keepdims=True)) * HEAD**-0.5
        heads = (ds @ kh, ds.transpose(0, 2, 1) @ qh, a.transpose(0, 2, 1) @ do)
        d2 = 0
        for name, dm in zip(("query", "key", "value"), heads, strict=True):
            flat = dm.transpose(1, 0, 2).reshape(count, WIDTH)
            g[name][:] = flat.T @ x2
            d2 = d2 + flat @ w[name]
        d1 = d3 + normal_back(d2, x1, s2)
        d0 = normal_back(d1, x0, s1)
        g["letter"][:] = 0
        np.add.at(g["letter"], letters, d0)
        g["place"][:] = 0
        g["place"][:count] = d0
        mean[:] = BETA1 * mean + (1 - BETA1) * gradient
        square[:] = BETA2 * square + (1 - BETA2) * gradient * gradient
        unbiased = np.sqrt(square / (1 - BETA2**steps)) + EPSILON
        weights -= rate * (mean / (1 - BETA1**steps)) / unbiased
        return float(loss)

    return timed(step, steps=300)


def torch_eager() -> Result:
    """All positions of a name at once, as PyTorch is meant to be used."""
    import torch  # type: ignore[import-not-found]

    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    flat, where = torch.tensor(list(start())), offsets()
    w = {
        name: flat[where[name] : where[name] + r * c].reshape(r, c).clone().requires_grad_()
        for name, (r, c) in SHAPES.items()
    }
    adam = torch.optim.Adam(list(w.values()), 0.01, (BETA1, BETA2), EPSILON)
    functional = torch.nn.functional

    def normal(x: Any) -> Any:
        return x * ((x * x).mean(-1, keepdim=True) + 1e-5) ** -0.5

    def step(record: Any, rate: float) -> float:
        letters, following = torch.tensor(record[:-1]), torch.tensor(record[1:])
        count = len(record) - 1
        x = normal(w["letter"][letters] + w["place"][:count])
        y = normal(x)
        q, k, v = (
            (y @ w[name].T).view(count, -1, HEAD).transpose(0, 1)
            for name in ("query", "key", "value")
        )
        o = functional.scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True)[0]
        x = x + o.transpose(0, 1).reshape(count, WIDTH) @ w["output"].T
        x = x + (normal(x) @ w["up"].T).relu() @ w["down"].T
        loss = functional.cross_entropy(x @ w["score"].T, following)
        adam.param_groups[0]["lr"] = rate
        adam.zero_grad()
        loss.backward()
        adam.step()
        return float(loss)

    return timed(step, steps=100)


def jax_jitted() -> Result:
    """One program for all lengths, by a mask: a step a call, compiled before it is timed."""
    import jax  # type: ignore[import-not-found]
    import jax.numpy as jnp  # type: ignore[import-not-found]
    import numpy as np

    jax.config.update("jax_enable_x64", True)
    where, block = offsets(), SHAPES["place"][0]

    def normal(x: Any) -> Any:
        return x * ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5

    def loss_of(flat: Any, letters: Any, following: Any, count: Any) -> Any:
        w = {
            name: flat[where[name] : where[name] + r * c].reshape(r, c)
            for name, (r, c) in SHAPES.items()
        }
        x = normal(w["letter"][letters] + w["place"])
        y = normal(x)
        q, k, v = (
            (y @ w[name].T).reshape(block, -1, HEAD).transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) * HEAD**-0.5
        scores = jnp.where(jnp.tri(block, dtype=bool), scores, -jnp.inf)
        o = (jax.nn.softmax(scores) @ v).transpose(1, 0, 2).reshape(block, WIDTH)
        x = x + o @ w["output"].T
        x = x + jnp.maximum(normal(x) @ w["up"].T, 0) @ w["down"].T
        each = -jax.nn.log_softmax(x @ w["score"].T)[jnp.arange(block), following]
        return jnp.where(jnp.arange(block) < count, each, 0).sum() / count

    @jax.jit  # type: ignore[untyped-decorator]
    def moved(state: Any, letters: Any, following: Any, count: Any, rate: Any) -> Any:
        flat, mean, square, steps = state
        loss, gradient = jax.value_and_grad(loss_of)(flat, letters, following, count)
        steps = steps + 1
        mean = BETA1 * mean + (1 - BETA1) * gradient
        square = BETA2 * square + (1 - BETA2) * gradient * gradient
        unbiased = jnp.sqrt(square / (1 - BETA2**steps)) + EPSILON
        flat = flat - rate * (mean / (1 - BETA1**steps)) / unbiased
        return (flat, mean, square, steps), loss

    flat = jnp.array(list(start()))
    state = (flat, jnp.zeros_like(flat), jnp.zeros_like(flat), 0.0)

    def padded(numbers: Any) -> Any:
        return np.array([*numbers, *[0] * (block - len(numbers))])

    def step(record: Any, rate: float) -> float:
        nonlocal state
        given = (padded(record[:-1]), padded(record[1:]), float(len(record) - 1))
        state, loss = moved(state, *given, rate)
        return float(loss)

    first = records()[0]
    begin = perf_counter()
    moved(state, padded(first[:-1]), padded(first[1:]), 1.0, 0.0)[1].block_until_ready()
    prepare = perf_counter() - begin
    return {**timed(step, steps=200), "prepare": prepare}


WAYS: dict[str, Callable[[], Result]] = {
    "C by hand, gcc -O2": lambda: c_by_hand("-O2"),
    "C by hand, gcc -O3 -march=native": lambda: c_by_hand("-O3 -march=native"),
    "NumPy by hand": numpy_by_hand,
    "PyTorch, eager": torch_eager,
    "JAX, jit": jax_jitted,
}
NEEDS = {"NumPy by hand": "numpy", "PyTorch, eager": "torch", "JAX, jit": "jax"}


def measure(name: str) -> Result:
    return WAYS[name]()


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
