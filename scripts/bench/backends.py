"""The moons step by every backend, × micrograd in the same run: CPython, Pyodide, Chromium.

Also the time to compile a graph of 100,000 nodes. Targets are those of the project's issue on
compiling; without an own Chromium or Node the hosts that are missing are an error, not a gap.
"""

from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from typing import Any

from scripts.bench import hosts
from scripts.bench.moons import measure
from scripts.bench.native import peers

# × micrograd, at least; by host
TARGETS = {
    "cpython": {"compiled to python": 300},
    "pyodide": {
        "compiled to python": 80,
        "compiled to wasm": 5000,
        "python, tracing and compiling included": 100,
        "wasm, tracing and compiling included": 400,
    },
    "chromium": {"compiled to python": 80, "compiled to wasm": 5000},
}
LARGE = 3.0  # seconds to compile 100,000 nodes on CPython, at most


def in_cpython(rounds: int) -> dict[str, Any]:
    return measure(rounds, peers())


HOSTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "cpython": in_cpython,
    "pyodide": partial(hosts.in_node, "moons"),
    "chromium": partial(hosts.in_chromium, "moons"),
}


def summary(host: str, measured: dict[str, Any]) -> dict[str, Any]:
    """Medians over the rounds, ratios within each round, and whether the targets are met."""
    ways: dict[str, Any] = {}
    for name, microseconds, ratios in hosts.ways(measured["seconds"]):
        ways[name] = {
            "microseconds": microseconds,
            "ratio": median(ratios),
            "worst": min(ratios),
            "target": TARGETS[host].get(name),
        }
    met = all(way["ratio"] >= (way["target"] or 0) for way in ways.values())
    if host == "cpython":
        met = met and measured["large"] <= LARGE
    if "torch" in ways:
        met = met and ways["compiled to wasm"]["microseconds"] < ways["torch"]["microseconds"]
    return {"ways": ways, "large": measured["large"], "met": met}


def report(host: str, result: dict[str, Any]) -> str:
    lines = [f"{host}: a step of the two moons, × micrograd"]
    for name, way in result["ways"].items():
        target = f", to be at least {way['target']:,}" if way["target"] else ""
        lines.append(
            f"  {name:40} {way['microseconds']:12,.1f} µs  × {way['ratio']:9,.0f}"
            f"  (worst {way['worst']:,.0f}{target})"
        )
    limit = f", to be at most {LARGE:.0f}" if host == "cpython" else ""
    lines.append(f"  compiling 100,000 nodes {result['large']:.2f} s{limit}")
    return "\n".join(lines)


def run(names: Iterable[str], rounds: int, show: bool) -> dict[str, Any]:
    """The summary of each host; with `show`, reported as soon as it is there."""
    results = {}
    for host in names:
        results[host] = summary(host, HOSTS[host](rounds))
        if show:
            print(report(host, results[host]), flush=True)
    return results
