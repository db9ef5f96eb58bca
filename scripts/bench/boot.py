"""How long a reader waits for Python: the first Run on Part 1 against stock loadPyodide().

Both in the same Chromium from the same server, with nothing cached, in turn. Ours is the time from
the click on Run, on the built page, to the output of the first block, in the page; stock's is that
of `import(...)` and `loadPyodide()` in an empty page, which has not run a line of Python by then.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.bench.hosts import EMPTY, ROOT, chromium
from scripts.bench.server import StaticHost, serve
from scripts.environment import environ

STOCK = ROOT / "node_modules" / "pyodide"
POST = "blog/what-is-deep-learning/"
TARGET = 0.6  # ours / stock

BOOT_STOCK = """async () => {
    const begun = performance.now();
    const { loadPyodide } = await import("/stock/pyodide.mjs");
    await loadPyodide();
    return performance.now() - begun;
}"""

# The click is a script's: a pointer would come near first, and the page takes that as a hint.
RUN_FIRST_BLOCK = """() => {
    const block = document.querySelector("py-playground");
    const run = [...block.querySelectorAll("button")].find((b) => b.textContent.includes("Run"));
    return new Promise((done, fail) => {
        const begun = performance.now();
        new MutationObserver(() => {
            const shown = block.querySelector(".py-live > *");
            const note = block.querySelector(".py-error, .py-note")?.textContent;
            if (note) fail(new Error(note));
            else if (shown) done(performance.now() - begun);
        }).observe(block, { childList: true, subtree: true });
        run.click();
    });
}"""


def boot_stock(page: Page, host: StaticHost) -> float:
    page.goto(f"{host.address}/empty/")
    host.sent.clear()
    return float(page.evaluate(BOOT_STOCK))


def run_first_block(page: Page, host: StaticHost) -> float:
    page.goto(f"{host.address}/site/{POST}", wait_until="networkidle")
    page.locator("py-playground button").first.wait_for()
    host.sent.clear()
    return float(page.evaluate(RUN_FIRST_BLOCK))


SIDES: dict[str, Callable[[Page, StaticHost], float]] = {
    "stock": boot_stock,
    "ours": run_first_block,
}


def measure(browser: Browser, host: StaticHost, rounds: int) -> dict[str, Any]:
    """Boot both sides `rounds` times, in turn, each time in a new profile."""
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    sent: dict[str, dict[str, int]] = {}
    for number in range(rounds + 1):
        for side, boot in SIDES.items():
            context = browser.new_context()
            elapsed = boot(context.new_page(), host)
            sent[side] = dict(host.sent)
            context.close()
            if number:  # the first round fills the server's memory and the system's caches
                times[side].append(elapsed)
    ratios = [ours / stock for ours, stock in zip(times["ours"], times["stock"], strict=True)]
    bytes_of = {side: sum(files.values()) for side, files in sent.items()}
    return {
        "milliseconds": {side: _summary(values) for side, values in times.items()},
        "ratio": _summary(ratios),
        "ratio_of_medians": median(times["ours"]) / median(times["stock"]),
        "target": TARGET,
        "bytes_on_the_wire": bytes_of,
        "bytes_ratio": bytes_of["ours"] / bytes_of["stock"],
        "files": sent,
    }


def _summary(values: list[float]) -> dict[str, float]:
    return {"median": median(values), "min": min(values), "max": max(values)}


def _report(result: dict[str, Any]) -> str:
    lines = ["First Run on Part 1 against stock loadPyodide(), nothing cached"]
    for side, row in result["milliseconds"].items():
        size = result["bytes_on_the_wire"][side] / 1e6
        lines.append(
            f"  {side:6} {row['median']:6.0f} ms  ({row['min']:.0f} to {row['max']:.0f})"
            f"   {size:.2f} MB on the wire"
        )
    row = result["ratio"]
    lines.append(
        f"  ratio  {row['median']:6.2f}     ({row['min']:.2f} to {row['max']:.2f}), "
        f"to be at most {result['target']}; bytes {result['bytes_ratio']:.2f}, at most 1"
    )
    return "\n".join(lines)


def _build_site(folder: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(folder)]
    if subprocess.run(command, cwd=ROOT, env=environ(), check=False).returncode:
        sys.exit("The pages could not be built. Try: python3 scripts/dev.py build")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py bench boot", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(argv)
    chrome = chromium()
    with tempfile.TemporaryDirectory() as folder:
        _build_site(Path(folder))
        folders = {"/stock/": STOCK, "/site/": Path(folder)}
        with serve(folders, EMPTY) as host, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
            result = measure(browser, host, options.rounds)
            browser.close()
    print(json.dumps(result, indent=2) if options.json else _report(result))
    return 0 if result["ratio"]["median"] <= TARGET and result["bytes_ratio"] <= 1 else 1


if __name__ == "__main__":
    sys.exit(main())
