"""How a block behaves under hand: typing, clicking, the keyboard, links, edits of other blocks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import closing
from .playground import Block, link_with, set_back, wait_until
from .test_site import PHONE, violations


@pytest.fixture(scope="module")
def opened(returning, post_url) -> Iterator[Page]:
    with closing(returning) as context:
        page = context.new_page()
        page.goto(post_url)
        yield page


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    yield opened
    set_back(opened)


@pytest.fixture
def first(page: Page) -> Block:
    return Block(page, "graph")


@pytest.fixture
def check(page: Page) -> Block:
    return Block(page, "sanity-check")


def test_quotes_and_brackets_are_as_typed(page: Page, first: Block):
    first.edit("")
    for line in (
        "s = '''doc'''",
        's = """doc"""',
        "s = f'''{x}''' + r'''\\d'''",
        "s = '''it's'''",
        "s = ''''''",
        "s = '' + \"\"",
        "s = {'k': [\"v\", ('a', 'b')]}",
        'f("it\'s", \'say "hi"\')',
        '# don\'t  "quote"',
        "s = ['''a''', '''b''']",
    ):
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        page.keyboard.type(line)
        assert first.code == line


def test_a_double_click_selects_the_word(page: Page, check: Block):
    assert not check.element.locator(".cm-content").count()
    x, y = check.element.locator("code").evaluate(
        """(code) => {
          const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) if (walker.currentNode.data === "df_du") break;
          const range = new Range();
          range.selectNodeContents(walker.currentNode);
          range.startContainer.parentElement.scrollIntoView({ block: "center" });
          const { x, y, width, height } = range.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        }"""
    )
    page.mouse.dblclick(x, y)
    expect(check.element.locator(".cm-content")).to_be_focused()
    wait_until(page, "getSelection().toString() === 'df_du'")


def test_a_double_click_on_run_is_one_run(page: Page, first: Block):
    first.edit("import time\nprint('begun')\ntime.sleep(0.4)\nprint('ended')")
    first.button("Run").dblclick(delay=90)
    first.ended()
    assert first.text == "begun\nended\n"


def test_the_focus_stays_near(page: Page, first: Block):
    first.edit("x = 1")
    first.button("Reset").focus()
    page.keyboard.press("Enter")
    expect(first.button("Edit")).to_be_focused()


def test_letters_do_not_leave_the_page(page: Page, first: Block):
    before = page.url
    first.button("Run").focus()
    for key in "pns,./f":
        page.keyboard.press(key)
    assert page.url == before
    assert not page.locator("#__search").is_checked()
    expect(first.button("Run")).to_be_focused()


def test_output_from_before_an_edit_says_so(page: Page, first: Block, check: Block):
    stale = first.element.locator(".py-output").evaluate_handle(
        "(output) => () => getComputedStyle(output.querySelector('.py-label'), '::after').content"
    )

    def shown() -> str:
        return stale.evaluate("(content) => content()")

    assert shown() == "none"
    original = first.code
    first.edit(original + "\nprint('more')")
    assert "before your edit" in shown()
    assert check.element.get_attribute("data-stale") is not None, "it runs what was edited"
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not violations(page, None)
    first.start()
    first.ended()
    assert shown() == "none"
    assert check.element.get_attribute("data-stale") is not None
    first.edit(original)
    assert "before your edit" in shown()
    first.button("Reset").click()
    assert shown() == "none"
    assert check.element.get_attribute("data-stale") is None


UNSEEN = "x = 'a\u202eb\u200b'\u00a0# c\u2066\ufeff"


def test_unseen_characters_are_shown(page: Page, first: Block):
    codes = ["U+202E", "U+200B", "U+00A0", "U+2066", "U+FEFF"]
    first.edit(UNSEEN + " 🙂❤️")
    marks = first.element.locator(".cm-content .py-unseen")
    assert [mark.get_attribute("data-code") for mark in marks.all()] == codes
    assert "U+202E" in marks.first.evaluate("e => getComputedStyle(e, '::before').content")


def test_unseen_characters_are_shown_without_the_editor(context, post_url):
    page = context.new_page()
    page.route("**/generated/editor-*", lambda route: route.abort())
    page.goto(link_with(post_url, [["graph", UNSEEN]]))
    block = Block(page, "graph")
    marks = block.element.locator("code .py-unseen")
    expect(marks).to_have_count(5)
    assert block.code == UNSEEN


def test_the_editor_is_tried_again_and_then_nothing_is_said(context, post_url):
    page = context.new_page()
    state = {"broken": True}

    def answer(route: Route) -> None:
        route.abort() if state["broken"] else route.continue_()

    page.route("**/generated/editor-*", answer)
    page.goto(post_url)
    block = Block(page, "graph")
    block.button("Edit").click()
    expect(block.status).to_have_text("The editor could not be loaded: try again")
    state["broken"] = False
    block.button("Edit").click()
    expect(block.element.locator(".cm-content")).to_be_focused()
    expect(block.status).to_have_text("")


def test_a_tap_on_code_reads_and_the_button_edits(open_context, post_url):
    page = open_context(viewport=PHONE, is_mobile=True, has_touch=True).new_page()
    page.goto(post_url)
    block = Block(page, "graph")
    block.element.locator("code").tap()
    block.button("Edit").tap()
    expect(block.element.locator(".cm-content")).to_be_focused()
    block = Block(page, "sanity-check")
    block.element.locator("code").tap()
    assert not block.element.locator(".cm-content").count()


def test_passing_by_loads_nothing(open_context, post_url):
    page = open_context().new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.clock.install()
    page.goto(post_url)
    run = Block(page, "graph").button("Run")
    run.scroll_into_view_if_needed()
    run.hover()
    page.clock.run_for(200)
    page.mouse.move(0, 0)
    page.clock.run_for(1000)
    assert not [url for url in fetched if "/runtime-" in url]


def test_who_saves_data_loads_python_for_a_run_only(open_context, post_url):
    context = open_context()
    context.add_init_script(
        "Object.defineProperty(navigator, 'connection', {value: {saveData: 1}})"
    )
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.clock.install()
    page.goto(post_url)
    run = Block(page, "graph").button("Run")
    run.hover()
    run.focus()
    page.clock.run_for(5000)
    assert not [url for url in fetched if "/runtime-" in url]


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ([["gone", "x = 1"]], "The link brings code for what this page does not have: gone."),
        ([["graph", "x = 5"], ["<b>", "y"]], "does not have: <b>."),
    ],
)
def test_a_link_with_code_for_no_block_says_so(context, post_url, codes, words):
    page = context.new_page()
    page.goto(link_with(post_url, codes))
    note = page.get_by_role("alert")
    expect(note).to_contain_text(words)
    expect(note).to_be_in_viewport()
    note.get_by_role("button", name="Copy that code").click()
    wait_until(page, "async (text) => await navigator.clipboard.readText() === text", codes[-1][1])


def test_a_damaged_link_says_so_in_sight(context, post_url):
    page = context.new_page()
    page.goto(post_url + "#code=AAAA")
    expect(page.get_by_role("alert")).to_contain_text("cannot be read: the link is damaged")
    expect(page.get_by_role("alert")).to_be_in_viewport()


def test_a_draft_outlives_changes_to_code_from_a_link(context, post_url):
    page = context.new_page()
    page.goto(post_url)
    block = Block(page, "graph")
    block.edit("mine = 1")
    page.goto(link_with(post_url, [["graph", "theirs = 1"]]))
    page.reload()
    wait_until(
        page, "document.querySelector('[data-block=graph] .cm-line')?.textContent[0] === 't'"
    )
    block.element.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type("0")
    page.goto("about:blank")
    page.goto(post_url)
    expect(block.element.locator(".cm-line")).to_have_text("mine = 1")
    expect(block.element.get_by_role("note")).to_have_count(0)
    page.goto(link_with(post_url, [["graph", "theirs = 1"]]))
    expect(block.element.locator(".cm-line")).to_have_text("theirs = 10")
    block.button("Show mine").click()
    expect(block.element.locator(".cm-line")).to_have_text("mine = 1")


def test_at_320_pixels_the_state_is_read_whole(open_context, post_url):
    page = open_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(post_url)
    block = Block(page, "graph")
    for words in ("Waiting for another run", "The editor could not be loaded: try again"):
        block.status.evaluate("(status, words) => status.textContent = words", words)
        assert block.element.locator(".py-bar").evaluate(
            """(bar) => {
              const range = new Range();
              range.selectNodeContents(bar.querySelector(".py-status"));
              const [box, text] = [bar.getBoundingClientRect(), range.getBoundingClientRect()];
              return text.left >= box.left && text.top >= box.top && text.bottom <= box.bottom
                && text.right <= bar.querySelector(".py-buttons").getBoundingClientRect().left;
            }"""
        ), words
