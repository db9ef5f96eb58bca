"""The fields of constants: typed text, choices, sliders; what they write into the code."""

import ast

import pytest
from playwright.sync_api import Page, expect

from .playground import Block
from .test_site import violations

CODE = """\
name = "ann"  # @param {type:"string"}
kind = "a"  # @param ["a", 'b "c"', 3]
a_rather_long_name_for_a_number = 2.0  # @param {type:"slider", min:-3, max:3, step:0.5}
print(ascii(name), kind)
"""


@pytest.fixture
def block(context, post_url) -> Block:
    page = context.new_page()
    page.goto(post_url)
    block = Block(page, "graph")
    block.edit(CODE)
    return block


def name(block: Block) -> str:
    """What Python reads in the first line."""
    return ast.literal_eval(block.code.splitlines()[0].partition(" = ")[2].partition("  # @")[0])


def test_typed_text_is_quoted_and_enter_runs_it(block: Block):
    page = block.page
    field = block.element.get_by_role("textbox", name="name", exact=True)
    expect(field).to_have_value("ann")
    field.click()
    for text in ('say "hi"', "it's", "'\"\\n\\", "🙂 数 # @param {}", ""):
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.press("Delete")
        page.keyboard.insert_text(text)
        expect(field).to_have_value(text)
        expect(field).to_be_focused()
        assert name(block) == text
    page.keyboard.type("b\\'ob")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("x")  # the cursor was not moved by the code
    page.keyboard.press("Enter")
    block.ended()
    assert block.text == repr("b\\'oxb") + " a\n"
    expect(field).to_be_focused()


def test_a_choice_by_the_keyboard_is_written_and_run(block: Block):
    select = block.element.get_by_role("combobox", name="kind")
    assert select.evaluate("e => [...e.options].map((o) => o.text)") == ["a", 'b "c"', "3"]
    select.focus()
    block.page.keyboard.press("ArrowDown")
    block.ended()
    assert block.text == "'ann' b \"c\"\n"
    assert "kind = 'b \"c\"'  # @param" in block.code


def test_what_is_written_in_the_editor_shows_in_the_fields(block: Block):
    select = block.element.get_by_role("combobox", name="kind")
    block.edit(CODE.replace('kind = "a"', "kind = 'z'").replace('"ann"', r"'\x62ob'"))
    assert select.evaluate("e => [e.value, e.options.length]") == ["'z'", 4]
    expect(block.element.get_by_role("textbox", name="name", exact=True)).to_have_value("bob")
    select.select_option("3")
    block.ended()
    assert select.evaluate("e => e.options.length") == 3
    block.edit(CODE.replace("string", "text"))
    expect(block.element.get_by_role("textbox", name="name", exact=True)).to_have_count(0)
    expect(select).to_be_visible()


def measure(page: Page) -> list[list[float]]:
    return page.locator(".py-field").evaluate_all(
        """(fields) => fields.flatMap((field) => {
          const block = field.closest("py-playground").getBoundingClientRect();
          return [...field.children].map((part) => {
            const { left, right, height } = part.getBoundingClientRect();
            const control = part.matches("input, select");
            return [left - block.left, block.right - right, control ? height : 44];
          });
        })"""
    )


def test_fields_are_large_enough_fit_and_can_be_read(block: Block):
    page = block.page
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        for left, right, height in measure(page):
            assert left >= 0
            assert right >= 0
            assert height >= 44
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert not violations(page, None)
