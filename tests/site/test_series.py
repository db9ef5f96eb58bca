"""The index, the series box, the tags, previous and next, and the feed know every post: each is
held against the posts' own front matter, so that there is no second list to keep."""

from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from scripts.markdown.frontmatter import POSTS as FOLDER
from scripts.markdown.frontmatter import declared, read_front_matter
from scripts.markdown.paths import DOCS, all_pages

_ALL = [read_front_matter(path) for path in all_pages(DOCS / FOLDER)]
POSTS = [
    front.values
    for front in sorted(_ALL, key=lambda front: (front.created, str(front.path)))
    if not front.draft
]
SLUGS = [post["slug"] for post in POSTS]
SERIES = declared().series
LISTS = [
    posts
    for name in (*SERIES, None)
    if (posts := [post for post in POSTS if post.get("series") == name])
]
PARTS = [(post, posts) for posts in LISTS for post in posts if post.get("series")]
each_post = pytest.mark.parametrize("post", POSTS, ids=SLUGS)


def read(site_dir: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((site_dir / name).read_text(encoding="utf-8"), "html.parser")


def slug_of(link) -> str:
    return link["href"].rstrip("/").rsplit("/", 1)[-1]


@pytest.fixture(scope="session")
def feed(site_dir: Path) -> list[ElementTree.Element]:
    return ElementTree.parse(site_dir / "feed_rss_created.xml").getroot().findall("channel/item")


def test_the_feed_has_every_post_with_its_date_and_description(feed):
    assert len(feed) == len(POSTS)
    by_slug = {item.findtext("link").rstrip("/").rsplit("/", 1)[-1]: item for item in feed}
    for post in POSTS:
        item = by_slug[post["slug"]]
        assert item.findtext("title") == post["title"]
        assert item.findtext("description") == post["description"]
        assert parsedate_to_datetime(item.findtext("pubDate")).date() == post["date"]["created"]


def test_the_feed_begins_with_the_newest(feed):
    dates = [parsedate_to_datetime(item.findtext("pubDate")) for item in feed]
    assert dates == sorted(dates, reverse=True)


def test_every_page_names_the_feed(site_dir):
    for post in POSTS:
        link = read(site_dir, f"blog/{post['slug']}/index.html").select_one(
            'link[rel=alternate][type="application/rss+xml"]'
        )
        assert link["href"].endswith("feed_rss_created.xml")


@pytest.mark.parametrize(("post", "all_parts"), PARTS, ids=[post["slug"] for post, _ in PARTS])
def test_the_series_box_lists_all_parts_and_marks_this_one(site_dir, post, all_parts):
    box = read(site_dir, f"blog/{post['slug']}/index.html").select_one(".dl-series")
    parts = box.select("ol.dl-parts > li")
    assert len(parts) == len(all_parts)
    for part, item in zip(all_parts, parts, strict=True):
        if part is post:
            assert item.get_text(" ", strip=True) == f"{part['title']} (Current)"
            assert item.find(attrs={"aria-current": "page"})
        else:
            assert slug_of(item.find("a")) == part["slug"]
            assert item.get_text(strip=True) == part["title"]


@each_post
def test_previous_and_next_are_the_neighbours_in_time(site_dir, post):
    footer = read(site_dir, f"blog/{post['slug']}/index.html").select_one("footer")
    position = SLUGS.index(post["slug"])
    for way, neighbour in (("prev", position - 1), ("next", position + 1)):
        link = footer.select_one(f".md-footer__link--{way}")
        expected = SLUGS[neighbour] if 0 <= neighbour < len(SLUGS) else None
        assert (slug_of(link) if link else None) == expected, way


def test_the_tags_page_lists_every_post_under_each_of_its_tags(site_dir):
    page = read(site_dir, "tags/index.html")
    for post in POSTS:
        for tag in post["tags"]:
            heading = page.find(id=f"tag:{tag}")
            assert heading, f"no tag {tag}"
            listed = [slug_of(link) for link in heading.find_next("ul").select("a")]
            assert post["slug"] in listed, f"{tag} does not list {post['slug']}"


def test_the_front_page_describes_every_post(site_dir):
    lists = read(site_dir, "index.html").select("ol.dl-parts")
    shown = [
        [(slug_of(item.find("a")), item.find("p").get_text(strip=True)) for item in each("li")]
        for each in lists
    ]
    assert shown == [[(post["slug"], post["description"]) for post in posts] for posts in LISTS]
