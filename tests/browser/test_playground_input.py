"""What a program asks is answered in a field below its output, and the run goes on from there."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .playground import BOOT, Block
from .test_site import violations

ASKS = "name = input('Who? ')\nage = int(input('Age? '))\nprint(name, age + 1)"


@pytest.fixture
def page(context, post_url: str) -> Page:
    page = context.new_page()
    page.goto(post_url)
    return page


@pytest.fixture
def first(page: Page) -> Block:
    return Block(page, "graph")


def field(block: Block) -> Locator:
    return block.element.locator(".py-input input")


def asked(block: Block, label: str) -> Locator:
    """Wait for the field that is named so."""
    block.ended("Waiting for your input")
    found = block.element.get_by_role("textbox", name=label, exact=True)
    expect(found).to_be_editable(timeout=BOOT)
    return found


def answer(block: Block, label: str, text: str) -> None:
    """By the keyboard alone: the focus is where it is needed."""
    expect(asked(block, label)).to_be_focused()
    block.page.keyboard.insert_text(text)
    block.page.keyboard.press("Enter")


def test_answers_are_typed_as_in_a_terminal(page: Page, first: Block):
    first.start(ASKS)
    asked(first, "Who?")
    assert first.text == "Who? "
    answer(first, "Who?", "Ada")
    asked(first, "Age?")
    assert first.text == "Who? Ada\nAge? "
    expect(field(first)).to_have_value("")
    field(first).fill("36")
    first.button("Enter").click()
    first.ended()
    assert first.text == "Who? Ada\nAge? 36\nAda 37\n"
    expect(field(first)).to_have_count(0)
    expect(first.button("Run")).to_be_focused()
    # A block below goes on from the answers; another run of this one asks again.
    below = Block(page, "two-modes")
    assert below.run("print(name)") == "Ada\n"
    first.start()
    asked(first, "Who?")


def test_what_was_caught_is_asked_again_and_an_error_is_an_error(first: Block):
    first.start(
        "while True:\n    try:\n        n = int(input('Number? '))\n        break\n"
        "    except BaseException:\n        print('no')\nprint(n / 0)"
    )
    answer(first, "Number?", "seven")
    answer(first, "Number?", "")
    answer(first, "Number?", "7")
    first.ended("error")
    assert first.text == "Number? seven\nno\nNumber? \nno\nNumber? 7\n"
    expect(first.element.locator(".py-error")).to_contain_text("ZeroDivisionError")
    expect(field(first)).to_have_count(0)


def test_chance_is_the_same_until_the_run_has_ended(page: Page, first: Block):
    source = "import random\nsecret = random.random()\nprint(secret)"
    first.run(source)
    below = Block(page, "two-modes")
    below.start("print(secret, random.random())\ninput()\nprint(secret)")
    asked(below, "Input")
    before = below.text
    answer(below, "Input", "x")
    below.ended()
    assert below.text.startswith(before)
    assert below.text.split()[0] == below.text.split()[-1] == first.text.strip()
    assert first.run() != before.split()[0], "every run is the same"


@pytest.mark.parametrize("way", ["Stop", "Reset", "Run"])
def test_what_ends_the_question(page: Page, first: Block, way: str):
    first.start(ASKS)
    answer(first, "Who?", "Ada")
    asked(first, "Age?")
    if way == "Run":
        first.element.locator(".cm-content").click()
        page.keyboard.press("ControlOrMeta+Enter")
        asked(first, "Who?")
        assert first.text == "Who? "
        first.button("Stop").click()
    else:
        first.button(way).click()
    expect(field(first)).to_have_count(0)
    expect(first.status).to_have_text("" if way == "Reset" else "Stopped")
    expect(first.button("Run")).to_be_visible()
    assert first.run("print('next')") == "next\n"


def test_recorded_answers_serve_the_blocks_below_and_as_examples(page: Page, first: Block):
    first.element.evaluate("block => { block.dataset.input = 'Ada\\n36'; }")
    first.edit(ASKS)
    below = Block(page, "two-modes")
    assert below.run("print(name, age)") == "Ada 36\n"
    first.start()
    expect(asked(first, "Who?")).to_have_attribute("placeholder", "for example Ada")
    answer(first, "Who?", "Grace")
    expect(asked(first, "Age?")).to_have_attribute("placeholder", "for example 36")
    answer(first, "Age?", "45")
    first.ended()
    assert below.run() == "Grace 45\n"


def test_another_block_runs_meanwhile_and_the_focus_is_not_taken(page: Page, first: Block):
    below = Block(page, "nudge")
    below.element.evaluate("block => { block.dataset.exercise = 'apart'; }")
    first.start("print('begun')\ninput('Who? ')\nprint('done')")
    asked(first, "Who?")
    two = Block(page, "two-modes")
    two.edit("print(2)")
    page.keyboard.press("ControlOrMeta+Enter")
    two.ended("error")  # what is above it waits for input
    expect(two.element.locator(".cm-content")).to_be_focused()
    field(first).focus()
    answer(first, "Who?", "I")
    first.ended()
    assert first.text == "begun\nWho? I\ndone\n"


def test_all_blocks_wait_for_the_answer(page: Page, first: Block):
    first.edit("n = input('Who? ')\n" + first.element.locator("code").first.text_content())
    first.button("More").click()
    first.button("Run all blocks").click()
    asked(first, "Who?")
    expect(page.locator("py-playground[data-state]")).to_have_count(0)
    answer(first, "Who?", "I")
    first.ended()
    expect(page.locator("py-playground[data-state]").first).to_be_attached()


def test_a_field_that_did_not_come_is_said(page: Page, first: Block):
    page.route("**/generated/input-*.js", lambda route: route.abort())
    first.start("input('Who? ')")
    first.ended("could not be loaded: try again")
    page.unroute("**/generated/input-*.js")
    first.button("Run").click()
    asked(first, "Who?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_field_can_be_seen_named_and_touched(page: Page, first: Block, scheme: str):
    page.emulate_media(color_scheme=scheme)
    first.start(f"input('{'A long question ' * 9}? ')")
    first.ended("Waiting for your input")
    expect(field(first)).to_be_focused(timeout=BOOT)
    assert violations(page, None) == []
    page.set_viewport_size({"width": 320, "height": 700})
    for part in (field(first), first.button("Enter")):
        box = part.bounding_box()
        assert box["height"] >= 44
        assert 0 <= box["x"] <= 320 - box["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
