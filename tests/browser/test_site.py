"""The pages in a real browser: accessible, steady, fitting a phone, whole without JavaScript."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.project import ROOT

from .conftest import contexts
from .playground import REPORT_VIOLATIONS, refused, settled, wait_until

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 360, "height": 740}
NARROW = (320, PHONE["width"])  # the first is what a zoom of 400 % leaves of 1280
DESK = {"width": 1280, "height": 720}


def paths(site_dir: Path) -> list[str]:
    """Every page of the site, as the end of its address."""
    found = (str(path.relative_to(site_dir)) for path in site_dir.rglob("*.html"))
    return sorted(name.removesuffix("index.html") for name in found)


def violations(page, rules: list[str] | None) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))  # a script tag is what the policy forbids
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{page.url}: {found['id']}: {node['target']}: {node['failureSummary']}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


@dataclass
class Sight:
    """What was found on one page."""

    policies: int  # how many policies it has
    refused: list[str]  # what they refused, as the console says it
    light: list[str]  # what axe found
    dark: list[str]
    widths: dict[int, int]  # of the document in windows of a width, in pixels
    banner: tuple[float, float]  # left and right end of its picture there


@pytest.fixture(scope="module")
def tour(browser, site_url, site_dir) -> dict[str, Sight]:
    """Every page of the site, by the end of its address, each opened once."""
    sights = {}
    with contexts(browser, site_url) as open_context:
        context = open_context(reduced_motion="reduce")
        context.add_init_script(REPORT_VIOLATIONS)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        for path in paths(site_dir):
            said.clear()
            page.set_viewport_size(DESK)
            page.emulate_media(color_scheme="light")
            page.goto(site_url + path)
            page.locator("html.js").wait_for()
            light = violations(page, None)
            # The second scheme can differ from the first in nothing but colour.
            page.emulate_media(color_scheme="dark")
            dark = violations(page, ["color-contrast", "link-in-text-block"])
            widths = {}
            for width in NARROW:
                page.set_viewport_size(PHONE | {"width": width})
                widths[width] = page.evaluate("document.documentElement.scrollWidth")
            page.set_viewport_size(PHONE)
            box = page.locator(".dl-banner__art").bounding_box()
            sights[path] = Sight(
                policies=page.locator("meta[http-equiv=Content-Security-Policy]").count(),
                refused=refused(said),
                light=light,
                dark=dark,
                widths=widths,
                banner=(box["x"], box["x"] + box["width"]),
            )
    assert len(sights) > 10
    return sights


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(tour, scheme):
    found = [line for sight in tour.values() for line in getattr(sight, scheme)]
    assert not found, "\n".join(found)


def test_no_page_is_wider_than_its_window(tour):
    for path, sight in tour.items():
        assert sight.widths == {width: width for width in NARROW}, path
        left, right = sight.banner
        assert left >= 0, path
        assert right <= PHONE["width"], path


def test_every_page_lives_with_its_policy(tour):
    for path, sight in tour.items():
        assert sight.policies == 1, path
        assert not sight.refused, path


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_part_1_does_not_shift(open_context, post_url, viewport):
    context = open_context(viewport=viewport)
    context.add_init_script(
        """window.shifts = []
        const note = (entries) => window.shifts.push(...entries.filter((e) => !e.hadRecentInput))
        window.observer = new PerformanceObserver((list) => note(list.getEntries()))
        window.observer.observe({type: "layout-shift", buffered: true})
        window.shift = () => {
          note(window.observer.takeRecords())
          return window.shifts.reduce((sum, { value }) => sum + value, 0)
        }"""
    )
    page = context.new_page()
    page.goto(post_url)
    page.wait_for_load_state("networkidle")
    height = page.evaluate("document.body.scrollHeight")
    for y in range(0, height, 400):
        page.evaluate("y => scrollTo(0, y)", y)
        settled(page)
    assert page.evaluate("window.shift()") <= 0.01


def test_part_1_without_javascript(open_context, post_url):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(post_url)
    check = page.locator("py-playground[data-block=sanity-check]")
    assert "df_dx = df_du * du_dx" in check.locator("code").inner_text()
    assert check.locator(".py-output").is_visible()
    assert "df_dx=28" in check.locator(".py-output").inner_text()
    figure = page.locator("py-playground[data-block=graph] figure img")
    figure.scroll_into_view_if_needed()
    assert figure.is_visible()
    assert page.locator(".katex-display").first.is_visible()


def test_opening_a_page_loads_no_python_and_no_editor(open_context, post_url):
    context, asked = open_context(), []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(post_url)
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 2000)
    wait_until(page, "scrollY > 0")
    page.evaluate("new Promise(requestIdleCallback)")  # whoever watches the scrolling has seen it
    assert [url for url in asked if url.endswith("/assets/generated/playground.js")]
    late = ("/runtime-", "/editor-", "/worker-", "/python-")
    assert not [url for url in asked if any(part in url for part in late)]


def test_search_finds_a_post(page, site_url):
    page.goto(site_url)
    page.keyboard.press("/")
    page.keyboard.type("linnainmaa")
    page.locator(".md-search-result__link[href*='/blog/what-is-deep-learning/']").first.wait_for()


def test_dark_and_light_can_be_chosen(open_context, site_url):
    page = open_context(color_scheme="light").new_page()
    page.goto(site_url)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("label[title='Switch to light mode']").click()
    page.locator("label[title='Switch to dark mode']").click()
    wait_until(page, f"{ground} !== '{light}'")
    page.reload()
    assert page.evaluate(ground) != light, "the choice is forgotten"
