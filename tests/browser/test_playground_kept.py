"""What the reader has typed is kept and passed on: drafts, changed originals, links, Run all."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from .playground import BOOT, Block, settled
from .test_site import violations

MINE = "def f(x):\n    return x  # mine\n"


@pytest.fixture
def page(context, post_url) -> Page:
    page = context.new_page()
    page.goto(post_url)
    return page


@pytest.fixture
def nudge(page: Page) -> Block:
    return Block(page, "nudge")


def shared_link(block: Block) -> str:
    block.button("More").click()
    block.button("Copy a link to this code").click()
    expect(block.status).to_have_text("Link copied")
    return block.page.evaluate("navigator.clipboard.readText()")


def test_an_edit_is_there_in_the_next_visit(page: Page, nudge: Block):
    nudge.edit(MINE)
    page.reload()
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == MINE
    assert nudge.element.get_attribute("data-edited") == ""
    nudge.button("Reset").click()
    page.reload()
    assert nudge.code.startswith("def f(x)")
    assert "mine" not in nudge.code
    assert page.evaluate("Object.keys(localStorage).filter((key) => /^py-/.test(key))") == []


def test_both_changes_can_be_compared_and_taken_in_one(page: Page, nudge: Block):
    new = nudge.code
    assert new.startswith("def f(x):")
    nudge.edit(f"# mine\n{new}")
    page.evaluate(  # as if the author had changed the last line since
        """() => {
          const key = Object.keys(localStorage).find((key) => key.endsWith("#nudge"));
          const saved = JSON.parse(localStorage.getItem(key));
          const old = (text) => text.replace(/print[^\\n]*$/, "print('old')");
          const [original, text] = [old(saved.original), old(saved.text)];
          localStorage.setItem(key, JSON.stringify({ ...saved, original, text }));
        }"""
    )
    page.reload()
    note = nudge.element.get_by_role("note")
    note.get_by_role("button", name="Compare").click()
    lines = note.locator(".py-line--mine, .py-line--new")
    expect(lines.first).to_have_text("− # mine")
    expect(lines).to_have_count(3)
    settled(page)
    assert not violations(page, None)
    note.get_by_role("button", name="Use both", exact=True).click()
    expect(note).to_have_count(0)
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == f"# mine\n{new}"
    page.reload()
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == f"# mine\n{new}"
    expect(note).to_have_count(0)


@pytest.mark.parametrize("choice", ["Keep mine", "Use the new one"])
def test_a_changed_original_is_shown_and_mine_is_offered(page: Page, nudge: Block, choice):
    nudge.edit(MINE)
    page.evaluate(  # as if the author had changed the block since
        """() => {
          const key = Object.keys(localStorage).find((key) => key.endsWith("#nudge"));
          const saved = JSON.parse(localStorage.getItem(key));
          localStorage.setItem(key, JSON.stringify({ ...saved, original: "an older text" }));
        }"""
    )
    page.reload()
    note = nudge.element.get_by_role("note")
    expect(note).to_contain_text("This block has changed since you edited it.")
    assert "mine" not in nudge.code
    nudge.edit("x = 'typed in between'")
    page.reload()
    expect(note).to_be_visible()
    nudge.button(choice).click()
    expect(note).to_have_count(0)
    kept = MINE if choice == "Keep mine" else "x = 'typed in between'"
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == kept
    page.reload()
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == kept
    expect(note).to_have_count(0)


def test_where_storage_is_full_edits_last_for_the_visit(open_context, post_url):
    context = open_context()
    context.add_init_script(
        """Storage.prototype.setItem = () => {
          throw new DOMException("", "QuotaExceededError");
        };"""
    )
    page = context.new_page()
    page.goto(post_url)
    block = Block(page, "nudge")
    block.edit(MINE)
    page.evaluate(  # the block as it comes when the reader returns
        """async () => {
          const text = await (await fetch(location.href)).text();
          const coming = new DOMParser().parseFromString(text, "text/html");
          const selector = "[data-block=nudge]";
          document.querySelector(selector).replaceWith(coming.querySelector(selector));
        }"""
    )
    expect(block.element.locator(".cm-content")).to_be_visible()
    assert block.code == MINE


def test_a_link_brings_the_code_and_does_not_run_it(page: Page, nudge: Block, context):
    Block(page, "graph").edit("above = 'größer ✓'")
    nudge.edit("print(above)")
    link = shared_link(nudge)
    assert "#code=" in link
    assert len(link) < 300
    friend = context.browser.new_context().new_page()
    fetched = []
    friend.on("request", lambda request: fetched.append(request.url))
    friend.goto(link)
    theirs = Block(friend, "nudge")
    note = theirs.element.get_by_role("note")
    expect(note).to_contain_text("This code came with the link.")
    assert theirs.code == "print(above)"
    assert Block(friend, "graph").code == "above = 'größer ✓'"
    top = theirs.element.bounding_box()["y"]
    header = friend.locator(".md-header").bounding_box()
    assert header["y"] + header["height"] < top < 900, "it is not scrolled to, or behind the header"
    assert not [url for url in fetched if "/runtime-" in url]
    expect(theirs.element.locator(".py-label")).to_have_text("Recorded output")
    theirs.button("Run it").click()
    theirs.ended()
    assert theirs.text == "größer ✓\n"
    theirs.button("Show the original").click()
    assert theirs.code.startswith("def f(x)")
    friend.context.close()


def test_shared_code_does_not_take_the_place_of_mine(page: Page, nudge: Block, context):
    nudge.edit("x = 'shared'")
    link = shared_link(nudge)
    nudge.edit(MINE)
    page.goto("about:blank")
    page.goto(link)
    expect(nudge.element.get_by_role("note")).to_be_visible()
    assert nudge.code == "x = 'shared'"
    nudge.button("Show mine").click()
    assert nudge.code == MINE
    page.goto("about:blank")
    page.goto(link.split("#")[0])
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == MINE


def test_a_link_followed_within_the_page(page: Page, nudge: Block):
    nudge.edit("x = 'shared'")
    link = shared_link(nudge)
    nudge.button("Reset").click()
    page.evaluate("link => { location.href = link; }", link)
    # The theme may build the page anew for a new address, so nothing is certain at once.
    expect(nudge.element.locator(".cm-content")).to_have_text("x = 'shared'")
    expect(nudge.element.get_by_role("note")).to_be_visible()


@pytest.mark.parametrize("data", ["", "%%%", "AAAA", "a" * 3000])
def test_a_link_that_cannot_be_read_says_so(context, post_url, data):
    page = context.new_page()
    page.goto(f"{post_url}#code={data}")
    words = "The code in the address of this page cannot be read: the link is damaged."
    expect(page.get_by_role("alert")).to_have_text(words)
    assert Block(page, "nudge").code.startswith("def f(x)")


def test_a_link_that_unfolds_without_end_is_refused(page: Page, context, post_url):
    bomb = page.evaluate(
        """async () => {
          const text = JSON.stringify([["nudge", "x".repeat(20_000_000)]]);
          const deflate = new CompressionStream("deflate-raw");
          const stream = new Blob([text]).stream().pipeThrough(deflate);
          const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
          let data = "";
          for (const byte of bytes) data += String.fromCharCode(byte);
          return btoa(data).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
        }"""
    )
    other = context.new_page()
    other.goto(f"{post_url}#code={bomb}")
    expect(other.get_by_role("alert")).to_contain_text("cannot be read")


def test_code_too_long_for_a_link_is_refused_in_words(page: Page, nudge: Block):
    noise = page.evaluate("Array.from(crypto.getRandomValues(new Uint8Array(9000))).join('')")
    nudge.edit(f"x = {json.dumps(noise)}")
    nudge.button("More").click()
    nudge.button("Copy a link to this code").click()
    expect(nudge.status).to_have_text(
        re.compile(r"^Too long for a link \(\d+ characters of 8000\)")
    )


def test_the_menu_by_keyboard(page: Page, nudge: Block):
    more = nudge.button("More")
    more.focus()
    page.keyboard.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(nudge.button("Copy a link to this code")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(nudge.button("Copy a link to this code")).to_be_hidden()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    expect(nudge.button("Copy a link to this code")).to_be_hidden()


def test_run_all_and_what_a_run_includes(page: Page, nudge: Block):
    Block(page, "graph").edit("above = 1")
    run = nudge.button("Run")
    run.hover()
    assert run.get_attribute("title") == (
        "Runs the block above, with your edits in graph.py, then this one"
    )
    assert page.locator("py-playground[data-included]").count() == 2
    nudge.edit("print(above)")
    nudge.button("More").click()
    nudge.button("Run all blocks").click()
    expect(nudge.element.locator(".py-live .py-text")).to_have_text("1\n", timeout=BOOT)
    expect(nudge.element.locator(".py-label")).to_have_text(
        "Output of your run, after the block above, with your edits in graph.py"
    )
    third = Block(page, "two-modes")
    third.ended("error")  # it needs what the first block no longer imports
    expect(Block(page, "sanity-check").status).to_have_text("")
