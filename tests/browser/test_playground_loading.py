"""Loading Python: shown honestly, stopped at will, and tried again when it fails."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from .conftest import contexts
from .playground import BOOT, Block

TYPED = "print('typed before the failure')"
NEEDED = [
    *("python-*.js", "worker-*.js", "runtime-*/pyodide-lock.json", "runtime-*/pyodide.asm.wasm"),
    *("runtime-*/stdlib-boot.zip", "runtime-*/*.whl"),
]


@pytest.fixture
def context(open_context) -> BrowserContext:
    return open_context()


@pytest.fixture
def page(context: BrowserContext, post_url: str) -> Page:
    page = context.new_page()
    page.goto(post_url)
    return page


@pytest.fixture
def first(page: Page) -> Block:
    return Block(page, "graph")


class Held:
    """Requests that wait until they are let go."""

    def __init__(self, context: BrowserContext, pattern: str) -> None:
        self.routes: list[Route] = []
        context.route(pattern, lambda route: self.routes.append(route))

    def let_go(self) -> None:
        for route in self.routes:
            route.continue_()
        self.routes.clear()


def test_loading_is_shown_in_bytes_and_the_recorded_output_stays(context, page, first):
    held = Held(context, "**/pyodide.asm.wasm")
    first.start()
    expect(first.status).to_have_text("Loading Python")
    amount = first.element.locator(".py-amount")
    expect(amount).to_have_text(re.compile(r"^[123]\.\d / 1\d\.\d MB$"), timeout=BOOT)
    expect(first.element.locator(".py-label")).to_have_text("Recorded output")
    assert first.element.locator(".py-figure img").is_visible()
    held.let_go()
    first.ended()
    assert amount.inner_text() == ""


def test_stop_while_loading_and_run_again(context, page, first):
    Held(context, "**/pyodide.asm.wasm")
    first.start()
    first.button("Stop").click()
    expect(first.status).to_have_text("Stopped")
    context.unroute("**/pyodide.asm.wasm")
    assert first.run("print('late')") == "late\n"


def test_pointing_at_run_prepares_python(context, page, first):
    with context.expect_event("request", lambda request: "/runtime-" in request.url):
        first.button("Run").hover()
    expect(first.status).to_have_text("")


@pytest.mark.parametrize("file", NEEDED)
def test_a_failed_download_offers_another_try(context, page, first, file):
    pattern = f"**/generated/{file}"
    context.route(pattern, lambda route: route.abort())
    first.start(TYPED)
    note = first.element.locator(".py-note")
    expect(note).to_contain_text("Python could not be loaded", timeout=BOOT)
    assert first.code == TYPED
    expect(first.status).to_have_text("Not run")
    context.unroute(pattern)
    if file == NEEDED[-1]:  # one start is enough to show that all can go on
        first.button("Retry").click()
        first.ended()
        assert first.text == "typed before the failure\n"
        expect(note).to_have_count(0)


@pytest.mark.parametrize("file", ["pyodide.asm.wasm", "stdlib-boot.zip"])
def test_a_server_that_goes_away_in_the_middle(browser, host, file):
    with contexts(browser, host.url) as open_context:
        page = open_context().new_page()
        page.goto(host.url + "blog/what-is-deep-learning/")
        block = Block(page, "graph")
        host.cut = file
        block.start(TYPED)
        note = block.element.locator(".py-note")
        expect(note).to_contain_text("Python could not be loaded", timeout=BOOT)
        assert block.code == TYPED
        host.cut = ""
        block.button("Retry").click()
        block.ended()
        assert block.text == "typed before the failure\n"


def test_a_missing_file_says_what_the_server_said(context, page, first):
    context.route("**/pyodide.asm.wasm", lambda route: route.fulfill(status=503))
    first.start()
    note = first.element.locator(".py-note")
    expect(note).to_contain_text("the server answered 503", timeout=BOOT)
    assert first.element.locator(".py-figure img").is_visible(), "the recorded output stays"
