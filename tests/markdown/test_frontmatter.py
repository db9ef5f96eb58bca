"""What is wrong above a page's text is said by file and line, with what to write instead."""

import datetime
from pathlib import Path

import pytest

from scripts.markdown import frontmatter, update
from scripts.markdown.errors import PageError
from scripts.markdown.frontmatter import Declared, declared, site_faults, slug_of
from tests.small_site import BLOG, post

KNOWN = Declared(("Intro to Deep Learning", "单独"), ("Ann Lee",))
GOOD = post("a-post")
DRAFT = "---\ntitle: A Title\ndate:\n  created: {}\nslug: a-post\ndraft: true\n---\n\nText.\n"


def faults(docs: Path, pages: dict[str, str]) -> list[str]:
    """Of the site's pages, each with its path below the docs."""
    for name, text in pages.items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return [str(fault).replace(f"{docs}/", "") for fault in site_faults(docs, KNOWN)]


def of_post(docs: Path, text: str) -> list[str]:
    found = faults(docs, {f"{BLOG}/a/index.md": text})
    return [fault.replace(f"{BLOG}/a/index.md:", "") for fault in found]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "\ufeff" + GOOD.replace("\n", "\r\n"),
        GOOD.replace("tags", "series: 单独\nauthors: [Ann Lee]\ntags"),
        GOOD.replace("a-post", "深度学习").replace("A Title", "深度学习"),
        GOOD.replace("a-post", "gpt-2"),
        GOOD.replace(
            "A description of a post that is as long as a description has to be.", "字" * 30
        ),
        GOOD.replace("A Title", "'Why list<int> & \"dict<k>\" matter'"),
        GOOD.replace("2026-01-05", "2026-01-05\n  updated: 2026-01-05"),
        DRAFT.format("2026-01-05"),
        DRAFT.format("2999-01-01"),
    ],
)
def test_what_is_right_is_no_fault(tmp_path: Path, text: str) -> None:
    assert of_post(tmp_path, text) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: A Title\n", "", "1: no title: add `title: …`"),
        ("A Title", "", "2: the title None is no text"),
        ("A Title", "2026", "2: the title 2026 is no text: put it into quotes"),
        ("A Title", "One: Two", "2: not YAML (mapping values are not allowed here): put a value"),
        ("title", "titel", "2: unknown key 'titel': did you mean 'title'?"),
        ("title", "colour: red\ntitle", "2: unknown key 'colour': known are title"),
        ("title", "title: Twice\ntitle", "3: 'title' is given twice"),
        ("  created: ", "  crated: ", "5: unknown key 'crated' of the date: did you mean"),
        ("date:\n  created: 2026-01-05", "date: 2026-01-05", "4: write the date as `date:` and"),
        ("2026-01-05", "2026-01-05 10:00:00", "5: created: 2026-01-05 10:00:00 is no day"),
        ("2026-01-05", "2026-01-05T10:00:00Z", "is no day: write 2026-01-05"),
        ("2026-01-05", "5 January", "5: created: 5 January is no day: write 2026-03-01"),
        ("2026-01-05", "2026-02-30", "5: not YAML: day is out of range"),
        ("A Title", "A\0Title", "2: not YAML: the character 0x0"),
        ("A Title", "!!timestamp x", "2: not YAML: "),
        ("2026-01-05", "2999-01-01", "5: 2999-01-01 is in the future"),
        ("2026-01-05", "2026-01-05\n  updated: 2026-01-04", "6: updated on 2026-01-04, before"),
        ("slug: a-post\n", "", "1: no slug: add `slug: a-title`, its address for good"),
        ("a-post", "part-2", "6: the slug 'part-2' says no more than a number"),
        ("a-post", "A_Post", "6: the slug 'A_Post' is not of lower-case letters"),
        ("a-post", "a/../b", "6: the slug 'a/../b' is not of lower-case letters"),
        ("a-post", "12", "6: the slug 12 is not of lower-case letters"),
        ("tags: [a-tag]\n", "", "1: no tags: add"),
        ("[a-tag]", "a-tag", "7: tags are a list of words, such as [computer-science]"),
        ("a-tag", "'b<c'", "7: the tag 'b<c': leave out <, >, & and quotes"),
        ("[a-tag]", "[2026]", "7: tags are a list of words"),
        ("tags", "draft: soon\ntags", "7: draft: 'soon' is neither true nor false"),
        ("tags", "series: Intro to Deep Lerning\ntags", "did you mean 'Intro to"),
        ("tags", "series: Other\ntags", "7: no series is named 'Other': add it to"),
        ("tags", "authors: [Ann Le]\ntags", "7: no author is named 'Ann Le': did you mean"),
        ("tags", "authors: Ann Lee\ntags", "7: authors are a list of names"),
        ("of a post that is as long as a description has to be", "", "3: the description has"),
        ("to be.", "to be. " + "x" * 200, "3: the description has"),
        ("<!-- more -->", "", "9: no line <!-- more -->: put it below what the lists are to show"),
        ("]\n---\n", "]\n", "1: the front matter has no end: close it with a line ---"),
        (GOOD, "Text.\n", "1: a post begins with its front matter"),
        (GOOD, "---\n- a\n---\n", "2: the front matter is no list of `key: value`"),
    ],
)  # fmt: skip
def test_a_fault_is_said_once_by_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GOOD
    found = of_post(tmp_path, GOOD.replace(old, new, 1))
    if new.startswith("titel"):
        assert found.pop() == "1: no title: add `title: …`"
    assert [told in fault for fault in found] == [True], found
    assert "\n" not in found[0]


