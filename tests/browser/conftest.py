"""A real Chromium on the built site. A missing browser fails; nothing here skips."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts.browsers import find_chromium

from .playground import STORED_IMAGE, Block, wait_until
from .server import Host

ARGUMENTS = [
    "--no-sandbox",  # the sandbox cannot start as root, which CI is
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def site_url(site_dir: Path) -> Iterator[str]:
    """Address of the front page, below a sub-path."""
    with Host(site_dir) as host:
        yield host.url


@pytest.fixture
def host(site_dir: Path) -> Iterator[Host]:
    """A host of one's own, which may fail."""
    with Host(site_dir) as host:
        yield host


@pytest.fixture(scope="session")
def post_url(site_url: str) -> str:
    """Address of Part 1."""
    return site_url + "blog/what-is-deep-learning/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail("No Chromium: run this through python3 scripts/dev.py test browser")
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield instance
        instance.close()


OpenContext = Callable[..., BrowserContext]


@contextmanager
def contexts(browser: Browser, site_url: str) -> Iterator[OpenContext]:
    """Opens contexts with any Playwright option; no page may have left the site or thrown."""
    home, trouble = urlsplit(site_url).netloc, []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: trouble.append(f"uncaught: {error}"))

    def note(request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != home:
            trouble.append(f"request to another host: {request.url}")

    with ExitStack() as stack:

        def open_context(**options) -> BrowserContext:
            # What goes through a service worker cannot be watched or changed by a test.
            context = browser.new_context(**{"service_workers": "block", **options})
            stack.callback(context.close)
            context.set_default_timeout(30_000)
            context.on("request", note)
            context.on("page", watch)
            return context

        yield open_context
    assert not trouble, "\n".join(trouble)


@pytest.fixture
def open_context(browser: Browser, site_url: str) -> Iterator[OpenContext]:
    """Function that opens a browser context with the options given, watched and closed for you."""
    with contexts(browser, site_url) as opener:
        yield opener


@pytest.fixture(scope="session")
def returning(browser: Browser, site_url: str, post_url: str) -> Iterator[BrowserContext]:
    """The browser of a reader who comes back: files are cached, Python has left its image."""
    with contexts(browser, site_url) as open_context:
        context = open_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(post_url)
        Block(page, "graph").run()
        wait_until(page, f"async () => await ({STORED_IMAGE})() > 0")
        page.close()
        yield context


@contextmanager
def closing(context: BrowserContext) -> Iterator[BrowserContext]:
    """Afterwards, the pages that were opened are closed, and what was typed is forgotten."""
    before = context.pages
    yield context
    for page in context.pages:
        if page not in before:
            if page.url.startswith("http"):
                page.evaluate("localStorage.clear()")
            page.close()


@pytest.fixture
def context(returning: BrowserContext) -> Iterator[BrowserContext]:
    """The same, with nothing typed. For a first visit use open_context."""
    with closing(returning) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A new page, still empty."""
    return context.new_page()
