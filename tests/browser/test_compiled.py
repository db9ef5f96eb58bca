"""Part 6 in the page: the compiled tape runs in the worker, is timed there, and trains in sight."""

import re

from playwright.sync_api import Page

from .bits import APPLY, case
from .playground import Block


def test_every_backend_races_and_the_compiled_one_trains(page: Page, site_url: str):
    page.goto(site_url + "blog/compiling-the-tape/")
    race = Block(page, "race")
    recorded = race.element.locator(".py-text").text_content().strip()
    race.run()
    assert race.text.startswith(recorded)
    assert "bit for bit: True" in recorded
    # Times are measured here and now: they follow what is recorded, which has none.
    assert " µs" not in recorded
    times = re.findall(r"^(.+): ([\d,]+) µs a step", race.text, re.MULTILINE)
    assert [name for name, _ in times] == [
        "record and sweep",
        "replay and sweep",
        "compiled to Python",
        "compiled to WebAssembly",
    ]
    assert all(int(number.replace(",", "")) > 0 for _, number in times)

    live = Block(page, "live")
    recorded = live.element.locator(".py-text").text_content().strip()
    live.run()
    assert live.text.startswith(recorded)
    assert "100 of 100 points right" in recorded
    picture = live.element.locator(".py-live figure img")
    assert picture.count() == 1
    assert picture.get_attribute("alt").startswith("After 15000 steps")


def test_functions_have_the_bits_that_wasmtime_gives(page: Page):
    """So a model that was trained in one has the weights of the other. Firefox: test_firefox.py."""
    given, expected = case()
    assert page.evaluate(f"given => (function () {{{APPLY}}})(...given)", given) == expected
