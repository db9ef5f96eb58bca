"""Code that came with a link: told before it runs, asked about once, kept apart from one's own."""

import base64
import json
import re
import zlib

import pytest
from playwright.sync_api import Locator, Page, expect

from .playground import BOOT, Block, wait_for


def link(address: str, **codes: str) -> str:
    """A link to this page that brings code, by block."""
    deflate = zlib.compressobj(wbits=-15)
    packed = deflate.compress(json.dumps(list(codes.items())).encode()) + deflate.flush()
    return f"{address}#code={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


@pytest.fixture
def page(context) -> Page:
    return context.new_page()


@pytest.fixture
def folded_url(site_url: str) -> str:
    """A page with a folded block, `tape`, above others."""
    return site_url + "blog/backward/"


def question(page: Page) -> Locator:
    return page.get_by_role("group", name="Code from a link")


def test_all_that_a_link_brings_is_shown_before_it_runs(page: Page, folded_url: str):
    page.goto(folded_url)
    blocks = page.locator("py-playground")
    ids = blocks.evaluate_all("(blocks) => blocks.map((block) => block.dataset.block)")
    last = ids[ids.index("tape") + 1]
    page.goto("about:blank")
    page.goto(link(folded_url, tape="print('folded')", **{last: "print('shown')"}))
    asked = question(page)
    expect(asked).to_contain_text("The link brings code to tape.py, ")
    expect(page.locator("py-playground[data-foreign]")).to_have_count(2)
    expect(page.locator("[data-foreign] > [role=note]")).to_have_count(2)
    folded = Block(page, "tape")
    expect(folded.element.get_by_text("print('folded')")).to_be_visible()
    asked.get_by_role("button", name="tape.py").click()
    expect(folded.element).to_be_in_viewport()
    expect(folded.button("Run")).to_be_focused()
    shown = Block(page, last)
    shown.button("Run").hover()
    title = shown.button("Run").get_attribute("title")
    assert "with a link's code in tape.py" in title
    assert "your edits" not in title


@pytest.mark.parametrize(
    "way", ["Run", "Ctrl-Enter", "Run all blocks", "a later block", "a slider"]
)
def test_whatever_starts_it_asks_first(page: Page, post_url: str, way: str):
    code = 'x = 1.0  # @param {type:"slider", min:-3, max:3, step:0.5}\nprint("foreign")'
    page.goto(link(post_url, nudge=code))
    nudge, asked = Block(page, "nudge"), question(page)
    expect(asked).to_be_visible()
    expect(asked).not_to_be_focused()
    asker = nudge
    if way == "Run":
        nudge.button("Run").click()
    elif way == "Ctrl-Enter":
        nudge.element.locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+Enter")
    elif way == "Run all blocks":
        nudge.button("More").click()
        nudge.button("Run all blocks").click()
        Block(page, "graph").ended()  # which comes before it, and holds nothing foreign
    elif way == "a later block":
        asker = Block(page, "two-modes")
        asker.button("Run").click()
    else:
        slider = nudge.element.get_by_role("slider", name="x")
        slider.focus()
        page.keyboard.press("Home")
    expect(asked).to_be_focused()
    expect(asker.element.get_by_role("group", name="Code from a link")).to_be_visible()
    expect(asker.status).to_have_text("Waiting for your answer")
    assert nudge.text == ""
    asked.get_by_role("button", name="Run it").click()
    expect(asked).to_have_count(0)
    asker.ended("Done in|error")
    if asker is nudge:
        assert nudge.text == "foreign\n"
        assert nudge.run() == "foreign\n", "it asks again"


def test_what_is_discarded_is_not_run(page: Page, post_url: str):
    page.goto(link(post_url, graph="print('foreign')", nudge="print('foreign too')"))
    nudge, asked = Block(page, "nudge"), question(page)
    nudge.button("Run").click()  # maybe before the link's code is there
    expect(asked).to_be_focused()
    expect(page.locator("py-playground[data-foreign]")).to_have_count(2)
    asked.get_by_role("button", name="Discard it").click()
    expect(asked).to_have_count(0)
    expect(page.locator("py-playground[data-foreign]")).to_have_count(0)
    expect(nudge.button("Run")).to_be_focused()
    assert "foreign" not in nudge.code + Block(page, "graph").code
    expect(nudge.status).to_have_text("")
    nudge.run()


