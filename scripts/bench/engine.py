"""The engine against its peers: the moons step by every contender, each in a process of its own.

What counts are ratios to a peer of the same run. micrograd has two rows: as it is, when most of
its time is Python's garbage collector's, since its graphs are cycles; and with the collector off
while a step is timed, its own work. Before any time is printed, the losses of all contenders are
compared: who trains another network is no peer. See scripts/bench/moons.py.
"""

import argparse
import json
import math
import sys
from statistics import median
from typing import Any

from scripts.bench import hosts
from scripts.bench.moons import (
    C_NATIVE,
    C_TANH,
    CONTENDERS,
    JAX_STEPS,
    MICROGRAD,
    NO_COLLECTOR,
    WASM,
    WASM_STEPS,
    WASM_TANH,
    C,
)

# × micrograd with the collector off, at least
TARGETS: dict[str, dict[str, float]] = {
    "cpython": {"eager": 3, "eager, dot": 6, "replay": 10, "compiled to python": 100},
    "pyodide": {"eager": 1.5, "eager, dot": 3, "replay": 4, WASM: 2500},
    "chromium": {"compiled to python": 40, WASM: 2500},
}
LIMITS = [  # (who, × the time of whom, at most), where both are there
    (WASM_TANH, WASM, 6.0),
    (WASM_TANH, C_TANH, 1.2),
    (WASM, C_NATIVE, 1.1),
    (WASM_STEPS, JAX_STEPS, 1.5),
    (WASM, "torch, a step a call", 1.0),
]
README = 3  # × micrograd's time for the expression of its README, at least
BYTES = 140  # of a node, with its gradient, at most
LARGE = 3.0  # seconds to compile 100,000 nodes on CPython, at most

Measured = dict[str, dict[str, Any] | None]  # by contender; None: not installed


def contend(host: str, rounds: int, steps: int) -> Measured:
    """Every contender's losses and seconds of a step. Raises AssertionError if one differs."""
    found: Measured = {}
    for name in CONTENDERS:
        print(f"{host}: {name} …", file=sys.stderr, flush=True)
        found[name] = hosts.HOSTS[host]("moons", name, rounds, steps)
    compare_losses(found)
    return found


def compare_losses(measured: Measured) -> dict[str, float]:
    """The largest relative difference of losses by activation, all of them within 1e-6."""
    worst = {"relu": 0.0, "tanh": 0.0}
    expected: dict[str, list[float]] = {}
    for name, found in measured.items():
        if found is None:
            continue
        network = "tanh" if name.startswith("tanh") else "relu"
        first = expected.setdefault(network, found["losses"])
        if len(first) != len(found["losses"]):
            raise AssertionError(f"{name}: {len(found['losses'])} losses of {len(first)} steps")
        for step, (a, b) in enumerate(zip(first, found["losses"], strict=True)):
            worst[network] = max(worst[network], abs(a - b) / abs(a))
            if not math.isclose(a, b, rel_tol=1e-6):
                raise AssertionError(f"{name}: loss {b} in step {step}, {a} elsewhere")
    return worst


def seconds(measured: Measured, name: str) -> float | None:
    found = measured.get(name)
    return median(found["seconds"]) if found else None


def report_contest(host: str, measured: Measured) -> tuple[list[str], bool]:
    """The table, and whether all targets are met."""
    worst, met = compare_losses(measured), True
    last = next(found for found in measured.values() if found)["losses"]
    lines = [
        f"{host}: the two moons, a step; all contenders take the same {len(last)} steps",
        f"  losses {last[0]:.6f} … {last[-1]:.6f}; apart by {worst['relu']:.0e} (relu) and"
        f" {worst['tanh']:.0e} (tanh) at most",
    ]
    off, slow, c = (seconds(measured, name) for name in (NO_COLLECTOR, MICROGRAD, C))
    assert off is not None
    assert slow is not None
    for name in measured:
        time = seconds(measured, name)
        if time is None:
            lines.append(f"  {name:40} not installed")
            continue
        text = f"  {name:40} {1e6 * time:12,.1f} µs  × {off / time:9,.1f} ({slow / time:9,.1f})"
        text += f"  {time / c:8,.2f} of C" if c else ""
        target = TARGETS[host].get(name)
        if target:
            met = met and off / time >= target
            text += f"  to be at least {target}" + (": missed" if off / time < target else "")
        lines.append(text)
    lines.insert(2, "  × micrograd, collector off (on)".rjust(90))
    for name, peer, limit in LIMITS:
        mine, theirs = seconds(measured, name), seconds(measured, peer)
        if mine and theirs:
            met = met and mine <= limit * theirs
            missed = ": missed" if mine > limit * theirs else ""
            lines.append(f"  {name} / {peer}: {mine / theirs:.2f}, to be at most {limit}{missed}")
    return lines, met


def report_rest(host: str, found: dict[str, Any]) -> tuple[list[str], bool]:
    """micrograd's README expression, depth, memory."""
    lines = [f"{host}: micrograd's README expression, depth, memory"]
    times = {name: median(row[name] for row in found["readme"]) for name in found["readme"][0]}
    ratio = median(row[MICROGRAD] / row["README expression"] for row in found["readme"])
    for name, time in times.items():
        lines.append(f"  {name:26} {1e6 * time:11,.1f} µs")
    lines.append(f"  README expression × micrograd {ratio:.1f}, to be at least {README}")
    deep, size = found["deep"], found["bytes per node"]
    lines.append(f"  100,000 nodes deep {deep['seconds']:.2f} s; micrograd: {deep['micrograd']}")
    lines.append(
        f"  bytes per node {size['engine']:.0f}, to be at most {BYTES};"
        f" micrograd: {size['micrograd']:.0f}"
    )
    if found["heap growth"] is not None:
        lines.append(f"  heap growth, 100 steps: {found['heap growth']} bytes, to be 0")
    limit = f", to be at most {LARGE:.0f}" if host == "cpython" else ""
    lines.append(f"  compiling 100,000 nodes {found['large']:.2f} s{limit}")
    met = ratio >= README and size["engine"] <= BYTES and not found["heap growth"]
    return lines, met and (host != "cpython" or found["large"] <= LARGE)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench engine", description=__doc__)
    parser.add_argument("hosts", nargs="*", choices=[*hosts.HOSTS, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=5, help="of all but micrograd: one")
    parser.add_argument("--steps", type=int, default=100, help="fewer are the first of the same")
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(argv)
    results: dict[str, Any] = {}
    met = True
    for host in options.hosts or hosts.HOSTS:
        contest = contend(host, options.rounds, options.steps)
        rest = hosts.HOSTS[host]("tape", options.rounds) if host != "chromium" else None
        results[host] = {"moons": contest, "rest": rest}
        for lines, good in (
            report_contest(host, contest),
            *([report_rest(host, rest)] if rest else []),
        ):
            met = met and good
            if not options.json:
                print("\n".join(lines), flush=True)
    if options.json:
        print(json.dumps(results, indent=2))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
