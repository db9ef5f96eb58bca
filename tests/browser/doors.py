"""Ways out of the worker that code could try, and what should come of each."""

from pathlib import Path

# Every one, in JavaScript: a function of this site's address and another's, for a browser that can
# run it in the worker.
DOORS = Path(__file__).with_name("doors.js").read_text("utf-8")

# The main ones, as Python finds them: a program that notes what came of each in the worker.
_ATTEMPTS = """
import js
from pyodide.code import run_js
from pyodide.ffi import create_proxy

js.outcomes = js.Array.new()
note = lambda name, outcome: js.outcomes.push(f"{name}: {outcome}")

def attempt(name, action):
    try:
        result = action()
    except BaseException:
        return note(name, "shut")
    if not hasattr(result, "then"):
        return note(name, "OPEN")
    result.then(
        create_proxy(lambda value: note(name, "OPEN")),
        create_proxy(lambda error: note(name, "shut")),
    )

def connect(name, make):
    try:
        it = make()
    except BaseException:
        return note(name, "shut")
    it.onopen = it.onsuccess = create_proxy(lambda event: note(name, "OPEN"))
    it.onerror = create_proxy(lambda event: note(name, "shut"))

def synchronous():
    request = js.XMLHttpRequest.new()
    request.open("GET", HOME + "door-xhr", False)
    request.send()

for where, host in ("home", HOME), ("other", OTHER):
    attempt(f"fetch {where}", lambda: js.fetch(host + "door-fetch"))
    connect(f"WebSocket {where}", lambda: js.WebSocket.new(host.replace("http", "ws") + "door-ws"))
    connect(f"EventSource {where}", lambda: js.EventSource.new(host + "door-events"))
    connect(f"Worker {where}", lambda: js.Worker.new(host + "door-worker.js"))
attempt("XMLHttpRequest", synchronous)
attempt("run_js", lambda: run_js(f"fetch('{HOME}door-run-js')"))
attempt("Function", lambda: js.Function.new("return 1")())
attempt("caches", lambda: js.caches.open("python-image"))
connect("indexedDB", lambda: js.indexedDB.open("door"))
attempt("importScripts", lambda: js.importScripts(HOME + "door-scripts.js"))
attempt("service worker", lambda: js.navigator.serviceWorker.register(HOME + "service-worker.js"))
attempt("document", lambda: js.document)
js.BroadcastChannel.new("door").postMessage("OPEN")
"""

# Another program for the same worker, which prints it: by then promises are settled.
OUTCOMES = "import js\nprint(*sorted(js.outcomes), sep='\\n')"


def from_python(home: str, other: str) -> str:
    """The program, for these two addresses."""
    return f"HOME, OTHER = {home!r}, {other!r}\n{_ATTEMPTS}"


def check_outcomes(printed: str) -> None:
    lines = printed.splitlines()
    assert [line for line in lines if not line.endswith(": shut")] == []
    assert len(lines) == 16
