"""Drives a <py-playground> as a reader would: by its buttons, its editor and its sliders."""

import base64
import json
import re
import zlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

BOOT = 60_000  # ms; the first run of a page starts Python, on a machine that may be busy

# The size of the image of Python that was stored for later visits, or 0.
STORED_IMAGE = """async () => {
  const cache = await caches.open("python-image");
  const [key] = await cache.keys();
  return key ? (await (await cache.match(key)).arrayBuffer()).byteLength : 0;
}"""

REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  const { violatedDirective, blockedURI, sample, sourceFile } = event;
  console.warn("VIOLATION", violatedDirective, blockedURI, sample, sourceFile);
})"""


def refused(said: list[str]) -> list[str]:
    """What the Content-Security-Policy refused, of all that the console said."""
    return [line for line in said if "VIOLATION" in line or "Content Security" in line]


def wait_until(page: Page, script: str, argument: object = None) -> None:
    """Wait until an expression or a function, which may be asynchronous, gives something true.

    Playwright's wait_for_function asks again by eval, which the site's policy forbids.
    """
    wait_for(page, lambda: page.evaluate(script, argument), script)


def wait_for(page: Page, is_so: Callable[[], object], what: str) -> None:
    """Wait until this gives something true; meanwhile the page's events are heard."""
    for _ in range(BOOT // 100):
        if is_so():
            return
        page.wait_for_timeout(100)
    pytest.fail(f"This did not come true: {what}")


def settled(page: Page) -> None:
    """Wait until what was changed has been laid out and drawn, and no colour fades any more."""
    page.evaluate(
        """async () => {
          for (let n = 0; n < 2; n++) await new Promise(requestAnimationFrame);
          const ending = document
            .getAnimations()
            .filter((animation) => animation.effect.getComputedTiming().endTime < Infinity);
          await Promise.allSettled(ending.map(({ finished }) => finished));
        }"""
    )


def link_with(url: str, codes: list[list[str]]) -> str:
    """A link that brings code, as docs/assets/js/share.js makes it: [block, text] each."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(json.dumps(codes).encode()) + packer.flush()
    return f"{url}#code={base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def set_back(page: Page) -> None:
    """Press every Reset: it is shown where there is something to set back, and goes with it."""
    resets = page.get_by_role("button", name="Reset")
    while resets.count():
        resets.first.click()


class Block:
    """A block of a page, by its id."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.element = page.locator(f"py-playground[data-block={name}]")

    def button(self, name: str) -> Locator:
        return self.element.get_by_role("button", name=name, exact=True)

    @property
    def status(self) -> Locator:
        return self.element.locator(".py-status")

    @property
    def text(self) -> str:
        """What the last run printed and showed as text."""
        return "".join(self.element.locator(".py-live .py-text").all_text_contents())

    @property
    def code(self) -> str:
        """What stands in the editor, or else in the static code."""
        if self.element.locator(".cm-content").count():
            return "\n".join(self.element.locator(".cm-line").all_text_contents())
        return self.element.locator("code").text_content().removesuffix("\n")

    def edit(self, code: str) -> None:
        """Replace the code, as a paste would."""
        self.button("Edit").click()
        expect(self.element.locator(".cm-content")).to_be_focused()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(code)

    def start(self, code: str | None = None) -> None:
        """Run, with this code if any."""
        if code is None:
            self.button("Run").click()
        else:
            self.edit(code)
            self.page.keyboard.press("ControlOrMeta+Enter")

    def ended(self, how: str = "Done in") -> None:
        """Wait for the end of a run."""
        expect(self.status).to_have_text(re.compile(how), timeout=BOOT)

    def run(self, code: str | None = None, how: str = "Done in") -> str:
        """Run to the end; returns the text. The state says at once that a run has begun."""
        self.start(code)
        self.ended(how)
        return self.text
