"""How long a reader waits for Python, on Part 1, against stock loadPyodide().

All in the same Chromium from the same server, in turn: a new profile for stock, then one for us.
Ours are times in the page from a click to the first output: of Run in a first visit,
with nothing cached; of Stop in an endless loop, with Run right after it; of Run in a later visit.
Stock's is that of `import(...)` and `loadPyodide()` in an empty page, with nothing cached, which
has not run a line of Python by then.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.bench.hosts import EMPTY, chromium
from scripts.bench.server import StaticHost, serve
from scripts.environment import environ
from scripts.project import ROOT

STOCK = ROOT / "node_modules" / "pyodide"
POST = "blog/what-is-deep-learning/"
FIRST, STOP, LATER = "first visit", "Stop and Run", "later visit"
TARGETS = {FIRST: 0.5, STOP: 0.25, LATER: 0.4}  # ours / stock, at most

BOOT_STOCK = """async () => {
    const begun = performance.now();
    const { loadPyodide } = await import("/stock/pyodide.mjs");
    await loadPyodide();
    return performance.now() - begun;
}"""

# The clicks are a script's: a pointer would come near first, and the page takes that as a hint.
# `stop`: an endless loop runs, is stopped, and gives way to a line that prints.
FIRST_OUTPUT = """async (stop) => {
    const block = document.querySelector("py-playground");
    const click = (name) =>
        [...block.querySelectorAll("button")].find((b) => b.textContent.includes(name)).click();
    const until = (condition) => new Promise((done) => {
        const look = () => condition() && (observer.disconnect(), done());
        const observer = new MutationObserver(look);
        observer.observe(block, { childList: true, subtree: true, attributes: true });
        look();
    });
    if (stop) {
        block.source.show("while True: pass");
        click("Run");
        await until(() => block.dataset.state === "running");
        await new Promise((done) => setTimeout(done, 1000));
        block.source.show("print('again')");
    }
    block.querySelector(".py-live")?.remove();
    const begun = performance.now();
    if (stop) click("Stop");
    click("Run");
    await until(() => block.querySelector(".py-live > *, .py-error, .py-output > .py-note"));
    const elapsed = performance.now() - begun;
    const trouble = block.querySelector(".py-error, .py-output > .py-note")?.textContent;
    if (trouble) throw new Error(trouble);
    return elapsed;
}"""

IMAGE_IS_STORED = """async () => (await (await caches.open("python-image")).keys()).length"""


def boot_stock(context: BrowserContext, host: StaticHost) -> float:
    page = context.new_page()
    page.goto(f"{host.address}/empty/")
    host.sent.clear()
    return float(page.evaluate(BOOT_STOCK))


def open_post(context: BrowserContext, host: StaticHost) -> Page:
    page = context.new_page()
    page.goto(f"{host.address}/site/{POST}", wait_until="networkidle")
    page.locator("py-playground button").first.wait_for()
    host.sent.clear()
    return page


def measure(browser: Browser, host: StaticHost, rounds: int) -> dict[str, Any]:
    """Milliseconds by way, round by round, and the bytes that stock and a first visit loaded."""
    times: dict[str, list[float]] = {way: [] for way in ("stock", *TARGETS)}
    sent: dict[str, dict[str, int]] = {}
    for number in range(rounds + 1):
        took = {}
        context = browser.new_context()
        took["stock"] = boot_stock(context, host)
        sent["stock"] = dict(host.sent)
        context.close()
        context = browser.new_context()
        page = open_post(context, host)
        took[FIRST] = float(page.evaluate(FIRST_OUTPUT, False))
        sent[FIRST] = dict(host.sent)
        took[STOP] = float(page.evaluate(FIRST_OUTPUT, True))
        for _ in range(100):  # without an image, the later visit is what it is
            if page.evaluate(IMAGE_IS_STORED):
                break
            page.wait_for_timeout(100)
        page.close()
        took[LATER] = float(open_post(context, host).evaluate(FIRST_OUTPUT, False))
        context.close()
        if number:  # the first round fills the server's memory and the system's caches
            for way, elapsed in took.items():
                times[way].append(elapsed)
    ratios = {
        way: [ours / stock for ours, stock in zip(times[way], times["stock"], strict=True)]
        for way in TARGETS
    }
    loaded = {way: sum(files.values()) for way, files in sent.items()}
    return {
        "milliseconds": {way: _summary(values) for way, values in times.items()},
        "ratios": {way: _summary(values) for way, values in ratios.items()},
        "targets": TARGETS,
        "bytes_on_the_wire": loaded,
        "bytes_ratio": loaded[FIRST] / loaded["stock"],
        "files": sent,
    }


def met(result: dict[str, Any]) -> bool:
    ratios = result["ratios"]
    return bool(
        all(ratios[way]["median"] <= target for way, target in TARGETS.items())
        and result["bytes_ratio"] <= 1
    )


def _summary(values: list[float]) -> dict[str, float]:
    return {"median": median(values), "min": min(values), "max": max(values)}


def _report(result: dict[str, Any]) -> str:
    lines = ["From the click to the first output, on Part 1, against stock loadPyodide()"]
    for way, row in result["milliseconds"].items():
        line = f"  {way:12} {row['median']:5.0f} ms  ({row['min']:.0f} to {row['max']:.0f})"
        if way in TARGETS:
            ratio = result["ratios"][way]
            line += f"   ratio {ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})"
            line += f", to be at most {TARGETS[way]}"
        lines.append(line)
    loaded = result["bytes_on_the_wire"]
    lines.append(
        f"  on the wire in a first visit {loaded[FIRST] / 1e6:.2f} MB, stock "
        f"{loaded['stock'] / 1e6:.2f} MB: ratio {result['bytes_ratio']:.2f}, to be at most 1"
    )
    return "\n".join(lines)


def _build_site(folder: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(folder)]
    variables = environ() | {"SITE_BUILD": "measured"}
    if subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode:
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
    return 0 if met(result) else 1


if __name__ == "__main__":
    sys.exit(main())
