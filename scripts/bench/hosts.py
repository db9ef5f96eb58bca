"""Where the engine is measured beside this process: in Pyodide under Node, and in Chromium."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import micrograd.engine  # type: ignore[import-untyped]

from scripts import in_pyodide
from scripts.bench.server import serve
from scripts.browsers import find_chromium
from scripts.environment import output_of
from scripts.project import ROOT

EMPTY = {"/empty/": b"<!doctype html><title>empty</title><link rel=icon href=data:,>"}

PROGRAM = """
import json, sys
sys.path.insert(0, "/bench")
from scripts.bench.{module} import measure
answer = json.dumps(measure({rounds}))
print(answer)  # for Node
answer
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


def _payload(module: str, rounds: int) -> dict[str, Any]:
    """What Pyodide needs: the engine, the measuring module, and micrograd, as files."""
    peer = Path(str(micrograd.engine.__file__)).parent
    sources = [*(ROOT / "engine").rglob("*.py"), ROOT / "scripts" / "bench" / f"{module}.py"]
    files = {f"/bench/{path.relative_to(ROOT)}": path for path in sources}
    files |= {f"/bench/micrograd/{path.name}": path for path in peer.glob("*.py")}
    return {
        "files": {name: path.read_text("utf-8") for name, path in files.items()},
        "program": PROGRAM.format(module=module, rounds=rounds),
    }


def in_node(module: str, rounds: int) -> dict[str, Any]:
    """What `scripts.bench.<module>.measure(rounds)` returns in Pyodide under Node."""
    payload = _payload(module, rounds)
    task = in_pyodide.task([payload["program"]], files=payload["files"])
    answer = output_of(in_pyodide.COMMAND, f"{module} in Pyodide", stdin=task)
    result: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return result


def in_chromium(module: str, rounds: int) -> dict[str, Any]:
    """The same in a page of Chromium."""
    from playwright.sync_api import sync_playwright

    with (
        serve({"/stock/": ROOT / "node_modules" / "pyodide"}, EMPTY) as host,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{host.address}/empty/")
        result: dict[str, Any] = json.loads(page.evaluate(IN_PAGE, _payload(module, rounds)))
        browser.close()
    return result


def chromium() -> str:
    """Path of the browser, or the end of the program."""
    path = find_chromium()
    if path is None:
        sys.exit("No Chromium on PATH. Try: python3 scripts/dev.py bench boot")
    return str(path)


def ways(rounds: list[dict[str, float]]) -> Iterator[tuple[str, float, list[float]]]:
    """Each way's name, its median time in microseconds, and micrograd's time over its own in the
    same round, round by round. `rounds` has seconds by way."""
    for name in rounds[0]:
        ratios = [times["micrograd"] / times[name] for times in rounds]
        yield name, 1e6 * median(times[name] for times in rounds), ratios
