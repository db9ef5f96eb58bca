"""Blocks before, without and beside the script: complete, steady, large enough, printable.
No Python runs here."""

import pytest
from playwright.sync_api import expect

from .playground import Block
from .test_site import PHONE

SIZES = """() => [...document.querySelectorAll("py-playground")].map(
  (block) => [block.dataset.block, block.offsetTop, block.offsetHeight])"""


def test_without_javascript_all_is_there_but_what_would_not_work(open_context, post_url):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(post_url)
    check = Block(page, "sanity-check")
    assert check.element.locator(".py-title").inner_text() == "sanity_check.py"
    assert "df_dx = df_du * du_dx" in check.code
    assert "df_dx=28" in check.element.locator(".py-output").inner_text()
    label = check.element.locator(".py-output").evaluate(
        "output => getComputedStyle(output, '::before').content"
    )
    assert label == '"Recorded output"'
    assert page.locator("py-playground :is(button, input)").count() == 0


@pytest.mark.parametrize("mobile", [False, True])
def test_nothing_moves_when_the_script_arrives(open_context, post_url, mobile):
    context = open_context(viewport=PHONE, is_mobile=mobile, has_touch=mobile)
    context.route("**/generated/playground.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(post_url)
    page.wait_for_load_state("networkidle")
    before = page.evaluate(SIZES)
    context.unroute("**/generated/playground.js")
    page.reload()
    page.locator("py-playground .py-button--run").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(SIZES) == before


def test_touch_targets_are_44_pixels(open_context, post_url):
    page = open_context(viewport=PHONE, is_mobile=True, has_touch=True).new_page()
    page.goto(post_url)
    Block(page, "graph").button("More").click()
    controls = page.locator("py-playground :is(button, input):visible").all()
    assert len(controls) > 15
    for control in controls:
        box = control.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_controls_fit_their_block(open_context, post_url, width):
    page = open_context(viewport={"width": width, "height": 740}).new_page()
    page.goto(post_url)
    for block in page.locator("py-playground").all():
        outer = block.bounding_box()
        for control in block.locator(":is(button, input, .py-title):visible").all():
            box = control.bounding_box()
            assert box["x"] >= outer["x"]
            assert box["x"] + box["width"] <= outer["x"] + outer["width"]
            assert box["width"] >= 24


def test_print_shows_code_output_and_figures_only(page, post_url):
    page.goto(post_url)
    block = Block(page, "graph")
    block.button("Edit").click()
    expect(block.element.locator(".cm-content")).to_be_visible()
    page.emulate_media(media="print")
    assert block.element.locator(".cm-content").is_visible()
    assert block.element.locator(".py-title").is_visible()
    assert block.element.locator(".py-figure img").is_visible()
    assert not page.locator("py-playground :is(button, input)").locator("visible=true").count()


def test_every_button_has_a_name_in_every_width(open_context, post_url):
    page = open_context(viewport=PHONE).new_page()
    page.goto(post_url)
    group = page.get_by_role("group", name="Python: sanity_check.py")
    for name in ("Run", "Edit", "More"):
        expect(group.get_by_role("button", name=name, exact=True)).to_be_visible()
    group.get_by_role("button", name="More").click()
    for name in ("Copy the code", "Copy a link to this code", "Run all blocks"):
        expect(group.get_by_role("button", name=name)).to_be_visible()
    expect(group.get_by_role("slider", name="x")).to_be_visible()


def test_motion_is_reduced_on_request(open_context, post_url):
    page = open_context(reduced_motion="reduce").new_page()
    page.goto(post_url)
    animation = page.evaluate(
        """() => {
          const block = document.querySelector("py-playground");
          block.dataset.state = "running";
          return getComputedStyle(block.querySelector(".py-bar"), "::after").animationName;
        }"""
    )
    assert animation == "none"
