"""Fast starts from an image of Python, and plain starts whenever that is not to be had."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .playground import BOOT, STORED_IMAGE, Block, wait_for, wait_until

_STORED = """
  const cache = await caches.open("python-image");
  const [key] = await cache.keys();
  if (!key) return false;
  const stored = await cache.match(key);
  const bytes = new Uint8Array(await stored.arrayBuffer());
  const digest = async () => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...hash].map((b) => b.toString(16).padStart(2, "0")).join("");
  };
"""
# Damages the stored image, and with `signed` says that it should be so; returns its digest.
SPOIL = f"""async (signed) => {{
  {_STORED}
  for (let at = 1000; at < 200_000; at++) bytes[at] ^= 0xff;
  const spoilt = await digest();
  const said = signed ? spoilt : stored.headers.get("X-SHA-256");
  await cache.put(key, new Response(bytes, {{ headers: {{ "X-SHA-256": said }} }}));
  return spoilt;
}}"""
IS_ANOTHER = f"async (spoilt) => {{ {_STORED} return (await digest()) !== spoilt; }}"


class Visit:
    """A visit of Part 1 in a browser context; later visits are further pages in the same one."""

    def __init__(self, context: BrowserContext, url: str, trouble: str = "") -> None:
        self.page: Page = context.new_page()
        self.said: list[str] = []
        self.fetched: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("request", lambda request: self.fetched.append(request.url))
        if trouble:
            self.page.add_init_script(trouble)
        self.page.goto(url)
        self.block = Block(self.page, "graph")

    @property
    def plain(self) -> bool:
        """Whether Python was started step by step, for which the engine's wheel is loaded."""
        return any(url.endswith(".whl") for url in self.fetched)

    def stored(self) -> int:
        """Wait for an image to be stored; its size in bytes."""
        wait_until(self.page, STORED_IMAGE)
        return self.page.evaluate(STORED_IMAGE)

    def close(self) -> None:
        self.page.close()


def alter_worker(context: BrowserContext, site_dir: Path, old: str, new: str) -> None:
    """Replace something in the worker, as if it had been built so: the page knows its digest."""
    generated = site_dir / "assets" / "generated"
    (worker,) = generated.glob("worker-*.js")
    (python,) = generated.glob("python-*.js")
    before = worker.read_bytes()
    after = before.replace(old.encode(), new.encode())
    assert after != before
    told = python.read_text("utf-8")
    for describe in (len, lambda content: hashlib.sha256(content).hexdigest()):
        assert str(describe(before)) in told
        told = told.replace(str(describe(before)), str(describe(after)))
    script = {"content_type": "text/javascript"}
    context.route("**/worker-*.js", lambda route: route.fulfill(body=after, **script))
    context.route("**/python-*.js", lambda route: route.fulfill(body=told, **script))


@pytest.fixture
def fresh(open_context) -> BrowserContext:
    return open_context()


def test_a_later_visit_starts_from_the_image(context, post_url):
    numbers = set()
    for _ in range(2):
        visit = Visit(context, post_url)
        numbers.add(visit.block.run("import random\nprint(random.random())"))
        assert not visit.plain
        assert 5_000_000 < visit.stored() < 20_000_000
        # What was not yet imported when the image was made is there all the same.
        source = (
            "import engine.compile, xmlrpc.client\nfrom engine import Graph\n"
            "x = Graph().value(2.0)\ny = (2 * x + 3) ** 2\ny.backward()\nprint(x.grad)"
        )
        assert visit.block.run(source) == "28.0\n"
        visit.close()
    assert len(numbers) == 2, "randomness comes from the image"


def test_stop_starts_from_the_image_in_memory(fresh, post_url):
    visit = Visit(fresh, post_url, "Object.defineProperty(self, 'caches', {})")
    visit.block.start("while True: pass")
    expect(visit.block.status).to_have_text("Running", timeout=BOOT)
    visit.fetched.clear()
    visit.block.button("Stop").click()
    assert visit.block.run("print('again')") == "again\n"
    assert not visit.plain
    assert not [url for url in visit.fetched if url.endswith(".wasm")]


def test_two_tabs_share_an_image_and_nothing_else(context, post_url):
    one, two = Visit(context, post_url), Visit(context, post_url)
    one.block.start("import sys\nsys.shared = 1\nwhile True: pass")
    assert two.block.run("import sys\nprint(hasattr(sys, 'shared'))") == "False\n"
    one.block.button("Stop").click()
    assert one.block.run("print(1)") == "1\n"
    assert not one.plain
    assert not two.plain


def test_a_spoilt_image_is_not_used_and_made_anew(context, post_url):
    for signed in (False, True):  # damaged in storage; of a kind that cannot be used
        page = context.new_page()
        page.goto(post_url)
        spoilt = page.evaluate(SPOIL, signed)
        page.close()
        visit = Visit(context, post_url)
        assert visit.block.run("print(1)") == "1\n"
        assert visit.plain
        assert [text for text in visit.said if re.search("is damaged|from its image", text)]
        wait_until(visit.page, IS_ANOTHER, spoilt)
        visit.close()
    again = Visit(context, post_url)
    assert again.block.run("print(1)") == "1\n"
    assert not again.plain


@pytest.mark.parametrize(
    "trouble",
    [
        "Object.defineProperty(self, 'caches', { get() { throw new DOMException('denied'); } })",
        "CacheStorage.prototype.open = () => Promise.reject(new DOMException('denied'))",
        "Cache.prototype.put = async () => { throw new DOMException('', 'QuotaExceededError'); }",
    ],
)
def test_storage_denied_or_full(fresh, post_url, trouble):
    visit = Visit(fresh, post_url, trouble)
    assert visit.block.run("print(1)") == "1\n"
    assert visit.plain
    expect(visit.block.element.locator(".py-note")).to_have_count(0)
    said = "image of Python"
    wait_for(visit.page, lambda: any(said in text for text in visit.said), said)
    elsewhere = fresh.new_page()  # where storage is as it was
    elsewhere.goto(post_url)
    assert not elsewhere.evaluate(STORED_IMAGE)


def test_a_pyodide_without_snapshots_starts_plainly(fresh, post_url, site_dir):
    alter_worker(fresh, site_dir, ".makeMemorySnapshot()", ".gone()")
    visit = Visit(fresh, post_url)
    assert visit.block.run("print(1)") == "1\n"
    visit.block.start("while True: pass")
    expect(visit.block.status).to_have_text("Running")
    visit.block.button("Stop").click()
    assert visit.block.run("print(2)") == "2\n"
    assert [text for text in visit.said if "will not be faster" in text]


def test_python_that_breaks_down_is_started_anew(context, post_url):
    visit = Visit(context, post_url)
    code = "import os\nos._exit(3)"
    visit.block.start(f"print('before', flush=True)\n{code}")
    visit.block.ended("Python broke down")
    assert "exit(3)" in visit.block.element.locator(".py-note").inner_text()
    assert visit.block.text == "before\n"
    assert visit.block.code.endswith(code)
    assert visit.block.run("print('after')") == "after\n"


def test_a_worker_that_has_died_is_replaced(context, post_url):
    visit = Visit(context, post_url)
    visit.block.run("import js\njs.self.close()")
    visit.block.start("print('lost')")
    visit.block.ended("Python broke down")
    assert visit.block.run("print('after')") == "after\n"
