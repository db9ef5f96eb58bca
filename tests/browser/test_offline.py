"""Without a connection: visited pages and Python are there, of one version, and never stale."""

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import contexts
from .playground import BOOT, Block, wait_until
from .server import SUB_PATH, Host

POST = "blog/what-is-deep-learning/"
KEPT = f"""async () => {{
  const pointer = await caches.open("offline {SUB_PATH} pointer");
  const build = await (await pointer.match(new URL("{SUB_PATH}", location)))?.text();
  const kept = build ? await (await caches.open("offline {SUB_PATH} build " + build)).keys() : [];
  return kept.map(({{ url }}) => new URL(url).pathname);
}}"""
BUILD = '<meta name="build" content="{}"'
VERSIONED = f"""async () => (await (await caches.open("offline {SUB_PATH} verified")).keys()).map(
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


def python_kept(page: Page, host: Host) -> list[str]:
    """Wait until all of Python and the editor is kept; returns the names of the files."""
    names = list(json.loads((host.folder / "assets" / "generated" / "files.json").read_text()))
    all_kept = f"async (names) => (await ({VERSIONED})()).sort().join() === names.sort().join()"
    wait_until(page, all_kept, names)
    return names


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
    names = python_kept(page, host)
    assert [name for name in names if name.startswith("editor-") or "/stdlib-rest" in name][1:]
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


def quiet(page: Page, host: Host) -> None:
    """Wait until the host has not been asked for a while."""
    before = -1
    while len(host.asked) != before:
        before = len(host.asked)
        page.wait_for_timeout(1000)


def test_to_keep_a_page_that_is_kept_costs_one_request(page: Page, host: Host):
    visit(page, host, POST)
    page.reload()  # from now on the service worker sees all
    quiet(page, host)
    host.asked.clear()
    page.reload()
    quiet(page, host)
    assert host.asked.count(SUB_PATH) == 1
    shared = [path for path in host.asked if path.endswith((".css", ".js", ".woff2", ".svg"))]
    assert len(shared) > 10
    # The page itself may ask twice for one of them; the service worker would for all.
    assert len(shared) < 1.5 * len(set(shared))


def test_what_was_not_loaded_says_so_offline(page: Page, host: Host):
    visit(page, host, POST)
    host.go_away()
    block = Block(page, "graph")
    block.start()
    note = block.element.locator(".py-note")
    expect(note).to_contain_text("Python could not be loaded", timeout=BOOT)


def test_online_nothing_is_stale_and_offline_all_is_of_one_build(
    page: Page, host: Host, tmp_path: Path
):
    visit(page, host, "blog/")
    visit(page, host, POST)
    publish(host, tmp_path / "two")
    page.reload()
    assert mark(page) == ["two", "two"]
    visit(page, host, "tags/")
    host.go_away()
    for path in ("blog/", POST, "tags/"):
        page.goto(host.url + path)
        assert mark(page) == ["two", "two"], path


@pytest.mark.parametrize("trouble", ["refused", "broken", "of another build"])
def test_an_update_that_is_not_complete_changes_nothing(
    page: Page, host: Host, tmp_path: Path, trouble: str
):
    visit(page, host, "blog/")
    visit(page, host, POST)
    quiet(page, host)
    before = kept_pages(page)
    old = host.folder / POST / "index.html"
    publish(host, tmp_path / "two")
    if trouble == "of another build":  # a host that is not quick enough
        shutil.copyfile(old, host.folder / POST / "index.html")
    else:
        setattr(host, trouble, POST)
    host.asked.clear()
    page.goto(host.url + "tags/")
    quiet(page, host)
    assert mark(page) == ["two", "two"]
    assert host.asked.count(SUB_PATH + "blog/") == 1, "it was not tried, or again and again"
    assert SUB_PATH + POST in host.asked
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


def test_a_page_of_another_build_is_not_kept(page: Page, host: Host, tmp_path: Path):
    visit(page, host, "blog/")
    front = host.folder / "index.html"
    publish(host, tmp_path / "two")
    shutil.copyfile(front, host.folder / "index.html")  # the host is not quick enough
    page.goto(host.url + "tags/")
    quiet(page, host)
    assert SUB_PATH + "tags/" not in page.evaluate(KEPT)
    assert SUB_PATH + "blog/" in page.evaluate(KEPT)


def test_a_second_page_fetches_nothing_again_that_is_kept(page: Page, host: Host):
    visit(page, host, "blog/")
    quiet(page, host)
    page.reload()
    quiet(page, host)
    host.asked.clear()
    visit(page, host, "tags/")
    quiet(page, host)
    assert host.asked.count(SUB_PATH + "assets/css/site.css") == 1, "the page's, and no other"


def test_python_is_renewed_with_the_pages(page: Page, host: Host, tmp_path: Path):
    visit(page, host, POST)
    Block(page, "graph").run()
    old = python_kept(page, host)
    publish(host, tmp_path / "two")
    generated = host.folder / "assets" / "generated"
    new = old
    leading = generated / "playground.js"  # it leads to this one, and this one to the worker
    for kind in ("python", "worker"):
        (script,) = generated.glob(f"{kind}-*.js")
        renamed = script.rename(generated / f"{kind}-AAAAAAAA.js")
        leading.write_text(leading.read_text().replace(script.name, renamed.name))
        new = [name.replace(script.name, renamed.name) for name in new]
        leading = renamed
    digests = {name: sha256((generated / name).read_bytes()).hexdigest() for name in new}
    (generated / "files.json").write_text(json.dumps(digests))
    visit(page, host, "tags/")
    assert sorted(page.evaluate(VERSIONED)) == sorted(new)
    host.go_away()
    page.goto(host.url + POST)
    assert mark(page) == ["two", "two"]
    assert Block(page, "graph").run("print(2)") == "2\n"


def test_a_new_figure_comes_with_its_page(page: Page, host: Host, tmp_path: Path):
    visit(page, host, POST)
    publish(host, tmp_path / "two")
    post = host.folder / POST / "index.html"
    figure = next(host.folder.rglob("what-is-deep-learning/graph.svg"))
    figure.rename(figure.with_name("renamed.svg"))
    post.write_text(post.read_text().replace("graph.svg", "renamed.svg"))
    visit(page, host, "tags/")
    host.go_away()
    page.goto(host.url + POST)
    image = page.locator("img[src$='renamed.svg']")
    assert image.evaluate("img => img.decode().then(() => img.naturalWidth > 0)")


def test_damaged_storage_does_not_stop_a_page_that_is_online(
    page: Page, host: Host, tmp_path: Path
):
    publish(host, tmp_path / "two")
    worker = host.folder / "service-worker.js"
    damage = "CacheStorage.prototype.open = () => Promise.reject(new Error('damaged'));\n"
    worker.write_text(damage + worker.read_text())
    page.goto(host.url + POST)
    wait_until(page, "navigator.serviceWorker.controller !== null")
    page.reload()
    assert Block(page, "graph").run("print(1)") == "1\n"


def test_where_there_is_no_build_any_more_the_service_worker_goes(
    page: Page, host: Host, tmp_path: Path
):
    visit(page, host, POST)
    publish(host, tmp_path / "two")
    for file in host.folder.rglob("*.html"):
        file.write_text(re.sub('<meta name="build"[^>]*>', "", file.read_text()))
    page.reload()
    wait_until(page, "async () => (await navigator.serviceWorker.getRegistrations()).length === 0")


@pytest.mark.parametrize("file", ["/worker-", "/runtime-"])
def test_what_a_portal_answered_once_is_forgotten(page: Page, host: Host, file: str):
    visit(page, host, POST)
    page.reload()  # from now on the service worker sees all
    block = Block(page, "graph")
    host.portal = file
    block.start()
    note = block.element.locator(".py-note")
    expect(note).to_contain_text("Python could not be loaded", timeout=BOOT)
    assert [path for path in host.asked if file in path]
    host.portal = ""
    block.button("Retry").click()
    block.ended()
    python_kept(page, host)
    host.go_away()
    page.reload()
    assert block.run("import xmlrpc.client\nprint('offline')") == "offline\n"


def test_what_was_put_into_the_cache_by_another_is_not_used(page: Page, host: Host):
    visit(page, host, POST)
    page.reload()
    block = Block(page, "graph")
    block.run()
    python_kept(page, host)
    foreign = f"""async () => {{
      const cache = await caches.open("offline {SUB_PATH} verified");
      for (const key of await cache.keys()) {{
        const {{ headers }} = await cache.match(key);
        await cache.put(key, new Response("globalThis.foreign = 1", {{ headers }}));
      }}
      await caches.delete("python-image");
    }}"""
    page.evaluate(foreign)
    page.reload()
    assert block.run("print('sound')") == "sound\n"
    assert page.evaluate("globalThis.foreign") is None


def test_a_portal_in_the_place_of_every_page_changes_nothing(page: Page, host: Host):
    visit(page, host, POST)
    before = page.evaluate(KEPT)
    host.portal = "/"
    page.goto(host.url + POST)
    expect(page.get_by_role("heading")).to_have_text("Please log in")
    quiet(page, host)
    host.portal = ""
    host.go_away()
    page.goto(host.url + POST)
    expect(page.get_by_role("heading", level=1)).to_contain_text("deep learning", ignore_case=True)
    assert page.evaluate(KEPT) == before
