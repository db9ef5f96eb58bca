"""A site of two series, a post without one, a draft, and titles that mean something to HTML."""

import html
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from scripts.markdown.readtime import minutes
from tests.small_site import BLOG, build, post, write

TITLE = 'Why list<int> & "dict<k>" matter, *not* a_b_c'
FIGURE = '<svg xmlns="http://www.w3.org/2000/svg"/>'
CHINESE = "深度学习是一种方法。" * 450


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    first, second = "series: First\n", "series: Second\n"
    quoted = "'" + TITLE + "'"
    settings = write(
        folder,
        {
            "z": post("z", "Of One Day", "2026-01-05", first),
            "a": post("a", "Of The Same Day", "2026-01-05", first),
            "html": post("html", quoted, "2026-01-02", first),
            "other": post("other", "Of The Second", "2026-01-03", second),
            "alone": post("alone", "Of None", "2026-01-04"),
            "draft": post("draft", "Not Yet", "2026-01-06", first + "draft: true\n"),
            "chinese": post(
                "chinese", "深度学习入门", "2026-01-07", text=f"## 反向传播\n\n{CHINESE}"
            ),
        },
    )
    (folder / "docs" / BLOG / "draft" / "figure.svg").write_text(FIGURE)
    (folder / "docs" / BLOG / "alone" / "figure.svg").write_text(FIGURE)
    code, told = build(settings)
    assert code == 0, told
    return folder / "site"


def page(site: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((site / name / "index.html").read_text("utf-8"), "html.parser")


def items(found: BeautifulSoup) -> list[str]:
    return [link.get_text(strip=True) for link in found.select("li > a, li > strong")]


def test_the_front_page_has_a_list_for_each_series_and_one_for_the_rest(site: Path) -> None:
    front = page(site, ".")
    lists = front.select("ol.dl-parts")
    headings = [each.find_previous("h2").get_text() for each in lists]
    assert headings == ["First", "Second", "Single posts"]
    assert len({each.find_previous("h2")["id"] for each in lists}) == len(lists)
    assert items(lists[0]) == [TITLE, "Of The Same Day", "Of One Day"]
    assert items(lists[1]) == ["Of The Second"]
    assert items(lists[2]) == ["Of None", "深度学习入门"]


def test_the_box_of_a_post_is_that_of_its_series(site: Path) -> None:
    [box] = page(site, "blog/a").select(".dl-series")
    assert "First" in box.get_text()
    assert items(box) == [TITLE, "Of The Same Day (Current)".replace(" (", "("), "Of One Day"]
    assert not page(site, "blog/alone").select(".dl-series")


def test_posts_of_one_day_have_one_order_everywhere(site: Path) -> None:
    listed = [each.get_text(strip=True) for each in page(site, "blog").select(".md-post h2")]
    assert listed[1:3] == ["Of One Day", "Of The Same Day"]
    link = page(site, "blog/a").select_one(".md-footer__link--next")
    assert link is not None
    assert str(link["href"]).endswith("/z/")


def test_a_draft_is_nowhere(site: Path) -> None:
    assert not (site / "blog" / "draft").exists()
    for path in site.rglob("*"):
        if path.suffix in (".html", ".xml", ".json"):
            assert "Not Yet" not in path.read_text("utf-8"), path
    assert (site / "blog" / "alone" / "figure.svg").exists()


def test_a_title_is_text_wherever_it_stands(site: Path) -> None:
    own = page(site, "blog/html")
    assert own.select_one("h1").get_text() == TITLE
    assert own.title is not None
    assert own.title.get_text().startswith(TITLE)
    for name in (".", "blog", "tags", "blog/html", "blog/other", "blog/a"):
        found = page(site, name)
        assert not found.find_all(["int", "k"]), name
        assert "list<int" in found.get_text(), name
    listed = page(site, "blog").select(".md-post")[-1]
    assert listed.select_one("h2").get_text(strip=True) == TITLE
    assert listed.select_one("a[aria-label]")["aria-label"] == f"Continue reading: {TITLE}"
    footer = page(site, "blog/other").select_one(".md-footer__link--prev")
    assert footer is not None
    assert footer["aria-label"] == f"Previous: {TITLE}"
    feed = ElementTree.parse(site / "feed_rss_created.xml")
    assert TITLE in [each.text for each in feed.iter("title")]
    feed_json = json.loads((site / "feed_json_created.json").read_text("utf-8"))
    assert TITLE in [each["title"] for each in feed_json["items"]]


def test_search_gets_titles_as_html(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    titles = [entry["title"] for entry in index["docs"] if entry["location"] == "blog/html/"]
    assert [html.unescape(title) for title in titles] == [TITLE]
    assert "<int>" not in titles[0]


def test_chinese_takes_its_time_and_has_its_places(site: Path) -> None:
    chinese = page(site, "blog/chinese")
    assert chinese.find(id="反向传播")
    meta = chinese.select_one(".dl-post__meta")
    assert meta is not None
    found = re.search(r"(\d+) min read", meta.get_text())
    assert found
    assert 10 <= int(found[1]) <= 15  # 4,500 characters
    assert minutes("<p>" + "word " * 660 + "</p>", 330) == 3  # words are counted as ever
