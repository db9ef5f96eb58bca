"""The editor: it takes the place of the static code unnoticed, and can be left as it was entered.
No Python runs here."""

import pytest
from playwright.sync_api import Page, expect

from .playground import Block

# The colour of every character that can be seen, in order.
COLOURS = """(root) => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const colours = [];
  while (walker.nextNode()) {
    const { color } = getComputedStyle(walker.currentNode.parentElement);
    for (const c of walker.currentNode.data) if (c.trim()) colours.push(c + " " + color);
  }
  return colours;
}"""

EVERY_TOKEN = '''\
import math, os.path as path
from engine.nn import Graph as G, Value

@math.cache
class A(B, metaclass=M):
    """Says what it is."""

    def __init__(self, x: float = 2.0, *args, **kwargs) -> None:
        super().__init__()
        raise ValueError(f"a {x=:.2f} {len(x)!r}\\n") from None

y = -3 ** 2 if True else [i for i in range(10) if i not in (1, 2) and i is not None]
lambda q: q.data[1:2]  # a comment
del x
while x := 0x1F: pass
async def f(): await g(r"\\d", b'x')
print(__name__, {"a": 1}, 1e-3, ..., x @ y, ~x, x if y else z, x != y, x <= y, not x or y)
'''


@pytest.fixture
def nudge(page: Page, post_url: str) -> Block:
    page.goto(post_url)
    return Block(page, "nudge")


def open_editor(block: Block) -> None:
    block.button("Edit").click()
    expect(block.element.locator(".cm-content")).to_be_focused()


def wait_for_colours(block: Block, expected: list[str]) -> None:
    """The editor reads the code bit by bit when the machine is busy."""
    content = block.element.locator(".cm-content")
    for _ in range(50):
        found = content.evaluate(COLOURS)
        if found == expected:
            return
        block.page.wait_for_timeout(100)
    text = "".join(colour[0] for colour in found)
    for place, pair in enumerate(zip(found, expected, strict=True)):
        assert pair[0] == pair[1], f"at {text[max(place - 20, 0) : place + 20]!r}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_editor_looks_like_the_static_code(open_context, post_url, scheme):
    page = open_context(color_scheme=scheme).new_page()
    page.goto(post_url)
    # A folded block unfolds for the editor; an exercise has its hints and its solution below.
    for element in page.locator("py-playground:not(:has(.py-hidden))").all():
        block = Block(page, element.get_attribute("data-block"))
        code = element.locator("pre code").first
        static = code.evaluate(COLOURS)
        size = "e => [e.offsetWidth, e.offsetHeight, document.body.scrollHeight]"
        before = element.evaluate(size)
        open_editor(block)
        wait_for_colours(block, static)
        assert element.evaluate(size) == before


def test_every_token_has_the_colour_that_pygments_gives_it(page: Page, nudge: Block):
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    open_editor(nudge)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(EVERY_TOKEN)
    html = highlight(EVERY_TOKEN, PythonLexer(), HtmlFormatter(nowrap=True))
    expected = page.evaluate(
        f"""html => {{
          const code = document.querySelector("[data-block=nudge] code");
          code.innerHTML = html;
          return ({COLOURS})(code);
        }}""",
        html,
    )
    wait_for_colours(nudge, expected)


def test_tab_leaves_the_editor_until_something_is_typed(page: Page, nudge: Block):
    content = nudge.element.locator(".cm-content")
    open_editor(nudge)
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(content).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    expect(content).to_be_focused()
    assert nudge.code.startswith("    xdef f(x)")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(content).not_to_be_focused()


def test_a_click_edits_where_it_was_and_a_selection_does_not(page: Page, nudge: Block):
    code = nudge.element.locator("code")
    code.scroll_into_view_if_needed()
    box = code.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + 50, steps=4)
    page.mouse.up()
    assert page.evaluate("getSelection().toString()")
    assert nudge.element.locator(".cm-content").count() == 0
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + 20)  # at the end of the first line
    expect(nudge.element.locator(".cm-content")).to_be_focused()
    page.keyboard.type("  # typed")
    assert nudge.code.split("\n")[0] == "def f(x):  # typed"


def test_reset_can_be_undone(page: Page, nudge: Block):
    open_editor(nudge)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("mine")
    nudge.button("Reset").click()
    assert nudge.code.startswith("def f(x)")
    expect(nudge.button("Reset")).to_be_hidden()
    open_editor(nudge)
    page.keyboard.press("ControlOrMeta+z")
    assert nudge.code == "mine"
    expect(nudge.button("Reset")).to_be_enabled()


def test_an_editor_that_cannot_be_loaded_can_be_tried_again(page: Page, nudge: Block):
    page.route("**/editor-*.js", lambda route: route.abort())
    nudge.button("Edit").click()
    expect(nudge.status).to_have_text("The editor could not be loaded: try again")
    page.unroute("**/editor-*.js")
    open_editor(nudge)


def test_a_slider_moves_static_code_and_keeps_its_colours(open_context, post_url):
    context = open_context()
    context.route("**/runtime-*/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(post_url)
    check = Block(page, "sanity-check")
    before, colours = check.code, check.element.locator("code").evaluate(COLOURS)
    slider = check.element.get_by_role("slider", name="x")
    slider.focus()
    page.keyboard.press("Home")
    assert check.code == before.replace("x = 2.0", "x = -3.0")
    page.keyboard.press("End")
    assert check.code == before.replace("x = 2.0", "x = 3.0")
    assert check.element.locator(".py-field-value").inner_text() == "3.0"
    check.button("Reset").click()
    assert check.code == before
    assert check.element.locator("code").evaluate(COLOURS) == colours
