"""Exercises and predictions in Part 1, and the Progress page: all that a reader can do there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import closing
from .playground import BOOT, Block, settled
from .test_site import violations

HEARD = """() => {
  window.heard = [];
  for (const status of document.querySelectorAll("[role=status], [aria-live]")) {
    new MutationObserver(() => window.heard.push(status.textContent)).observe(status, {
      childList: true, characterData: true, subtree: true,
    });
  }
}"""


@pytest.fixture(scope="module")
def opened(returning, post_url) -> Iterator[Page]:
    with closing(returning) as context:
        page = context.new_page()
        page.goto(post_url)
        yield page


@pytest.fixture
def page(opened: Page, post_url: str) -> Page:
    """Part 1 as on a first visit, with Python running."""
    opened.evaluate("localStorage.clear()")
    opened.goto(post_url)
    return opened


@pytest.fixture
def slope(page: Page) -> Block:
    return Block(page, "slope-at-the-bottom")


@pytest.fixture
def downhill(page: Page) -> Block:
    return Block(page, "downhill")


def check(block: Block, code: str | None = None, how: str = "Not yet") -> None:
    if code is not None:
        block.edit(code)
    block.button("Check").click()
    block.ended(rf"^{how}")


def verdict(block: Block):
    return block.element.locator(".py-verdict")


def test_a_check_refuses_in_words_and_marks_what_passes(page: Page, slope: Block):
    page.evaluate(HEARD)
    check(slope, "slope = -12")
    expect(verdict(slope)).to_contain_text("Not yet. slope is -12. Right would be another number")
    expect(verdict(slope)).to_contain_text("That is 8x")
    heard = [text for text in page.evaluate("window.heard") if "-12" in text]
    assert len(heard) == 1, "one announcement, at the end"
    assert page.locator(".py-toc-mark").count() == 0
    check(slope, "slope = 2 * (2 * -1.5 + 3) * 2", "Passed")
    expect(verdict(slope)).to_have_text("Passed. Your answer does what was asked.")
    expect(slope.element.locator(".py-mark")).to_have_text("Passed")
    section = page.locator('.md-nav--secondary a[href$="#the-slope-at-the-bottom"]')
    expect(section).to_contain_text("(passed)")
    # Part 1 is the first of the series' list.
    expect(page.locator(".dl-parts [data-exercises]").first).to_contain_text(
        "1 of 3 exercises passed"
    )
    page.reload()
    expect(slope.element.locator(".py-mark")).to_have_text("Passed")
    expect(section).to_contain_text("(passed)")
    slope.button("Reset").click()
    expect(verdict(slope)).to_have_count(0)
    expect(slope.element.locator(".py-mark")).to_have_text("Passed")  # once passed, it stays


def test_an_error_of_ones_own_is_shown_before_any_check(downhill: Block):
    check(downhill, "def lowest(f, x)\n    return x", "Ended by an error")
    expect(downhill.element.locator(".py-error")).to_contain_text("SyntaxError: expected ':'")
    expect(verdict(downhill)).to_have_count(0)
    check(downhill, "def lowest(f, x):\n    return x / 0")
    expect(verdict(downhill)).to_contain_text("it raised ZeroDivisionError: division by zero")
    verdict(downhill).get_by_role("button", name="Go to line 2").click()
    expect(downhill.element.locator(".cm-content")).to_be_focused()
    check(downhill, "x = 1")
    expect(verdict(downhill)).to_contain_text("There is no lowest in your code")


def test_an_endless_answer_is_ended_like_any_run(downhill: Block):
    downhill.edit("def lowest(f, x):\n    while True:\n        pass")
    downhill.button("Check").click()
    expect(downhill.button("Stop")).to_be_visible(timeout=BOOT)
    downhill.button("Stop").click()
    downhill.ended("Stopped")
    expect(verdict(downhill)).to_have_count(0)


def test_hints_come_one_by_one_and_the_solution_by_a_second_click(page: Page, downhill: Block):
    first, second = downhill.element.locator(".py-clue > summary").all()
    expect(first).to_have_text("Hint 1 of 2")
    expect(second).to_be_hidden()
    first.focus()
    page.keyboard.press("Enter")
    expect(second).to_be_visible()
    solution = downhill.element.locator(".py-solution")
    summary = solution.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(summary).to_have_text("Show me the solution")
    expect(downhill.status).to_contain_text("Press once more")
    expect(solution.locator("code")).to_be_hidden()
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(solution.locator("code")).to_be_visible()


def test_after_three_different_answers_the_solution_is_free(page: Page, slope: Block):
    for code in ("slope = 1", "slope = 1", "slope = 2"):
        check(slope, code)
        slope.edit("slope = ''")  # so that the state is another one
    check(slope, "slope = 3")
    expect(verdict(slope)).to_contain_text("The solution is open to you now.")
    page.reload()
    slope.element.locator(".py-solution > summary").click()
    expect(slope.element.locator(".py-solution code")).to_be_visible()


def test_a_mark_of_an_earlier_version_stays_and_says_so(page: Page, slope: Block):
    check(slope, "slope = 0", "Passed")
    page.evaluate(
        """() => {
          const key = Object.keys(localStorage).find((key) => key.startsWith("py-exercise:"));
          localStorage[key] = localStorage[key].replace(/"version":"\\w+"/, '"version":"older"');
        }"""
    )
    page.reload()
    mark = slope.element.locator(".py-mark")
    expect(mark).to_have_text("Passed an earlier version")
    check(slope, "slope = 5")
    expect(mark).to_have_text("Passed an earlier version")
    check(slope, "slope = 0.0", "Passed")
    expect(mark).to_have_text("Passed")


def test_blocks_below_do_not_run_an_exercise(page: Page, slope: Block):
    slope.edit("raise SystemError")
    other = Block(page, "which-mode")
    assert other.run() == "('reverse', 1)\n"


def test_the_progress_page_lists_marks_and_forgets_when_asked_twice(
    page: Page, slope: Block, site_url: str
):
    check(slope, "slope = 0", "Passed")
    page.goto(site_url + "progress/")
    listed = page.locator(".py-progress")
    item = listed.locator("li", has_text="The slope at the bottom")
    expect(item).to_contain_text("✓ Passed, 20")
    expect(listed).to_contain_text("1 of 3 passed.")
    item.get_by_role("link").click()
    expect(slope.element).to_be_in_viewport()
    page.go_back()
    reset = listed.get_by_role("button", name="Reset The slope at the bottom")
    reset.click()
    expect(item).to_contain_text("✓ Passed")
    listed.get_by_role("button", name="Forget marks and answers? The slope at the bottom").click()
    expect(listed.locator("> .py-own[role=status]")).to_have_text("Forgotten.")
    expect(item).to_have_text("The slope at the bottom")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('py-'))") == []


def test_a_saved_file_is_brought_back_and_loses_nothing_unasked(
    page: Page, slope: Block, site_url: str, tmp_path: Path
):
    check(slope, "slope = 0", "Passed")
    page.goto(site_url + "progress/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "saved.json"
    download.value.save_as(file)
    kept = page.evaluate("JSON.stringify(localStorage)")

    def offer(content: str):
        page.get_by_label("Bring back from a file").set_input_files(
            {"name": "<img src=x>.json", "mimeType": "application/json", "buffer": content.encode()}
        )
        return page.locator(".py-import")

    for content, why in [
        ("{", "Nothing was changed: the file is damaged"),
        (file.read_text().replace('"version": 1', '"version": 2', 1), "of a newer version"),
        (file.read_text().replace('"block": "', '"block": "<script>'), "entry 1 is not whole"),
    ]:
        expect(offer(content)).to_contain_text(why)
        assert page.evaluate("JSON.stringify(localStorage)") == kept

    mine = json.loads(file.read_text())
    for entry in mine["entries"]:
        if entry["kind"] == "exercise":
            entry["value"]["passed"]["text"] = "slope = '<script>alert(1)</script>'"
    box = offer(json.dumps(mine))
    expect(box).to_contain_text("The file brings 1 edited block, 1 exercise, 0 predictions.")
    expect(box.get_by_role("listitem")).to_have_text(
        "exercise slope-at-the-bottom of blog/what-is-deep-learning/"
    )
    box.get_by_role("button", name="Cancel").click()
    assert page.evaluate("JSON.stringify(localStorage)") == kept
    offer(json.dumps(mine)).get_by_role("button", name="Replace mine").click()
    expect(page.locator(".py-progress > .py-own[role=status]")).to_contain_text("Brought back: 1")
    assert "alert(1)" in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("button", name="Undo").click()
    assert page.evaluate("JSON.stringify(localStorage)") == kept
    page.evaluate("localStorage.clear()")
    page.reload()
    offer(file.read_text()).get_by_role("button", name="Bring back", exact=True).click()
    expect(page.locator(".py-progress li").first).to_contain_text("✓ Passed")


def test_a_prediction_stands_beside_what_came(page: Page):
    block = Block(page, "by-machine")
    cover = block.element.locator(".py-predict")
    recorded = cover.locator(".py-text")
    expect(recorded).to_be_hidden()
    page.emulate_media(media="print")
    expect(recorded).to_be_visible()
    page.emulate_media(media="screen")
    summary = cover.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    field = block.element.get_by_label("What will it show?")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(recorded).to_be_hidden()  # nothing is no guess
    page.keyboard.type("f = 49, df/dx = 7")
    page.keyboard.press("Enter")
    guess = block.element.locator(".py-guess")
    expect(guess).to_have_text("Your guess: f = 49, df/dx = 7 It shows something else.")
    expect(guess).to_be_focused()
    expect(recorded).to_be_visible()
    page.reload()
    expect(recorded).to_be_visible()
    expect(guess).to_contain_text("df/dx = 7")
    page.evaluate("localStorage.clear()")
    page.reload()
    summary.click()
    field.fill("f = 49,  df/dx = 28")
    assert block.run() == "f = 49, df/dx = 28\n"
    expect(guess).to_have_text("Your guess: f = 49,  df/dx = 28 That is there.")
    block.button("Reset").click()
    page.evaluate("localStorage.clear()")
    page.reload()
    summary.click()
    block.button("Show it").click()
    expect(recorded).to_be_visible()
    expect(guess).to_have_count(0)


def test_without_scripts_all_of_it_is_folded(open_context, post_url: str):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(post_url)
    block = Block(page, "downhill").element
    for name in ("Hint 1 of 2", "Hint 2 of 2", "Solution", "What the check tries"):
        summary = block.locator("summary", has_text=name)
        expect(summary).to_be_visible()
        summary.click()
    expect(block.locator(".py-solution code")).to_be_visible()
    predicted = Block(page, "by-machine").element
    expect(predicted.locator(".py-text")).to_be_hidden()
    predicted.locator("summary").click()
    expect(predicted.locator(".py-text")).to_be_visible()


def test_where_storage_is_denied_it_works_and_says_what_is_not_kept(open_context, post_url: str):
    page = open_context().new_page()
    page.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"]) {
          const theirs = Storage.prototype[name];
          Storage.prototype[name] = function (key, value) {
            if (key.startsWith("py-")) throw new DOMException("denied", "SecurityError");
            return theirs.call(this, key, value);
          };
        }"""
    )
    page.goto(post_url)
    slope = Block(page, "slope-at-the-bottom")
    check(slope, "slope = 0", "Passed")
    expect(verdict(slope)).to_contain_text("the mark is gone when you leave")
    expect(slope.element.locator(".py-mark")).to_have_text("Passed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    page: Page, slope: Block, downhill: Block, scheme, site_url
):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    check(slope, "slope = 0", "Passed")
    check(downhill)
    for summary in (".py-clue", ".py-check"):
        downhill.element.locator(f"{summary} > summary").first.click()
    for _ in range(2):
        downhill.element.locator(".py-solution > summary").click()
    expect(downhill.element.locator(".py-solution code")).to_be_visible()
    settled(page)
    assert not violations(page, None)
    Block(page, "by-machine").element.locator(".py-predict > summary").click()
    expect(page.get_by_label("What will it show?")).to_be_visible()
    settled(page)
    assert not violations(page, None)
    page.goto(site_url + "progress/")
    expect(page.locator(".py-progress .py-own").first).to_be_visible()
    settled(page)
    assert not violations(page, None)
    page.emulate_media(color_scheme="light")


def test_on_a_phone_it_fits_and_can_be_hit(open_context, post_url: str, site_url: str):
    size = {"width": 390, "height": 844}
    page = open_context(viewport=size, has_touch=True, is_mobile=True).new_page()
    page.goto(post_url)
    page.locator(".py-predict > summary").click()
    expect(page.get_by_label("What will it show?")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            ".py-help summary, .py-guessing button, .py-guessing input, .py-button--check"
          )]
            .filter((part) => part.checkVisibility())
            .map((part) => [part.textContent, part.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([text]) => text)"""
    )
    assert not small
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto(site_url + "progress/")
    expect(page.get_by_role("button", name="Save to a file")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
