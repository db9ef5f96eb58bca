"""The ways to train the GPT, each for a process of its own; here those that are only Python.

measure(name) trains by one of them, and returns

    losses   of the first three steps, to compare
    step     seconds of a step, the least of some rounds
    prepare  seconds until the first step can be taken, where that is worth a mention
    bytes    of the module, where there is one
"""

# mypy: allow-untyped-calls

import gc
import json
import sys
from array import array
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from engine import Adam, Graph, load
from engine.compile import Tracer, compile_sequence
from engine.compile.sequence import CompiledSequence
from scripts.bench.gpt.model import BLOCK, gpt, losses, matrices, surprise, total
from scripts.bench.gpt.scalar import Training
from scripts.bench.gpt.setting import BETA1, BETA2, RATES, STEPS, records, start

Result = dict[str, Any]
Step = Callable[[Sequence[int], float], float]  # trains by a record at a rate; its loss


def timed(step: Step, steps: int, rounds: int = 3) -> Result:
    """Some steps in a row as one round; the losses are those of the first three of all."""
    names, found, k, best = records(), [], 0, float("inf")
    for _ in range(rounds):
        gc.collect()
        begin = perf_counter()
        for _ in range(steps):
            found.append(step(names[k], RATES[k]))
            k += 1
        best = min(best, (perf_counter() - begin) / steps)
    return {"losses": found[:3], "step": best}


def as_written() -> Result:
    return timed(Training(start()).step, steps=4)


def tape() -> Result:
    """The engine, which records each name anew."""
    graph = Graph()
    parameters = [graph.value(w) for w in start()]
    model, mark = matrices(parameters), len(graph)
    adam = Adam(parameters, 0.01, BETA1, BETA2)

    def step(record: Sequence[int], rate: float) -> float:
        found = losses(model, record[:-1], record[1:])
        loss = total(found) / len(found)
        loss.backward()
        adam.rate = lambda _: rate
        adam.step()
        value: float = loss.data
        graph.truncate(mark)
        return value

    return timed(step, steps=12)


def replay() -> Result:
    """Recorded once for each length; the letters are leaves, to be picked by."""
    weights = start()
    adam = Adam(weights, 0.01, BETA1, BETA2)
    tapes: dict[int, Any] = {}

    def recorded(count: int) -> Any:
        graph = Graph()
        parameters = [graph.value(w) for w in weights]
        given = [graph.value(0.0) for _ in range(2 * count)]
        found = losses(matrices(parameters), given[:count], given[count:])
        return graph, parameters, given, total(found) / count

    def step(record: Sequence[int], rate: float) -> float:
        count = len(record) - 1
        if count not in tapes:
            tapes[count] = recorded(count)
        graph, parameters, given, loss = tapes[count]
        load(parameters, weights)
        load(given, [*record[:-1], *record[1:]])
        graph.replay()
        loss.backward()
        gradient = graph.grad[: len(weights)]
        adam.update(weights, gradient, range(len(weights)), rate)
        value: float = loss.data
        return value

    names = records()
    for count in {len(name) - 1 for name in names[:60]}:
        tapes[count] = recorded(count)
    return timed(step, steps=20)


def compiled() -> CompiledSequence:
    """Traced, rolled, compiled."""
    graph = Tracer()
    parameters = graph.leaves(len(start()))
    letters, following = graph.leaves(BLOCK), graph.leaves(BLOCK)
    scores = gpt(matrices(parameters), letters)
    each = [surprise(*pair) for pair in zip(scores, following, strict=True)]
    return compile_sequence(each, parameters, letters, following, outputs=scores)


def rolled() -> Result:
    prepare = best = float("inf")
    for _ in range(3):
        begin = perf_counter()
        run = compiled()
        prepare = min(prepare, perf_counter() - begin)
    names, found = records(), array("d")
    for _ in range(20):
        weights = start()
        adam = Adam(weights, 0.01, BETA1, BETA2)
        begin = perf_counter()
        found = run.train(weights, names, RATES, adam)
        best = min(best, (perf_counter() - begin) / STEPS)
    return {
        "losses": list(found[:3]),
        "last": sum(found[-50:]) / 50,
        "step": best,
        "prepare": prepare,
        "bytes": len(run.binary),
    }


WAYS: dict[str, Callable[[], Result]] = {
    "as written": as_written,
    "tape": tape,
    "replay": replay,
    "rolled": rolled,
}


def measure(name: str) -> Result:
    return WAYS[name]()


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
