"""A step of training a GPT of 4,192 parameters, by everything that can, each in its own process.

The same names, the same weights, float64, Adam, one name a step. The first losses of all are
compared before a time is printed; a time is the least of the rounds, in which all take turns.
"""

import argparse
import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from scripts.bench import hosts
from scripts.bench.gpt.contenders import WAYS, Result
from scripts.bench.gpt.peers import NEEDS
from scripts.bench.gpt.peers import WAYS as PEERS
from scripts.bench.gpt.setting import STEPS

TOLERANCE = 1e-9  # of the first three losses, relative
IN_BROWSERS = ("as written", "rolled")
# At least this many times as fast as written in the same Pyodide, at most this part of C -O2, …
TARGETS = {"as written": 2500, "C -O2": 0.9, "with preparing": 800, "bytes": 8192, "prepare": 0.12}

Measure = Callable[[], Result]


def contenders() -> dict[tuple[str, str], Measure | None]:
    """How each is measured, by (host, way); None for what is not installed."""
    found: dict[tuple[str, str], Measure | None] = {}
    run: dict[str, Callable[..., Any]] = {
        "CPython": hosts.in_cpython,
        "Pyodide, Node": hosts.in_node,
        "Pyodide, Chromium": hosts.in_chromium,
        "Pyodide, Firefox": hosts.in_firefox,
    }
    for host, measure in run.items():
        for way in WAYS:
            if way in IN_BROWSERS or host in ("CPython", "Pyodide, Node"):
                found[host, way] = partial(measure, "gpt.contenders", way)
    for way in PEERS:
        module, has_gcc = NEEDS.get(way), shutil.which("gcc") is not None
        there = importlib.util.find_spec(module) is not None if module else has_gcc
        found["CPython", way] = partial(hosts.in_cpython, "gpt.peers", way) if there else None
    return found


def measured(rounds: int) -> dict[tuple[str, str], Result | None]:
    """The least times of each. Raises ArithmeticError if one of them trains otherwise."""
    best: dict[tuple[str, str], Result | None] = {}
    for _ in range(rounds):
        for name, measure in contenders().items():
            if measure is None:
                best[name] = None
                continue
            result, known = measure(), best.get(name)
            if known is not None:
                for key in {"step", "prepare"} & result.keys():
                    result[key] = min(result[key], known[key])
            best[name] = result
    expected = next(iter(best.values()))
    assert expected is not None
    for name, found in best.items():
        pairs = zip(found["losses"], expected["losses"], strict=True) if found else ()
        if any(abs(x - y) > TOLERANCE * y for x, y in pairs):
            raise ArithmeticError(f"{name} does not train as the others: {found} {expected}")
    return best


def judged(best: dict[tuple[str, str], Result | None]) -> dict[str, tuple[float, float, bool]]:
    """Each target: what was reached, what was to be, and whether that is met."""
    rolled, node = best["Pyodide, Chromium", "rolled"], best["Pyodide, Node", "rolled"]
    written = best["Pyodide, Chromium", "as written"]
    assert rolled is not None
    assert node is not None
    assert written is not None
    whole = rolled["prepare"] + STEPS * rolled["step"]
    reached = {
        "as written": written["step"] / rolled["step"],
        "with preparing": STEPS * written["step"] / whole,
        "bytes": rolled["bytes"],
        "prepare": max(rolled["prepare"], node["prepare"]),
    }
    c = best["CPython", "C by hand, gcc -O2"]
    if c:
        reached["C -O2"] = rolled["step"] / c["step"]
    least = ("as written", "with preparing")
    return {
        name: (x, TARGETS[name], x >= TARGETS[name] if name in least else x <= TARGETS[name])
        for name, x in reached.items()
    }


WORDS = {
    "as written": "rolled in Chromium, × as written there",
    "with preparing": f"{STEPS:,} steps with tracing and compiling, × as written",
    "C -O2": "rolled in Chromium, of the time of C -O2",
    "bytes": "bytes of the module",
    "prepare": "seconds to trace, roll and compile in Pyodide",
}


def report(best: dict[tuple[str, str], Result | None]) -> str:
    lines = ["The losses of all: " + ", ".join(f"{x:.6f}" for x in _losses(best)), "A step:"]
    for (host, way), found in best.items():
        where = "wasmtime" if (host, way) == ("CPython", "rolled") else host
        name = way if way in PEERS else f"{way}, {where}"
        if found is None:
            lines.append(f"  {name:36} not installed")
            continue
        extra = f"  and {found['prepare'] * 1e3:.0f} ms to prepare" if "prepare" in found else ""
        lines.append(f"  {name:36} {found['step'] * 1e6:12,.1f} µs{extra}")
    for name, (reached, target, met) in judged(best).items():
        bound = "at least" if name in ("as written", "with preparing") else "at most"
        missed = "" if met else ": missed"
        lines.append(f"{WORDS[name]}: {reached:,.4g}, to be {bound} {target:,.4g}{missed}")
    return "\n".join(lines)


def _losses(best: dict[tuple[str, str], Result | None]) -> list[float]:
    found = best["CPython", "rolled"]
    assert found is not None
    return [*found["losses"], found["last"]]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench gpt", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(argv)
    best = measured(options.rounds)
    if options.json:
        print(json.dumps({f"{way}, {host}": found for (host, way), found in best.items()}))
    else:
        print(report(best))
    return 0 if all(met for _, _, met in judged(best).values()) else 1


if __name__ == "__main__":
    sys.exit(main())
