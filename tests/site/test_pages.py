"""What every reader may count on, checked over the built HTML."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

PART_1 = "blog/what-is-deep-learning/index.html"
LOADING = {"link": "href", "script": "src", "img": "src", "iframe": "src", "source": "src"}
LOADING_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload", "manifest"}


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="session")
def pages(site_dir: Path) -> dict[str, BeautifulSoup]:
    """Every published page by its path in the site."""
    return {str(path.relative_to(site_dir)): soup(path) for path in site_dir.rglob("*.html")}


@pytest.fixture(scope="session")
def part_1(pages) -> BeautifulSoup:
    return pages[PART_1]


def test_no_page_loads_anything_from_another_host(pages):
    for name, page in pages.items():
        for tag in page.find_all(list(LOADING)):
            if tag.name == "link" and not LOADING_RELATIONS & set(tag.get("rel", [])):
                continue
            address = tag.get(LOADING[tag.name]) or ""
            assert urlsplit(address).scheme in ("", "data"), f"{name}: {tag}"


def test_no_style_loads_anything_from_another_host(site_dir):
    for path in site_dir.rglob("*.css"):
        for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
            assert urlsplit(address).scheme in ("", "data"), f"{path.name}: {address}"


def test_internal_links_lead_somewhere(site_dir, pages):
    for name, page in pages.items():
        for link in page.find_all("a", href=True):
            parts = urlsplit(link["href"])
            if parts.scheme or parts.netloc or name == "404.html":
                continue
            target = (site_dir / name).parent / parts.path if parts.path else site_dir / name
            if target.is_dir():
                target = target / "index.html"
            assert target.exists(), f"{name}: {link['href']} leads nowhere"
            if parts.fragment and target.suffix == ".html":
                there = pages[str(target.resolve().relative_to(site_dir.resolve()))]
                assert there.find(id=parts.fragment), f"{name}: no {link['href']}"


def test_the_banner_is_drawn_and_has_a_name(pages):
    for name, page in pages.items():
        art = page.select_one("svg.dl-banner__art")
        assert art is not None, name
        assert art["aria-hidden"] == "true"
        assert art.parent["aria-label"].startswith("Zhu Han Wen")
        assert art.path["d"]


def test_part_1_says_what_it_is(part_1):
    assert part_1.select_one("article h1").get_text(strip=True) == "What Is Deep Learning?"
    assert part_1.select_one("time")["datetime"].startswith("2026-02-10")
    minutes = re.search(r"(\d+) min read", part_1.select_one(".dl-post__meta").get_text())
    assert 4 <= int(minutes[1]) <= 9
    assert [tag.get_text(strip=True) for tag in part_1.select(".md-tags a")] == ["computer-science"]
    assert part_1.select_one(".dl-series .dl-parts strong").get_text(" ", strip=True) == (
        "What Is Deep Learning? (Current)"
    )
    back = part_1.select(".dl-post__back")
    assert [link.get_text(strip=True) for link in back] == ["← Back to Blog (English)"] * 2
    assert part_1.find("h2", id="references")
    assert len(part_1.select(".footnote li")) >= 5
    edit = part_1.select_one("a[rel=edit]")["href"]
    assert edit.endswith("docs/blog/posts/intro-to-deep-learning/what-is-deep-learning/index.md")


def test_part_1_is_complete_without_javascript(part_1):
    check = part_1.select_one("py-playground[data-block=sanity-check]")
    assert "df_dx = df_du * du_dx" in check.select_one("code").get_text()
    assert check.select_one(".py-output").get_text(strip=True) == "u=7 f=49 df_dx=28"
    figure = part_1.select_one("py-playground[data-block=graph] figure img")
    assert "tanh" in figure["alt"]
    assert not part_1.select("py-playground button"), "a button that nothing would answer"


def test_math_is_set_and_nothing_is_left_to_set(part_1):
    assert len(part_1.select(".katex")) > 20
    article = part_1.select_one("article")
    for katex in article.select(".katex, pre, code"):
        katex.extract()
    assert not re.search(r"\\\(|\\\[|\\frac|\$", article.get_text())


def test_the_lists_know_every_post(pages):
    posts = [name for name in pages if re.fullmatch(r"blog/[^/]+/index.html", name)]
    assert PART_1 in posts
    for index in ("index.html", "blog/index.html"):
        linked = {
            link.get("href", "").strip("/").split("/")[-1] for link in pages[index].select("a")
        }
        for post in posts:
            assert post.split("/")[1] in linked, f"{index} does not name {post}"
