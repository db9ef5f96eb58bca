"""`dev.py new post` writes a page that passes, and overwrites nothing."""

from pathlib import Path

import pytest

from scripts.markdown import new
from scripts.markdown.frontmatter import declared, read_front_matter, site_faults
from scripts.markdown.new import Refused, new_post
from scripts.markdown.snippets import parse_page
from scripts.markdown.update import update_page
from tests.small_site import BLOG
from tests.snippets.test_pages import _ruff, lint_faults

TITLE = 'Why "list<int>": & \\ it\'s #1'


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "mkdocs.yml"
    path.write_text("extra:\n  series: [First, '第二']\n", "utf-8")
    (tmp_path / "docs" / BLOG).mkdir(parents=True)
    return path


@pytest.mark.parametrize(
    ("title", "series", "where"),
    [
        (TITLE, None, "why-list-int-it-s-1"),
        ("深度学习", "第二", "第二/深度学习"),
        (" A Title ", "First", "first/a-title"),
        ("word " * 40, None, "-".join(["word"] * 12)),
    ],
)
def test_it_passes_as_it_is(settings: Path, title: str, series: str | None, where: str) -> None:
    docs = settings.parent / "docs"
    page = new_post(title, series, docs=docs, settings=settings)
    assert page == docs / BLOG / where / "index.md"
    front = read_front_matter(page)
    assert (front.values["title"], front.values.get("series")) == (title.strip(), series)
    assert front.draft
    assert site_faults(docs, declared(settings)) == []
    assert update_page(page) == []
    text = page.read_text("utf-8")
    assert not lint_faults(page, parse_page(text, page))
    assert _ruff("format", "--diff", "--no-cache", str(page)).returncode == 0


@pytest.mark.parametrize(
    ("title", "more", "told"),
    [
        (" ", {}, "the title '' is no line of text"),
        ("a\nb", {}, "is no line of text"),
        ("Part 2", {}, "says no more than a number"),
        ("!!!", {}, "the slug '' is not of lower-case letters"),
        ("A", {"slug": "../a"}, "the slug '../a' is not of lower-case letters"),
        ("A", {"series": "Frist"}, "no series is named 'Frist': did you mean 'First'?"),
        ("A", {"series": "Other"}, "add it to `extra: series:` in mkdocs.yml first"),
    ],
)
def test_what_makes_no_post_is_refused(
    settings: Path, title: str, more: dict[str, str], told: str
) -> None:
    docs = settings.parent / "docs"
    with pytest.raises(Refused) as refused:
        new_post(title, docs=docs, settings=settings, **more)
    assert told in str(refused.value)
    assert not list((docs / BLOG).iterdir())


def test_nothing_is_overwritten(settings: Path) -> None:
    docs = settings.parent / "docs"
    page = new_post("A Title", docs=docs, settings=settings)
    page.write_text("mine", "utf-8")
    with pytest.raises(Refused, match=r"a-title/index.md is there already: name another slug"):
        new_post("A title?", docs=docs, settings=settings)
    assert page.read_text() == "mine"
    page.write_text("---\nslug: taken\n---\n", "utf-8")
    with pytest.raises(Refused, match="has the slug 'taken' already"):
        new_post("Taken", "First", docs=docs, settings=settings)


def test_the_command_says_where(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(new, "new_post", lambda *_: settings)
    assert new.main(["post", "A Title"]) == 0
    assert "mkdocs.yml is a draft. See it: python3 scripts/dev.py serve" in capsys.readouterr().out

    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(new, "new_post", fail)
    assert new.main(["post", "A Title"]) == 1
    assert "nothing was written: no room" in capsys.readouterr().err