def test_who_is_quicker_than_the_link_is_asked_too(page: Page, post_url: str):
    held = []
    page.route("**/generated/share-*.js", lambda route: held.append(route))
    page.goto(link(post_url, nudge="print('foreign')"))
    nudge, asked = Block(page, "nudge"), question(page)
    nudge.button("Run").click()
    wait_for(page, lambda: held, "share.js is wanted")
    held[0].continue_()
    expect(asked).to_be_focused()
    assert nudge.text == ""
    asked.get_by_role("button", name="Run it").click()
    nudge.ended()
    assert nudge.text == "foreign\n"


def test_a_check_asks_too(page: Page, post_url: str):
    code = "print('foreign')\nslope = 2 * (2 * -1.5 + 3) * 2"
    page.goto(link(post_url, **{"slope-at-the-bottom": code}))
    slope, asked = Block(page, "slope-at-the-bottom"), question(page)
    slope.button("Check").click()
    expect(asked).to_be_focused()
    assert slope.text == ""
    asked.get_by_role("button", name="Discard it").click()
    expect(slope.element.locator(".py-verdict")).to_have_count(0)
    assert "foreign" not in slope.text + slope.code


@pytest.mark.parametrize("part", ["share", "sharedlink"])
def test_what_did_not_load_is_no_damage_of_the_link(page: Page, post_url: str, part: str):
    page.route(f"**/generated/{part}-*.js", lambda route: route.abort())
    page.goto(link(post_url, nudge="print('foreign')"))
    alert = page.get_by_role("alert")
    words = "The link's code cannot be shown: a part of this page did not load."
    expect(alert).to_contain_text(words)
    page.unroute(f"**/generated/{part}-*.js")
    alert.get_by_role("button", name="Try again").click()
    expect(question(page)).to_be_visible()
    expect(alert).to_have_count(0)


def test_a_run_without_its_code_is_not_asked_about(page: Page, post_url: str):
    page.goto(link(post_url, nudge="print('foreign')"))
    expect(question(page)).to_be_visible()
    assert Block(page, "graph").run("print('own')") == "own\n"
    expect(question(page)).to_be_visible()


def test_a_waiting_run_does_not_take_up_what_a_link_brings(page: Page, post_url: str, context):
    page.goto(post_url)
    page.route("**/generated/worker-*.js", lambda route: None)  # it does not come for now
    nudge = Block(page, "nudge")
    nudge.button("Run").click()
    expect(nudge.status).to_have_text(re.compile("Loading|Starting"))
    fragment = link("", nudge="print('foreign')")
    page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
    expect(question(page)).to_be_visible()
    page.unroute("**/generated/worker-*.js")
    asked = question(page)
    asked.get_by_role("button", name="Run it").click()
    nudge.ended()
    assert nudge.text == "foreign\n"


def test_another_link_is_another_question(page: Page, post_url: str):
    page.goto(link(post_url, nudge="print('first')"))
    question(page).get_by_role("button", name="Run it").click()
    nudge = Block(page, "nudge")
    nudge.ended()
    fragment = link("", nudge="print('second')")
    page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
    expect(question(page)).to_be_visible()
    nudge.button("Run").click()
    expect(question(page)).to_be_focused()
    assert "second" not in nudge.text


def test_my_own_is_kept_apart(page: Page, post_url: str):
    page.goto(post_url)
    nudge = Block(page, "nudge")
    nudge.edit("print('mine')")
    page.goto("about:blank")
    page.goto(link(post_url, nudge="print('foreign')"))
    expect(question(page)).to_be_visible()
    nudge.edit("print('foreign, changed')")
    page.reload()
    expect(question(page)).to_be_visible()
    assert nudge.code == "print('foreign, changed')", "what was typed is lost"
    nudge.button("Show mine").click()
    expect(question(page)).to_have_count(0)
    assert nudge.code == "print('mine')"
    page.goto("about:blank")
    page.goto(post_url)
    expect(nudge.element.locator(".cm-content")).to_be_visible()
    assert nudge.code == "print('mine')"
    nudge.button("Reset").click()


def test_foreign_code_leaves_nothing_in_python(page: Page, post_url: str):
    spoil = "import builtins\nbuiltins.spoilt = True\nimport js\njs.spoilt = True\nprint('spoilt')"
    page.goto(link(post_url, graph=spoil))
    graph = Block(page, "graph")
    question(page).get_by_role("button", name="Run it").click()
    expect(graph.element.locator(".py-live .py-text")).to_have_text("spoilt\n", timeout=BOOT)
    graph.button("Show the original").click()
    look = "import builtins, js\nprint(hasattr(builtins, 'spoilt'), hasattr(js, 'spoilt'))"
    assert graph.run(look) == "False False\n"
    graph.button("Reset").click()
