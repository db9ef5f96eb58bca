"""The engine against its peers: the tape × micrograd, on CPython and in Pyodide under Node.

Rounds take all ways in turn; what counts is the median of the ratios within each round. That the
losses and gradients are the same is checked first. For the compilers see scripts/bench/backends.py.
"""

import argparse
import importlib.util
import json
import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from scripts.bench import backends, hosts, moons, tape

# × micrograd, at least
TARGETS = {
    "cpython": {"eager": 12, "eager, dot": 60, "replay": 45, "README expression": 3},
    "pyodide": {"eager": 4, "eager, dot": 15, "replay": 12, "README expression": 3},
}
BYTES = 140  # of a node, with its gradient, at most


def in_cpython(rounds: int) -> dict[str, Any]:
    """With torch and numpy, if they are installed."""
    peers = {"torch": moons.torch_eager, "numpy": moons.numpy_by_hand}
    others = {name: make() for name, make in peers.items() if importlib.util.find_spec(name)}
    return tape.measure(rounds, others)


HOSTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "cpython": in_cpython,
    "pyodide": partial(hosts.in_node, "tape"),
}


def compare(rounds: list[dict[str, float]], targets: dict[str, int]) -> dict[str, Any]:
    """Each way's median time, and its ratio to micrograd: median, lowest, highest."""
    out = {}
    for name, microseconds, ratios in hosts.ways(rounds):
        out[name] = {
            "microseconds": microseconds,
            "ratio": median(ratios),
            "lowest": min(ratios),
            "highest": max(ratios),
            "target": targets.get(name),
            "met": median(ratios) >= targets.get(name, 0),
        }
    return out


def summary(host: str, measured: dict[str, Any]) -> dict[str, Any]:
    """The measurements with ratios, and whether the targets are met; the heap must not grow."""
    ways = {part: compare(measured[part], TARGETS[host]) for part in ("moons", "readme")}
    met = all(way["met"] for part in ways.values() for way in part.values())
    small = measured["bytes per node"]["engine"] <= BYTES and not measured["heap growth"]
    return {**measured, **ways, "met": met and small}


def report(host: str, result: dict[str, Any]) -> str:
    lines = [f"{host}: a step of the two moons, then micrograd's README expression, × micrograd"]
    for name, way in [*result["moons"].items(), *result["readme"].items()]:
        target = f", to be at least {way['target']}" if way["target"] else ""
        target += "" if way["met"] else ": missed"
        lines.append(
            f"  {name:26} {way['microseconds']:11,.0f} µs  × {way['ratio']:6.1f}"
            f"  ({way['lowest']:.1f} to {way['highest']:.1f}{target})"
        )
    deep, size = result["deep"], result["bytes per node"]
    lines.append(
        f"  100,000 nodes deep         {deep['seconds']:11.2f} s; micrograd: {deep['micrograd']}"
    )
    lines.append(
        f"  bytes per node             {size['engine']:11.0f}, to be at most {BYTES};"
        f" micrograd: {size['micrograd']:.0f}"
    )
    if result["heap growth"] is not None:
        lines.append(f"  heap growth, 100 steps     {result['heap growth']:11} bytes, to be 0")
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", nargs="*", choices=[*backends.HOSTS, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(argv)
    chosen = options.hosts or [*backends.HOSTS]
    results = {}
    for host in filter(HOSTS.__contains__, chosen):
        results[host] = summary(host, HOSTS[host](options.rounds))
        if not options.json:
            print(report(host, results[host]), flush=True)
    compiled = backends.run(chosen, options.rounds, show=not options.json)
    if options.json:
        print(json.dumps({"tape": results, "compiled": compiled}, indent=2))
    return 0 if all(part["met"] for part in (*results.values(), *compiled.values())) else 1


if __name__ == "__main__":
    sys.exit(main())
