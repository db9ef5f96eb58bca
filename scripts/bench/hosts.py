"""Where the engine is measured beside this process: in Pyodide under Node, and in browsers."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import micrograd.engine  # type: ignore[import-untyped]

from scripts import in_pyodide
from scripts.bench.server import serve
from scripts.browsers import find_chromium, find_firefox
from scripts.environment import output_of
from scripts.project import ROOT

EMPTY = {"/empty/": b"<!doctype html><title>empty</title><link rel=icon href=data:,>"}

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}

PROGRAM = """
import json, sys
sys.path.insert(0, "/bench")
from scripts.bench.{module} import measure
answer = json.dumps(measure(*{arguments!r}))
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


def _payload(module: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """What Pyodide needs: the engine, what measures, and micrograd, as files."""
    peer = Path(str(micrograd.engine.__file__)).parent
    bench = ROOT / "scripts" / "bench"
    sources = [path for path in (ROOT / "engine").rglob("*.*") if path.suffix in (".py", ".txt")]
    sources += [bench / "moons.py", bench / "tape.py", *(bench / "gpt").glob("*.py")]
    files = {f"/bench/{path.relative_to(ROOT)}": path for path in sources}
    files |= {f"/bench/micrograd/{path.name}": path for path in peer.glob("*.py")}
    return {
        "files": {name: path.read_text("utf-8") for name, path in files.items()},
        "program": PROGRAM.format(module=module, arguments=arguments),
    }


def in_node(module: str, *arguments: Any) -> Any:
    """What `scripts.bench.<module>.measure(*arguments)` returns in Pyodide under Node."""
    payload = _payload(module, arguments)
    task = in_pyodide.task([payload["program"]], files=payload["files"])
    answer = output_of(in_pyodide.COMMAND, f"{module} in Pyodide", stdin=task)
    return json.loads(answer.splitlines()[-1])


def in_chromium(module: str, *arguments: Any) -> Any:
    """The same in a page of Chromium."""
    from playwright.sync_api import sync_playwright

    with (
        serve({"/stock/": ROOT / "node_modules" / "pyodide"}, EMPTY) as host,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{host.address}/empty/")
        result = json.loads(page.evaluate(IN_PAGE, _payload(module, arguments)))
        browser.close()
    return result


def in_firefox(module: str, *arguments: Any) -> Any:
    """The same in a page of Firefox. Playwright cannot drive a distribution's; Marionette can."""
    from marionette_driver.marionette import Marionette  # type: ignore[import-untyped]

    path = find_firefox()
    if path is None:
        sys.exit("No Firefox on PATH. Try: python3 scripts/dev.py test browser")
    script = f"const [payload, done] = arguments; ({IN_PAGE})(payload).then(done);"
    with (
        serve({"/stock/": ROOT / "node_modules" / "pyodide"}, EMPTY) as host,
        tempfile.TemporaryDirectory() as folder,
    ):
        firefox = Marionette(bin=path, headless=True, port=0, gecko_log=f"{folder}/log")
        try:
            firefox.start_session()
            firefox.timeout.script = 600
            firefox.navigate(f"{host.address}/empty/")
            answer = firefox.execute_async_script(script, [_payload(module, arguments)])
        finally:
            firefox.quit()
    return json.loads(answer)


def in_cpython(module: str, *arguments: Any) -> Any:
    """The same in a process of this Python, on one thread."""
    command = [sys.executable, "-m", f"scripts.bench.{module}", *map(str, arguments)]
    answer = output_of(command, f"Measuring {' '.join(command[3:])}", **ONE_THREAD)
    return json.loads(answer.splitlines()[-1])


HOSTS = {"cpython": in_cpython, "pyodide": in_node, "chromium": in_chromium}


def chromium() -> str:
    """Path of the browser, or the end of the program."""
    path = find_chromium()
    if path is None:
        sys.exit("No Chromium on PATH. Try: python3 scripts/dev.py bench boot")
    return str(path)
