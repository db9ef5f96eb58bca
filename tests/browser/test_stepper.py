"""The stepper of Part 3: the figure before a run, every step after it, by mouse and by keyboard."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .conftest import closing
from .test_site import PHONE, violations

GRADIENTS = {"a": "−1.71", "b": "6.84", "c": "−1", "u": "3.42", "e": "1"}


@pytest.fixture(scope="module")
def backward_url(site_url: str) -> str:
    """Address of Part 3."""
    return site_url + "blog/backward/"


@pytest.fixture(scope="module")
def run_page(returning: BrowserContext, backward_url: str) -> Iterator[Page]:
    """Part 3 with its stepper shown; Python starts but once for most of the tests."""
    with closing(returning) as context:
        page = context.new_page()
        page.goto(backward_url)
        run(page)
        yield page


@pytest.fixture
def page(run_page: Page) -> Page:
    """The same, at the first step."""
    run_page.locator(".dl-stepper__scroll").press("Home")
    return run_page


def block(page: Page):
    return page.locator("py-playground[data-block=stepper]")


def run(page: Page) -> None:
    block(page).get_by_role("button", name="Run").click()
    page.locator(".dl-stepper").wait_for(timeout=60_000)


def button(page: Page, name: str):
    return page.locator(".dl-stepper").get_by_role("button", name=name, exact=True)


def place(page: Page) -> tuple[int, int]:
    """How many steps are shown, of how many."""
    done, total = page.locator(".dl-stepper__place").inner_text().split(" of ")
    return int(done), int(total)


def sentence(page: Page) -> str:
    return page.locator(".dl-stepper__sentence").inner_text()


def shown(page: Page) -> str:
    """All that is seen, but which button has the focus and where the graph is scrolled to."""
    return page.locator(".dl-stepper").evaluate(
        """element => element.querySelector("svg").outerHTML + element.innerText
          + [...element.querySelectorAll("button")].map((it) => it.getAttribute("aria-disabled"))"""
    )


def numbers(page: Page) -> dict[str, dict[str, str]]:
    """The data and grad in each box with a name."""
    return page.locator(".dl-stepper").evaluate(
        """element => Object.fromEntries(
          [...element.querySelectorAll(".dl-stepper__box")].map((box) => {
            const text = (part) => box.querySelector(`.dl-stepper__${part}`)?.textContent ?? "";
            return [text("name"), { data: text("data"), grad: text("grad") }];
          }).filter(([name]) => name),
        )"""
    )


def go_to_rest(page: Page) -> None:
    done, total = place(page)
    for _ in range(total - done):
        button(page, "Next").click()


def go_to_end(page: Page) -> list[str]:
    """Next until the last step; what was shown after each, the start included."""
    seen = [shown(page)]
    _, total = place(page)
    for _ in range(total):
        button(page, "Next").click()
        seen.append(shown(page))
    assert place(page) == (total, total)
    return seen


def test_before_a_run_the_figure_has_the_final_gradients(open_context, backward_url):
    page = open_context(java_script_enabled=False).new_page()
    page.goto(backward_url)
    alt = block(page).locator("figure img").get_attribute("alt")
    for name, gradient in GRADIENTS.items():
        assert re.search(rf"\b{name} = [^;]*, gradient {re.escape(gradient)}[;.]", alt), alt
    assert page.locator(".dl-stepper").count() == 0


def test_data_fill_in_and_then_gradients_come_back(page):
    assert place(page)[0] == 0
    assert set(numbers(page)["u"].values()) == {""}
    button(page, "Next").click()
    assert numbers(page)["a"] == {"data": "2", "grad": ""}
    assert "a" in sentence(page)
    go_to_rest(page)
    assert {name: values["grad"] for name, values in numbers(page).items()} == GRADIENTS


def test_each_arrow_adds_upstream_times_local(page):
    """The sums shown are sums, and where two arrows meet the second adds to the first."""
    visits = []
    _, total = place(page)
    for _ in range(total):
        button(page, "Next").click()
        parts = page.locator(".dl-stepper__sum b").all_inner_texts()
        if parts:
            values = [float(part.replace("−", "-")) for part in parts]
            upstream, local, contribution, before, after = values
            assert contribution == pytest.approx(upstream * local, rel=1e-3, abs=1e-3)
            assert after == pytest.approx(before + contribution, rel=1e-3, abs=1e-3)
            active = page.locator(".dl-stepper__box.dl-stepper__active .dl-stepper__name")
            visits.append((active.text_content() if active.count() else "", before, after))
            sign = page.locator(".dl-stepper__active .dl-stepper__badge").text_content()
            assert sign == ("+" if contribution > 0 else "−" if contribution < 0 else "0")
    to_u = [visit for visit in visits if visit[0] == "u"]
    assert [before for _, before, _ in to_u] == [0, to_u[0][2]], "two visits, the second adds"
    assert any(after < before for _, before, after in visits), "no negative contribution seen"


def test_back_shows_exactly_what_was_shown(page):
    seen = go_to_end(page)
    for before in reversed(seen[:-1]):
        button(page, "Back").click()
        assert shown(page) == before
    assert button(page, "Back").get_attribute("aria-disabled") == "true"
    button(page, "Back").press("Enter")
    assert shown(page) == seen[0]


def test_keyboard(page):
    _, total = place(page)
    button(page, "Next").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert place(page)[0] == 2
    page.keyboard.press("ArrowLeft")
    assert place(page)[0] == 1
    page.keyboard.press("End")
    assert place(page)[0] == total
    page.keyboard.press("Enter")  # Next, at the end: nothing, and the focus stays
    assert place(page)[0] == total
    assert page.evaluate("document.activeElement.textContent") == "Next"
    page.keyboard.press("Home")
    assert place(page)[0] == 0
    page.locator(".dl-stepper__scroll").focus()
    page.keyboard.press("ArrowRight")
    assert place(page)[0] == 1
    page.keyboard.press("Alt+ArrowRight")  # the browser's own
    assert place(page)[0] == 1


def test_each_sentence_is_announced_politely(page):
    status = page.locator(".dl-stepper").get_by_role("status")
    assert status.count() == 1
    said = {status.inner_text()}
    _, total = place(page)
    for _ in range(total):
        button(page, "Next").click()
        said.add(status.inner_text())
    assert len(said) == total + 1, "some step says nothing of its own"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    go_to_rest(page)
    button(page, "Back").click()
    assert violations(page, None) == []


def test_reduced_motion_is_respected(page):
    duration = "getComputedStyle(document.querySelector('.dl-stepper__line')).transitionDuration"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(duration) == "0.2s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(duration) == "0s"


def test_on_a_phone_the_step_stays_in_sight(open_context, backward_url):
    page = open_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    page.goto(backward_url)
    run(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for name in ("Restart", "Back", "Next", "Play"):
        assert button(page, name).bounding_box()["height"] >= 44
    _, total = place(page)
    for _ in range(total):
        button(page, "Next").click()
        box = page.locator(".dl-stepper__box.dl-stepper__active").first.bounding_box()
        assert box["x"] >= 0, json.dumps(box)
        assert box["x"] + box["width"] <= PHONE["width"], json.dumps(box)


def test_play_goes_step_by_step_and_pauses(page):
    page.clock.install()
    _, total = place(page)
    button(page, "Play").click()
    assert place(page)[0] == 1
    page.clock.run_for(4000)
    assert place(page)[0] == 3
    button(page, "Pause").click()
    page.clock.run_for(10_000)
    assert place(page)[0] == 3
    button(page, "Play").click()
    page.clock.run_for(2000 * total)
    assert place(page)[0] == total
    expect(button(page, "Play")).to_be_visible()
    button(page, "Play").click()  # from the end, again from the start
    assert place(page)[0] == 1
    button(page, "Restart").click()
    page.clock.run_for(10_000)
    assert place(page)[0] == 0


def test_it_steps_through_the_readers_own_graph(page):
    block(page).get_by_role("button", name="Edit").click()
    editor = block(page).locator(".cm-content")
    editor.wait_for()
    editor.press("ControlOrMeta+a")
    page.keyboard.insert_text(
        "from engine import steps\n\n"
        "g = Graph()\nx = g.value(3.0)\ny = x * x\n\n"
        'steps(y, names={"x": x, "y": y})'
    )
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".dl-stepper__name")).to_have_text(["y", "x"], timeout=60_000)
    go_to_rest(page)
    assert numbers(page) == {"x": {"data": "3", "grad": "6"}, "y": {"data": "9", "grad": "1"}}
