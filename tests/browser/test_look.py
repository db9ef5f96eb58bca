"""What readers see: figures on a phone, edges, the first lines, and paper."""

import re

import pytest
from playwright.sync_api import Page, expect

from .test_site import PHONE

FIGURES = """images => images.map(image => {
  const figure = image.closest("figure"), box = figure.getBoundingClientRect();
  return {
    name: image.getAttribute("src"),
    scale: image.getBoundingClientRect().width / Number(image.getAttribute("width")),
    right: box.right,
    cut: figure.scrollWidth > figure.clientWidth,
    graph: Number(image.getAttribute("width")) > 400,
  };
})"""

INK = """() => {
  const colour = (element, name) => getComputedStyle(element).getPropertyValue(name);
  const texts = [...document.querySelectorAll("article :is(h1, p, .py-text, code)")];
  return texts.filter(e => e.textContent.trim()).map(e => colour(e, "color"));
}"""


@pytest.mark.parametrize("part", ["backward", "from-neuron-to-network"])
def test_figures_fit_a_phone_and_their_text_is_legible(open_context, site_url, part):
    page = open_context(viewport=PHONE).new_page()
    page.goto(f"{site_url}blog/{part}/")
    found = page.locator(".py-figure img").evaluate_all(FIGURES)
    assert len(found) >= 3
    for figure in found:
        assert figure["right"] <= PHONE["width"], figure
        assert figure["scale"] * 13 >= 9.5, f"text of {figure['scale'] * 13} px: {figure}"
        assert figure["graph"] or not figure["cut"], figure  # a wide graph scrolls, with a cue


def test_a_figure_takes_the_colours_of_the_scheme_without_a_filter(open_context, post_url):
    """The picture's own pixels: a box of the graph is light on a light page, dark on a dark one."""
    looks = {}
    for scheme in ("light", "dark"):
        page = open_context(color_scheme=scheme).new_page()
        page.goto(post_url)
        image = page.locator("[data-block=graph] img")
        image.scroll_into_view_if_needed()
        image.evaluate("image => image.decode()")
        assert image.evaluate("e => getComputedStyle(e).filter") == "none"
        looks[scheme] = image.screenshot()
        # The toggle of the page counts, not the system alone.
        page.evaluate(
            "scheme => document.body.setAttribute('data-md-color-scheme', scheme)",
            {"light": "slate", "dark": "default"}[scheme],
        )
        looks[f"{scheme}, toggled"] = image.screenshot()
    assert looks["light"] != looks["dark"]
    assert looks["light"] == looks["dark, toggled"]
    assert looks["dark"] == looks["light, toggled"]


def test_a_post_begins_on_the_first_screen_of_a_phone(open_context, site_url):
    page = open_context(viewport=PHONE).new_page()
    page.goto(f"{site_url}blog/backward/")
    first = page.get_by_text("The tape of Part 2 knows")
    assert first.bounding_box()["y"] < 650
    fold = page.locator(".dl-series details")
    expect(fold.locator("summary")).to_have_text(
        re.compile(r"Part 3 of \d+ · Intro to Deep Learning")
    )
    expect(fold.locator("ol")).to_be_hidden()
    fold.locator("summary").click()
    assert fold.locator("li").count() >= 6
    expect(fold.get_by_role("link", name="What Is Deep Learning?")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1920])
def test_all_pages_have_one_left_edge(page: Page, site_url, width):
    page.set_viewport_size({"width": width, "height": 900})
    edges = {}
    for path in ("", "blog/", "blog/backward/", "labs/moons/", "tags/", "404.html"):
        page.goto(site_url + path)
        edges[path] = round(page.locator("article h1, .md-content h1").first.bounding_box()["x"])
    assert len(set(edges.values())) == 1, edges


def test_prose_has_a_measure_and_code_may_be_wider(page: Page, site_url):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site_url}blog/backward/")
    rem = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    prose = page.get_by_text("The tape of Part 2 knows").bounding_box()["width"]
    code = page.locator("py-playground").first.bounding_box()["width"]
    assert prose <= 34 * rem + 1
    assert code > prose


def test_paper_is_light_whatever_the_screen_was(open_context, site_url):
    page = open_context(color_scheme="dark").new_page()
    page.goto(f"{site_url}blog/backward/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    dark = set(page.evaluate(INK))
    page.emulate_media(media="print", color_scheme="dark")
    printed = page.evaluate(INK)
    assert dark != set(printed)
    for colour in set(printed):
        red, green, blue = map(float, re.findall(r"[\d.]+", colour)[:3])
        assert max(red, green, blue) < 200, colour
    assert page.locator(".py-figure img").first.evaluate(
        "e => getComputedStyle(e).colorScheme"
    ) == ("light")


def test_paper_has_what_is_folded_and_no_buttons(open_context, site_url, site_dir):
    page = open_context().new_page()
    page.goto(f"{site_url}blog/compiling-the-tape/")
    page.emulate_media(media="print")
    hidden = page.locator(".py-hidden")
    for fold in hidden.all():
        assert fold.locator("pre").bounding_box()["height"] > 20
    assert not page.locator("article button").locator("visible=true").count()
