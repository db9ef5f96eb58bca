"""The search finds words of English and of Chinese, which has no spaces between its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.small_site import build, post, write

from .server import Host


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("small")
    text = "## 反向传播\n\n我们来谈谈深度学习的方法。"
    posts = {
        "chinese": post("chinese", "神经网络入门", text=text),
        "html": post("html", "'Why list<int> & \"dict<k>\" matter'", text="Of the gradients."),
    }
    code, told = build(write(folder, posts))
    assert code == 0, told
    with Host(folder / "site") as host:
        yield host.url


@pytest.mark.parametrize(
    ("words", "found", "not_found"),
    [
        ("深度学习", "反向传播", "matter"),
        ("神经网络", "神\u200b经\u200b网\u200b络", "gradients"),
        ("gradients", 'Why list<int> & "dict<k>" matter', "反向传播"),
        ("matter", 'Why list<int> & "dict<k>" matter', "反向传播"),
    ],
)
def test_search(browser: Browser, url: str, words: str, found: str, not_found: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    field = page.locator("input.md-search__input")
    field.click()
    field.press_sequentially(words)
    field.press("End")  # an input method ends with a key, which typed Chinese does not
    results = page.locator(".md-search-result__list")
    expect(results).to_contain_text(found)
    expect(results).not_to_contain_text(not_found)
    context.close()
