"""What code can reach from the worker that it runs in: nothing of the page, of the site's storage,
or of any network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Worker

from .doors import DOORS, OUTCOMES, check_outcomes, from_python
from .playground import BOOT, Block
from .server import Host

LISTEN = """
window.heard = [];
new BroadcastChannel("door").onmessage = ({ data }) => heard.push(data);
addEventListener("message", ({ data }) => heard.push(data));
"""


@pytest.fixture
def other(site_dir: Path) -> Iterator[Host]:
    """Another host, which nobody should ask for anything."""
    with Host(site_dir) as other:
        yield other


@pytest.fixture
def page(browser: Browser, host: Host) -> Iterator[Page]:
    # A service worker is in control, and what the policy stops may look like a request: so the
    # hosts are asked, rather than the browser, what has reached them.
    context = browser.new_context()
    context.set_default_timeout(BOOT)
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.goto(host.url + "blog/what-is-deep-learning/")
    yield page
    context.close()


@pytest.fixture
def block(page: Page) -> Block:
    return Block(page, "graph")


def python(page: Page) -> Worker:
    """The worker that Python lives in."""
    (worker,) = [worker for worker in page.workers if worker.url.startswith("blob:")]
    return worker


def test_every_door_is_shut(page: Page, block: Block, host: Host, other: Host):
    block.run("print(1)")
    address = page.url
    outcomes = python(page).evaluate(DOORS, [host.url, other.url])
    assert outcomes.pop("origin") == "null"
    assert len(outcomes) > 50
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "shut"} == {}
    block.run(from_python(host.url, other.url))
    check_outcomes(block.run(OUTCOMES))
    assert [path for path in host.asked if "door" in path] == []
    assert other.asked == []
    assert page.evaluate("heard") == []
    assert page.url == address
    assert len(page.context.pages) == 1
    assert page.evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)") == []
    assert page.evaluate("Object.keys(localStorage).includes('door')") is False


STEAL_THE_PORT = """() => {
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (...message) {
    self.stolen = this;
    postMessage.apply(this, message);
  };
}"""
FORGED = [
    *("null", "1", "[]", "{}", '{ type: "toString" }', '{ type: "__proto__" }'),
    '{ type: "events", events: [{ type: "stream", name: "stdout", text: {} }] }',
    '{ type: "events", events: { length: 1e9 } }',
    '{ type: "events", events: [{ type: "display", data: {}, id: {}, update: true }] }',
    '{ type: "end", ok: "yes", seconds: "<img src=x onerror=alert(1)>" }',
    '{ type: "lost", message: { toString: 1 } }',
    '{ type: "answer", number: "1", answer: [{ label: "print", apply: "import os" }] }',
]


def steal_the_port(page: Page, block: Block) -> Worker:
    """Python's worker, in which `stolen` is from now on what speaks to the page."""
    block.run("print(1)")
    worker = python(page)
    worker.evaluate(STEAL_THE_PORT)
    block.run("print(2)")
    return worker


def test_what_cannot_be_understood_ends_the_worker_and_nothing_else(page: Page, block: Block):
    for message in FORGED:
        worker = steal_the_port(page, block)
        worker.evaluate(f"stolen.postMessage({message})")
        assert block.run("print('after')") == "after\n", message
    assert page.evaluate("heard") == []


def test_only_files_of_the_build_are_given(page: Page, block: Block, host: Host):
    worker = steal_the_port(page, block)
    before = len(host.asked)
    for name in (f"{host.url}door", "../../../door", "worker.js", "toString", "pyodide.asm.wasm"):
        worker.evaluate("name => stolen.postMessage({ type: 'want', name })", name)
    assert block.run("print('after')") == "after\n"
    assert [path for path in host.asked[before:] if "door" in path or ".wasm" in path] == []


def test_what_a_program_shows_is_text_or_an_image_whatever_it_says(page: Page, block: Block):
    worker = steal_the_port(page, block)
    worker.evaluate(
        """() => {
          const markup = "<img src=x onerror='heard.push(1)'><script>heard.push(2)</script>";
          const event = { type: "error", traceback: markup, hint: markup, name: markup };
          const frames = [{ cell: "no-such", line: 1, end_line: 1, col: 0, end_col: 1 }];
          const data = { "text/plain": markup, "image/svg+xml": `<svg xmlns="x">${markup}</svg>` };
          const STEPS = "application/vnd.engine.steps+json";
          const steps = { "text/plain": "x", [STEPS]: { boxes: markup } };
          const events = [
            { type: "stream", name: "stdout", text: markup },
            { type: "display", data, id: "__proto__", update: false },
            { type: "display", data: steps, id: null, update: false },
            { ...event, frames: [] }, { ...event, frames }, { type: "cut", message: markup },
          ];
          self.forge = () => stolen.postMessage({ type: "events", events });
        }"""
    )
    shown = block.run("import js\njs.forge()\nprint('end')")
    assert "<img" in shown
    assert shown.endswith("end\n")
    assert page.evaluate("heard") == []
    assert block.element.locator(".py-output script, .py-output [onerror]").count() == 0


def test_who_floods_the_page_is_ended(page: Page, block: Block):
    worker = steal_the_port(page, block)
    worker.evaluate(
        """() => { self.flood = () => { for (;;) stolen.postMessage({ type: "fetching" }); }; }"""
    )
    block.start("import js\njs.flood()")
    block.ended("Python broke down")
    assert "it said too much at once" in block.element.locator(".py-note").inner_text()
    assert block.run("print('after')") == "after\n"
