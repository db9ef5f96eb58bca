"""Without a connection: visited pages and Python are there, of one version, and never stale."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import contexts
from .playground import BOOT, Block, wait_until
from .server import SUB_PATH, Host

POST = "blog/what-is-deep-learning/"
KEPT = f"""async () => {{
  const pointer = await caches.open("site-pointer");
  const build = await (await pointer.match(new URL("{SUB_PATH}", location)))?.text();
  const kept = build ? await (await caches.open("site-build-" + build)).keys() : [];
  return kept.map(({{ url }}) => new URL(url).pathname);
}}"""
BUILD = '<meta name="build" content="{}"'
VERSIONED = f"""async () => (await (await caches.open("site-versioned")).keys()).map(
  ({{ url }}) => new URL(url).pathname.replace("{SUB_PATH}assets/generated/", ""))"""


def publish(host: Host, folder: Path) -> None:
    """Publish another build, all at once, from a folder that is yet to be made: its style sheet and
    every page say which one they are of, by the folder's name."""
    shutil.copytree(host.folder, folder)
    css = folder / "assets" / "css" / "site.css"
    css.write_text(f"{css.read_text()}\n:root {{ --mark: {folder.name}; }}\n")
    for page in folder.rglob("*.html"):
        text = page.read_text()
        changed = re.sub('<meta name="build" content="[^"]+"', BUILD.format(folder.name), text)
        assert changed != text
        page.write_text(changed)
    host.folder = folder


@pytest.fixture
def page(browser, host: Host) -> Iterator[Page]:
    with contexts(browser, host.url) as open_context:
        yield open_context(service_workers="allow").new_page()


def visit(page: Page, host: Host, path: str) -> None:
    """Go there online, and wait until the page is kept."""
    page.goto(host.url + path)
    kept(page, path)


def kept(page: Page, path: str) -> None:
    wait_until(page, f"async (path) => (await ({KEPT})()).includes(path)", SUB_PATH + path)


def kept_pages(page: Page) -> set[str]:
    return {path for path in page.evaluate(KEPT) if path.endswith("/")}


def mark(page: Page) -> list[str]:
    """Of which build the page and its style sheet are."""
    page.wait_for_load_state()
    return page.evaluate(
        """() => [
          document.querySelector("meta[name=build]").content,
          getComputedStyle(document.documentElement).getPropertyValue("--mark").trim() || "one",
        ]"""
    )


def test_a_visited_page_and_its_python_work_offline(page: Page, host: Host):
    visit(page, host, POST)
    block = Block(page, "graph")
    block.run()
    wait_until(
        page, f"async () => /stdlib-rest.*editor-|editor-.*stdlib-rest/.test(await ({VERSIONED})())"
    )
    kept(page, "assets/generated/katex/katex.min.css")
    host.go_away()
    page.reload()
    assert page.locator(".katex").first.is_visible()
    assert page.locator("py-playground figure img").first.evaluate("img => img.naturalWidth > 0")
    # Neither the editor nor this module was asked for before.
    assert block.run("import xmlrpc.client\nprint('offline')") == "offline\n"
    page.goto(host.url + "tags/")
    expect(page.get_by_role("heading")).to_have_text("You are offline")
    page.get_by_role("link", name="What is deep learning").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("deep learning", ignore_case=True)


def test_to_keep_a_page_that_is_kept_costs_one_request(page: Page, host: Host):
    visit(page, host, POST)
    kept(page, "assets/generated/katex/katex.min.css")
    page.reload()  # from now on the service worker sees all
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    host.asked.clear()
    page.reload()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert host.asked.count(SUB_PATH) == 1
    shared = [path for path in host.asked if path.endswith((".css", ".js", ".woff2", ".svg"))]
    assert len(shared) > 10
    assert len(shared) == len(set(shared))


def test_what_was_not_loaded_says_so_offline(page: Page, host: Host):
    visit(page, host, POST)
    host.go_away()
    block = Block(page, "graph")
    block.start()
    note = block.element.locator(".py-note")
    expect(note).to_contain_text("Python could not be loaded", timeout=BOOT)


def test_online_nothing_is_stale(page: Page, host: Host, tmp_path):
    visit(page, host, POST)
    page.reload()
    publish(host, tmp_path / "two")
    page.reload()
    assert mark(page) == ["two", "two"]


def test_offline_all_pages_are_of_one_version(page: Page, host: Host, tmp_path):
    visit(page, host, "blog/")
    visit(page, host, POST)
    publish(host, tmp_path / "two")
    visit(page, host, "tags/")
    host.go_away()
    for path in ("blog/", POST, "tags/"):
        page.goto(host.url + path)
        assert mark(page) == ["two", "two"], path


def test_an_update_that_is_cut_short_changes_nothing(page: Page, host: Host, tmp_path):
    visit(page, host, "blog/")
    visit(page, host, POST)
    before = kept_pages(page)
    publish(host, tmp_path / "two")
    host.refused = POST
    page.goto(host.url + "tags/")
    page.wait_for_timeout(2000)
    assert mark(page) == ["two", "two"]
    assert kept_pages(page) == before
    host.go_away()
    for path in ("blog/", POST):
        page.goto(host.url + path)
        assert mark(page) == ["one", "one"], path
    page.goto(host.url + "tags/")
    expect(page.get_by_role("heading")).to_have_text("You are offline")


def test_a_build_that_is_replaced_while_it_is_fetched_is_not_mixed(
    page: Page, host: Host, tmp_path
):
    visit(page, host, "blog/")
    visit(page, host, POST)
    publish(host, tmp_path / "two")

    def replace(path: str) -> None:
        if path.endswith(POST):  # which only the service worker asks for, to renew it
            host.on_request = lambda path: None
            publish(host, tmp_path / "three")

    host.on_request = replace
    page.goto(host.url + "tags/")
    wait_until(page, "async (url) => (await (await fetch(url)).text()).includes('three')", host.url)
    kept(page, "tags/")
    host.go_away()
    for path in ("blog/", POST, "tags/"):
        page.goto(host.url + path)
        assert mark(page) == ["three", "three"], path


def test_files_of_an_older_build_are_dropped(page: Page, host: Host, tmp_path):
    visit(page, host, POST)
    Block(page, "graph").run("print(1)")
    assert any("runtime-" in name for name in page.evaluate(VERSIONED))
    publish(host, tmp_path / "two")
    generated = host.folder / "assets" / "generated"
    files = generated / "files.json"
    (worker,) = generated.glob("worker-*.js")
    worker.rename(generated / "worker-AAAAAAAA.js")
    left = ["worker-AAAAAAAA.js"]
    files.write_text(json.dumps(left))
    entry = generated / "playground.js"
    entry.write_text(entry.read_text().replace(worker.name, *left))
    page.reload()
    wait_until(page, f"async () => !(await ({VERSIONED})()).some((name) => /runtime/.test(name))")
    assert Block(page, "graph").run("print(2)") == "2\n"
