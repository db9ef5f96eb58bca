"""Floods of output: the page stays quick, and says where it has cut."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import closing
from .playground import Block

LONGEST = 100  # ms that a task of the page may take
CUT = "Output cut: a run shows up to 10,000 lines, 250,000 characters and 200 figures."

FLOODS = {
    "lines": "for i in range(300_000): print(i, 'and some words')",
    "one line": "for i in range(100_000): print(i, end=' ')",
    "one string": "print('x' * 5_000_000)",
    "streams": "import sys\nfor i in range(20_000): print(i, file=(sys.stdout, sys.stderr)[i % 2])",
    "displays": "for i in range(30_000): display(i)",
    "figures": (
        "class Fig:\n"
        "    def _repr_svg_(self): return '<svg xmlns=\"http://www.w3.org/2000/svg\"/>'\n"
        "for i in range(1000): display(Fig())"
    ),
}


@pytest.fixture(scope="module")
def first(returning, post_url):
    with closing(returning) as context:
        page = context.new_page()
        page.goto(post_url)
        block = Block(page, "graph")
        block.run("print('ready')")
        yield block


def longest_task(trace: Path) -> float:
    """Milliseconds that the page's main thread worked, at most, without a break. Counted in its
    own processor time: what other programs of a busy machine take is not the page's doing."""
    events = json.loads(trace.read_text())["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in mains
        and "tdur" in event
    ]
    assert len(tasks) > 20, "the trace says nothing of the page's tasks"
    return max(tasks)


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_does_not_hold_up_the_page(first: Block, browser, tmp_path, name):
    page = first.page
    first.edit(FLOODS[name])
    trace = tmp_path / "trace.json"
    browser.start_tracing(
        page=page, path=trace, categories=["toplevel", "disabled-by-default-devtools.timeline"]
    )
    page.keyboard.press("ControlOrMeta+Enter")
    first.ended()
    browser.stop_tracing()
    expect(first.element.locator(".py-note")).to_have_text(CUT)
    assert len(first.text) <= 250_000
    assert first.text.count("\n") <= 10_000
    assert first.element.locator(".py-live figure").count() <= 200
    assert longest_task(trace) < LONGEST


def test_long_messages_are_shortened(first: Block):
    first.run("raise ValueError('long ' * 1_000_000)", "error")
    traceback = first.element.locator(".py-error").inner_text()
    assert traceback.startswith("Traceback (most recent call last):")
    assert "[…]" in traceback
    assert len(traceback) < 25_000


def test_text_comes_while_python_goes_on(first: Block):
    first.start("for i in range(100): print(i)\nwhile True: pass")
    expect(first.element.locator(".py-live .py-text")).to_contain_text("\n99\n")
    expect(first.status).to_have_text("Running")
    first.button("Stop").click()
    assert first.text.endswith("99\n")
