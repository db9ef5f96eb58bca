"""The playground in Firefox: start, run, stop, come back. Playwright cannot drive the Firefox of a
distribution; Marionette, Firefox's own protocol, can."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from marionette_driver import By, Wait
from marionette_driver.marionette import HTMLElement, Marionette

from scripts.browsers import find_firefox

from .bits import APPLY, case
from .doors import OUTCOMES, check_outcomes, from_python
from .server import Host

START = 90  # seconds, for a start of Python on a busy machine


class FirefoxBlock:
    """A block of the page that is open, by its id."""

    def __init__(self, firefox: Marionette, name: str) -> None:
        self.firefox = firefox
        self._element = firefox.find_element(By.CSS_SELECTOR, f"py-playground[data-block={name}]")

    def find(self, selector: str) -> list[HTMLElement]:
        return self._element.find_elements(By.CSS_SELECTOR, selector)

    def click(self, label: str) -> None:
        (button,) = [b for b in self.find("button") if b.get_property("textContent") == label]
        button.click()

    def text(self) -> str:
        """What the last run printed."""
        return "".join(log.get_property("textContent") for log in self.find(".py-live .py-text"))

    def status(self) -> str:
        return self.find(".py-status")[0].get_property("textContent")

    def edit(self, code: str) -> None:
        self.click("Edit")
        self.until(lambda: self.find(".cm-content"))
        self.firefox.execute_script(
            """const content = arguments[0].querySelector(".cm-content");
            content.focus();
            document.execCommand("selectAll");
            document.execCommand("insertText", false, arguments[1]);""",
            [self._element, code],
        )

    def run(self, code: str) -> str:
        self.edit(code)
        self.click("Run")
        self.until(lambda: self.status().startswith("Done in"))
        return self.text()

    def until(self, condition: Callable[[], object]) -> None:
        Wait(self.firefox, timeout=START).until(lambda _: condition())


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marionette]:
    path = find_firefox()
    if path is None:
        pytest.fail("No Firefox: run this through python3 scripts/dev.py test browser")
    log = tmp_path_factory.mktemp("firefox") / "log"
    driver = Marionette(bin=path, headless=True, port=0, gecko_log=str(log))
    try:
        driver.start_session()
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def block(firefox: Marionette, post_url: str) -> FirefoxBlock:
    firefox.navigate(post_url)
    firefox.execute_script("localStorage.clear()")
    firefox.refresh()
    return FirefoxBlock(firefox, "graph")


def test_python_starts_and_shows_what_ci_recorded(block: FirefoxBlock):
    recorded = block.find(".py-figure img")[0].get_attribute("alt")
    block.click("Run")
    block.until(lambda: block.status().startswith("Done in"))
    assert block.find(".py-live .py-figure img")[0].get_attribute("alt") == recorded
    loaded = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    home = "/".join(block.firefox.get_url().split("/")[:3])
    assert not [url for url in block.firefox.execute_script(loaded) if not url.startswith(home)]


def test_stop_keeps_what_was_shown_and_python_is_there_again(block: FirefoxBlock):
    block.edit("print('begun')\nwhile True: pass")
    block.click("Run")
    block.until(lambda: block.text() == "begun\n")
    assert block.status() == "Running"
    block.click("Stop")
    assert block.status() == "Stopped"
    assert block.text() == "begun\n"
    assert block.run("print('again')") == "again\n"


def test_an_error_leads_to_its_line(block: FirefoxBlock):
    block.edit("x = 0\n1 / x")
    block.click("Run")
    block.until(lambda: block.status() == "Ended by an error")
    assert "ZeroDivisionError" in block.find(".py-error")[0].get_property("textContent")
    block.click("Go to line 2")
    block.until(lambda: block.find(".cm-content:focus"))


def test_the_doors_are_shut_here_too(firefox: Marionette, host: Host, site_dir: Path):
    with Host(site_dir) as other:
        firefox.navigate(host.url + "blog/what-is-deep-learning/")
        block = FirefoxBlock(firefox, "graph")
        block.run(from_python(host.url, other.url))
        check_outcomes(block.run(OUTCOMES))
        assert [path for path in host.asked if "door" in path] == []
        assert other.asked == []


def test_functions_have_the_bits_that_wasmtime_gives(firefox: Marionette):
    given, expected = case()
    firefox.navigate("about:blank")
    assert firefox.execute_script(APPLY, script_args=given, sandbox=None) == expected


def test_an_editor_that_did_not_come_is_asked_for_again(firefox: Marionette, host: Host):
    host.broken = "/editor-"
    firefox.navigate(host.url + "blog/what-is-deep-learning/")
    block = FirefoxBlock(firefox, "graph")
    block.click("Edit")
    block.until(lambda: block.status() == "The editor could not be loaded: try again")
    host.broken = ""
    block.click("Edit")
    block.until(lambda: block.find(".cm-content:focus"))
    assert block.status() == ""
