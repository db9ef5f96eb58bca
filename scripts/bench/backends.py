"""The moons step by every backend, × micrograd in the same run: CPython, Pyodide, Chromium.

Also the time to compile a graph of 100,000 nodes. Targets are those of the project's issue on
compiling; without an own Chromium or Node the hosts that are missing are an error, not a gap.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

import micrograd.engine  # type: ignore[import-untyped]

from scripts.bench.moons import measure
from scripts.bench.native import peers
from scripts.bench.server import serve

ROOT = Path(__file__).resolve().parent.parent.parent

PROGRAM = """
import json, sys
sys.path.insert(0, "/bench")
from scripts.bench.moons import measure
json.dumps(measure({rounds}))
"""

IN_PAGE = """async ({files, program}) => {
    const { loadPyodide } = await import("/stock/pyodide.mjs");
    const pyodide = await loadPyodide();
    for (const [path, text] of Object.entries(files)) {
        pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
        pyodide.FS.writeFile(path, text);
    }
    return pyodide.runPython(program);
}"""

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


def _payload(rounds: int) -> dict[str, Any]:
    """What Pyodide needs: the engine, the measurement, and micrograd, as files."""
    peer = Path(str(micrograd.engine.__file__)).parent
    sources = [*(ROOT / "engine").rglob("*.py"), ROOT / "scripts" / "bench" / "moons.py"]
    files = {f"/bench/{path.relative_to(ROOT)}": path.read_text("utf-8") for path in sources}
    files |= {
        f"/bench/micrograd/{path.name}": path.read_text("utf-8") for path in peer.glob("*.py")
    }
    return {"files": files, "program": PROGRAM.format(rounds=rounds)}


def in_cpython(rounds: int) -> dict[str, Any]:
    return measure(rounds, peers())


def in_pyodide(rounds: int) -> dict[str, Any]:
    node = shutil.which("node")
    if not node:
        sys.exit("No Node on PATH. Try: python3 scripts/dev.py bench engine")
    command = [node, str(ROOT / "scripts" / "bench" / "pyodide.mjs")]
    payload = json.dumps(_payload(rounds))
    done = subprocess.run(command, input=payload, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def in_chromium(rounds: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    chrome = os.environ.get("CHROME") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chrome:
        sys.exit("No Chromium on PATH. Try: python3 scripts/dev.py bench boot")
    empty = {"/empty/": b"<!doctype html><title>empty</title><link rel=icon href=data:,>"}
    with (
        serve({"/stock/": ROOT / "node_modules" / "pyodide"}, empty) as host,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{host.address}/empty/")
        result: dict[str, Any] = json.loads(page.evaluate(IN_PAGE, _payload(rounds)))
        browser.close()
    return result


HOSTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "cpython": in_cpython,
    "pyodide": in_pyodide,
    "chromium": in_chromium,
}


def summary(host: str, measured: dict[str, Any]) -> dict[str, Any]:
    """Medians over the rounds, ratios within each round, and whether the targets are met."""
    rounds = measured["seconds"]
    ways: dict[str, Any] = {}
    for name in rounds[0]:
        ratios = [times["micrograd"] / times[name] for times in rounds]
        ways[name] = {
            "microseconds": 1e6 * median(times[name] for times in rounds),
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


def run(hosts: Iterable[str], rounds: int, show: bool) -> dict[str, Any]:
    """The summary of each host; with `show`, reported as soon as it is there."""
    results = {}
    for host in hosts:
        results[host] = summary(host, HOSTS[host](rounds))
        if show:
            print(report(host, results[host]), flush=True)
    return results


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", nargs="*", choices=[*HOSTS, []], help="default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(argv)
    results = run(options.hosts or HOSTS, options.rounds, show=not options.json)
    if options.json:
        print(json.dumps(results, indent=2))
    return 0 if all(result["met"] for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