def test_two_posts_of_one_slug(tmp_path: Path) -> None:
    pages = {f"{BLOG}/{name}/index.md": GOOD for name in "ab"}
    where = f"{BLOG}/a/index.md:6"
    [told] = faults(tmp_path, pages)
    assert told == f"{BLOG}/b/index.md:6: the slug 'a-post' is that of {where} too: change one"


def test_a_page_is_no_post(tmp_path: Path) -> None:
    assert faults(tmp_path, {"a.md": "Text.", "b.md": "---\ntitle: B\n---\n", "c.md": ""}) == []
    [told] = faults(tmp_path, {"b.md": "---\nslug: b\n---\n"})
    assert told.startswith(
        "b.md:2: 'slug' is for posts, and the page is not below blog/posts: move"
    )


def test_every_page_is_looked_at(tmp_path: Path) -> None:
    pages = {"a.md": "---\ntitel: A\n---\n", "b.md": "---\ntitel: B\n---\n"}
    (tmp_path / "c.md").write_bytes(b"\xff")
    assert [told.split(":")[0] for told in faults(tmp_path, pages)] == ["a.md", "b.md", "c.md"]


def test_today_is_not_the_future(tmp_path: Path) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    assert of_post(tmp_path, GOOD.replace("2026-01-05", str(today))) == []


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What Is It?", "what-is-it"),
        ("深度学习：入门", "深度学习-入门"),
        ("f(x) = x_2", "f-x-x-2"),
        ("!", ""),
    ],
)
def test_a_slug_is_proposed(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_the_names_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = tmp_path / "mkdocs.yml"
    settings.write_text("a: !ENV [X, 1]\nextra:\n  series: [One, 'Two: three']\n", "utf-8")
    assert declared(settings) == Declared(("One", "Two: three"), ())
    settings.write_text("a: 1\nextra: b: c\n", "utf-8")
    with pytest.raises(PageError, match=r"mkdocs.yml:2: not YAML"):
        declared(settings)


def test_update_leaves_a_page_with_a_fault_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(update, "DOCS", tmp_path)
    monkeypatch.setattr(frontmatter, "DOCS", tmp_path)
    code = "```python\nprint(1)\n```\n"
    faults(tmp_path, {"a.md": f"---\ntitel: A\n---\n{code}", "b.md": f"---\ntitle: B\n---\n{code}"})
    assert update.main([]) == 1
    assert "a.md:2: unknown key 'titel'" in capsys.readouterr().err
    assert "output" not in (tmp_path / "a.md").read_text()
    assert "```output\n1\n" in (tmp_path / "b.md").read_text()
