"""Training in the page: the network of Part 5 learns in sight, and stops when told to; the neuron
of Part 4 answers to its sliders."""

import re

import pytest
from playwright.sync_api import Page, expect

from .playground import BOOT, Block, wait_until

# The words of every picture that the block has shown, in order.
WATCH = """
output => {
  window.frames_seen = []
  const note = () => {
    const alt = output.querySelector(".py-live img")?.alt
    if (alt && alt !== window.frames_seen.at(-1)?.alt)
      window.frames_seen.push({alt})
  }
  new MutationObserver(note).observe(output, {subtree: true, childList: true, attributes: true})
}
"""
IMAGES = ".py-live figure img"


@pytest.fixture
def train(page: Page, site_url: str) -> Block:
    """The block that trains, with all above it run already: what follows is the training."""
    page.goto(site_url + "blog/from-neuron-to-network/")
    Block(page, "frozen").run()
    block = Block(page, "train")
    block.element.evaluate(WATCH)
    return block


def frames(page: Page) -> list[dict]:
    return page.evaluate("window.frames_seen")


def test_the_network_learns_in_sight(page: Page, train: Block):
    recorded = train.element.locator(".py-text").text_content().strip()
    train.run()
    assert train.text.strip() == recorded
    assert "step 100: loss 0.0101, 100 of 100 right" in recorded

    seen = frames(page)
    steps = [int(re.match(r"Step (\d+): ", frame["alt"])[1]) for frame in seen]
    assert steps == sorted(steps)
    assert steps[-1] == 100
    assert len(steps) >= 10, f"a picture that moves, not {steps}"
    assert train.element.locator(IMAGES).count() == 2, "updates take the place of what was there"
    assert "100 of 100" in seen[-1]["alt"]


def test_a_stopped_training_keeps_its_last_picture(page: Page, train: Block):
    train.start()
    wait_until(page, "() => window.frames_seen.length >= 3")
    train.button("Stop").click()
    train.ended("Stopped")
    last = frames(page)[-1]["alt"]
    assert not last.startswith("Step 100")
    expect(train.element.locator(IMAGES)).to_have_count(2)
    assert train.element.locator(IMAGES).first.get_attribute("alt") == last
    assert train.text.startswith("step   1: loss")


def test_the_neuron_answers_to_its_sliders(page: Page, site_url: str):
    page.goto(site_url + "blog/a-neuron-learns/")
    block = Block(page, "by-hand")
    assert block.run() == "loss = 1.9829\n"
    before = block.element.locator(IMAGES).get_attribute("src")
    block.element.get_by_role("slider", name="w").fill("0.9")
    block.element.get_by_role("slider", name="b").fill("0")
    # What SGD finds, further down the page.
    text = block.element.locator(".py-live .py-text")
    expect(text).to_have_text(re.compile(r"^loss = 0\.42\d\d\s*$"), timeout=BOOT)
    assert block.element.locator(IMAGES).get_attribute("src") != before
