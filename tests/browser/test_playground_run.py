"""Running blocks of Part 1: what is shown, what is edited, what is stopped, what goes wrong."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .conftest import closing
from .playground import BOOT, Block, set_back, settled
from .test_site import violations


@pytest.fixture(scope="module")
def opened(returning, post_url) -> Iterator[Page]:
    """One page for all tests here, with one start of Python; each test leaves it as it was."""
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
    """The first block of the page: a run of it runs nothing else."""
    return Block(page, "graph")


@pytest.fixture
def check(page: Page) -> Block:
    """The block with a slider."""
    return Block(page, "sanity-check")


def shown(block: Block) -> tuple[str, list[tuple[str, str, str]]]:
    """The text in sight below a block, and its figures: alternative text, width, height."""
    output = block.element.locator(".py-output")
    text = "".join(output.locator("pre:visible").all_text_contents())
    figures = output.locator("figure img:visible").all()
    names = ("alt", "width", "height")
    return text.strip("\n"), [tuple(map(img.get_attribute, names)) for img in figures]


def test_every_block_shows_what_ci_recorded(page: Page):
    elements = page.locator("article py-playground:has(> .py-output)").all()
    assert len(elements) >= 4
    for element in elements:
        covers = element.locator(".py-predict")
        covers.evaluate_all("covers => covers.forEach((cover) => (cover.open = true))")
        block = Block(page, element.get_attribute("data-block"))
        label = block.element.locator(".py-label")
        expect(label).to_have_text("Recorded output")
        recorded = shown(block)
        assert any(recorded)
        block.run()
        expect(label).to_have_text(re.compile("^Output of your run"))
        assert shown(block) == recorded


def test_edit_and_run_by_keyboard(page: Page, check: Block):
    code = check.code
    check.run(code.replace("x = 2.0", "x = 3.0"))
    assert check.text == "u=9 f=81 df_dx=36\n"
    assert check.element.locator(".cm-content").evaluate("e => e === document.activeElement")
    check.button("Reset").click()
    assert check.code == code
    expect(check.element.locator(".py-label")).to_have_text("Recorded output")
    assert "df_dx=28" in check.element.locator(".py-output").inner_text()
    expect(check.button("Reset")).to_be_hidden()


def test_an_edit_above_counts_below(page: Page, check: Block):
    below = Block(page, "by-machine")
    check.edit("factor = 7")
    assert below.run("print(factor)") == "7\n"
    check.edit("factor = 8")
    assert below.run() == "8\n"


def test_slider_rewrites_the_code_and_runs(page: Page, check: Block):
    slider = check.element.get_by_role("slider", name="x")
    slider.focus()
    page.keyboard.press("ArrowRight")
    check.ended()
    assert check.code.startswith("x = 2.1  # @param")
    assert check.text == "u=7.2 f=51.84 df_dx=28.8\n"
    page.keyboard.press("Home")
    text = check.element.locator(".py-live .py-text")
    expect(text).to_have_text("u=-3 f=9 df_dx=-12\n", timeout=BOOT)
    assert slider.evaluate("e => e === document.activeElement")
    check.button("Reset").click()
    assert slider.input_value() == "2"


def test_slider_dragged_fast_ends_at_the_last_value(page: Page, check: Block):
    slider = check.element.get_by_role("slider", name="x")
    slider.evaluate(
        """slider => { for (let i = -30; i <= 15; i++) {
          slider.value = i / 10; slider.dispatchEvent(new Event("input"));
        } }"""
    )
    text = check.element.locator(".py-live .py-text")
    expect(text).to_have_text("u=6 f=36 df_dx=24\n", timeout=BOOT)
    assert check.code.startswith("x = 1.5  #")


def test_typing_moves_the_slider(page: Page, check: Block):
    check.edit(check.code.replace("x = 2.0", "x = -1.5"))
    slider = check.element.get_by_role("slider", name="x")
    expect(slider).to_have_value("-1.5")
    check.edit("x = 2.0")
    expect(slider).to_have_count(0)


def test_stop_an_endless_loop_and_go_on(page: Page, first: Block):
    code = "print('begun')\nwhile True: pass"
    first.start(code)
    expect(first.element.locator(".py-live .py-text")).to_have_text("begun\n", timeout=BOOT)
    first.button("Stop").click()
    expect(first.status).to_have_text("Stopped")
    assert first.text == "begun\n", "the output up to then is kept"
    assert first.code == code
    assert first.run("print('again')") == "again\n"


def test_run_again_replaces_a_run_that_does_not_end(page: Page, first: Block):
    first.start("while True: pass")
    expect(first.status).to_have_text("Running", timeout=BOOT)
    assert first.run("print('newer')") == "newer\n"


def test_a_block_waits_for_the_run_of_another(page: Page, first: Block, check: Block):
    # Its first words: before them it may have given way to a new start of Python.
    check.start("print('begun')\nwhile True: pass")
    expect(check.element.locator(".py-live .py-text")).to_have_text("begun\n", timeout=BOOT)
    first.start("print('first')")
    expect(first.status).to_have_text("Waiting for another run")
    check.button("Stop").click()
    first.ended()
    assert first.text == "first\n"
    expect(check.status).to_have_text("Stopped")


def test_error_shows_the_readers_lines_and_marks_them(page: Page, check: Block):
    check.run("def f(n):\n    return 1 / n\n\nprint('before')\nf(0)", "error")
    assert check.text == "before\n"
    traceback = check.element.locator(".py-error")
    assert traceback.inner_text().rstrip() == (
        "Traceback (most recent call last):\n"
        '  File "sanity_check.py", line 5, in <module>\n'
        "    f(0)\n"
        "    ~^^^\n"
        '  File "sanity_check.py", line 2, in f\n'
        "    return 1 / n\n"
        "           ~~^~~\n"
        "ZeroDivisionError: division by zero"
    )
    assert check.element.locator(".py-error-line").inner_text() == "    return 1 / n"
    assert check.element.locator(".py-error-mark").all_text_contents() == ["1", " / n"] or (
        "".join(check.element.locator(".py-error-mark").all_text_contents()) == "1 / n"
    )
    check.button("Go to line 2").click()
    expect(check.element.locator(".cm-content")).to_be_focused()
    page.keyboard.type("# ")
    expect(check.element.locator(".py-error-line")).to_have_count(0)
    assert "    return # 1 / n" in check.code


def test_error_in_a_block_above_names_it(page: Page, first: Block, check: Block):
    first.edit("value = undefined_name")
    check.run(how="error")
    assert 'File "graph.py", line 1' in check.element.locator(".py-error").inner_text()
    check.button("Go to graph.py, line 1").click()
    expect(first.element.locator(".cm-content")).to_be_focused()
    assert first.element.locator(".py-error-mark").inner_text() == "undefined_name"


def test_errors_that_python_cannot_explain_have_a_hint(page: Page, first: Block):
    first.run("print(slope)", "error")
    hint = first.element.locator(".py-hint")
    expect(hint).to_contain_text("slope comes from nudge.py, further down the page")
    first.run("import numpy", "error")
    expect(hint).to_contain_text("numpy is not here")
    first.run("1 / 0", "error")
    expect(hint).to_have_count(0)


def test_error_is_marked_in_static_code(page: Page, check: Block):
    check.run("f(None)", "error")  # f is what the block nudge.py defines
    marked = "[...CSS.highlights.get('py-error')].map((range) => range.toString())"
    assert page.evaluate(marked) == ["2 * x"]
    assert not Block(page, "nudge").element.locator(".cm-content").count()
    check.run("x = 1")
    assert page.evaluate(marked) == []


def test_markup_is_text(page: Page, first: Block):
    markup = "<script>window.stolen = 1</script><img src=x onerror='window.stolen = 1'>"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' onload='window.stolen = 1'>{markup}</svg>"
    source = (
        f"markup = {json.dumps(markup)}\nprint(markup)\n"
        "class Evil:\n"
        f"    def _repr_svg_(self): return {json.dumps(svg)}\n"
        "    def __repr__(self): return markup\n"
        "display(Evil())\ndisplay(markup)\nraise ValueError(markup)"
    )
    first.run(source, "error")
    assert first.text == f"{markup}\n{markup!r}\n"
    assert first.element.locator(".py-error").inner_text().rstrip().endswith(markup)
    assert (
        first.element.locator(".py-live :is(script, svg, img:not(.py-figure > img))").count() == 0
    )
    image = first.element.locator(".py-live .py-figure img")
    assert image.get_attribute("src").startswith("data:image/svg+xml,")
    assert page.evaluate("window.stolen") is None


def test_displays_update_in_place(page: Page, first: Block):
    source = (
        "class Fig:\n"
        "    def __init__(self, name): self.name = name\n"
        "    def _repr_svg_(self):\n"
        '        return (f\'<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20">\'\n'
        "                f'<title>{self.name}</title></svg>')\n"
        "a = display(Fig('one'), id='figure')\n"
        "b = display(0)\n"
        "for i in range(1000):\n"
        "    a.update(Fig(f'figure {i}')); b.update(i)\n"
        "display(Fig('other'))"
    )
    assert first.run(source) == "999\n"
    images = first.element.locator(".py-live img").all()
    assert [image.get_attribute("alt") for image in images] == ["figure 999", "other"]
    assert images[0].get_attribute("width") == "30"


def test_no_output_is_said(page: Page, first: Block):
    first.run("x = 1")
    assert first.element.locator(".py-note").inner_text() == "No output."


def test_copy_takes_the_code_as_it_stands(page: Page, first: Block):
    first.edit("print('edited')")
    first.button("Copy").click()
    expect(first.status).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "print('edited')"


def test_rest_of_the_standard_library_comes_when_imported(page: Page, first: Block):
    assert first.run("import xmlrpc.client\nprint(xmlrpc.client.__name__)") == "xmlrpc.client\n"


def test_run_keeps_the_focus_and_has_a_state_that_is_announced(page: Page, first: Block):
    first.start()
    first.ended()
    assert page.evaluate("document.activeElement.textContent") == "Run"
    assert first.status.get_attribute("role") == "status"
    assert re.fullmatch(r"Done in \d+ ms|Done in \d+\.\d\d s", first.status.inner_text())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_block_that_is_used(page: Page, first: Block, check: Block, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    check.run("import sys\nprint('to stderr', file=sys.stderr)\nx = 2.0\n1 / 0", "error")
    first.run("x = 1")
    settled(page)
    assert not violations(page, None)


def test_suggestions_and_descriptions_come_from_the_session(page: Page, first: Block):
    first.run()
    content = first.element.locator(".cm-content")
    first.button("Edit").click()
    expect(content).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type("\ne.bac")
    choice = first.element.get_by_role("option", name="backward")
    expect(choice).to_be_visible()
    page.wait_for_timeout(100)  # a list that has just opened does not take keys meant for the text
    page.keyboard.press("ArrowDown")
    expect(first.element.locator(".cm-completionInfo")).to_contain_text("backward(")
    page.keyboard.press("Tab")
    assert first.code.endswith("\ne.backward")
    page.keyboard.type("()\nanother_na")
    page.keyboard.press("Enter")
    assert first.code.endswith("()\nanother_na\n"), "Enter takes no suggestion by itself"
    x, y = content.evaluate(
        """(content) => {
          const line = content.querySelector(".cm-line");
          const range = new Range();
          const text = line.lastChild; // " Graph, draw"
          range.setStart(text, text.data.indexOf("draw") + 1);
          range.setEnd(text, text.data.indexOf("draw") + 3);
          const { x, y, width, height } = range.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        }"""
    )
    page.mouse.move(x, y)
    expect(first.element.locator(".py-description")).to_contain_text("draw(")


def test_suggestions_do_not_disturb_a_run(page: Page, first: Block):
    first.start("print('begun')\nwhile True: pass")
    expect(first.element.locator(".py-live .py-text")).to_have_text("begun\n", timeout=BOOT)
    page.keyboard.press("Control+End")
    page.keyboard.type("\npri")
    # Python is busy: what it would suggest comes when it has been stopped, at the latest.
    expect(first.status).to_have_text("Running")
    first.button("Stop").click()
    assert first.code.endswith("\npri")
