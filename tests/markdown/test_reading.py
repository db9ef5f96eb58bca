"""Which files are pages, and what is said of those that cannot be read."""

import os
from pathlib import Path

import pytest

from scripts.markdown.errors import PageError
from scripts.markdown.pages import find_page
from scripts.markdown.paths import all_pages
from scripts.markdown.reading import read_page

links = pytest.mark.skipif(os.name == "nt", reason="links need permission there")


def write(path: Path, content: bytes = b"Text.\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@links
def test_pages_are_those_that_mkdocs_finds(tmp_path: Path) -> None:
    docs, elsewhere = tmp_path / "docs", tmp_path / "elsewhere"
    page = write(docs / "post" / "index.md")
    write(elsewhere / "other.md")
    write(docs / ".obsidian" / "notes.md")
    write(docs / ".hidden.md")
    (docs / "post" / ".#index.md").symlink_to("author@machine.1234:5678")
    (docs / "linked").symlink_to(elsewhere)
    (elsewhere / "up").symlink_to(docs)  # round and round
    (docs / "post" / "here").symlink_to(docs / "post")
    gone = docs / "gone.md"
    gone.symlink_to("nowhere")
    assert all_pages(docs) == [gone, docs / "linked" / "other.md", page]
    with pytest.raises(PageError, match=r"gone\.md:1: a link to no file: remove it"):
        read_page(gone)


def test_a_page_is_read_as_markdown_sees_it(tmp_path: Path) -> None:
    page = write(tmp_path / "page.md", "\ufeffé\r\n\tx\n".encode())
    assert read_page(page) == "é\n\tx\n"


def test_what_is_not_utf8_is_refused_by_its_line(tmp_path: Path) -> None:
    page = write(tmp_path / "page.md", b"a\n\ncaf\xe9\n")
    with pytest.raises(PageError, match=r"page\.md:3: the byte 0xe9 is not UTF-8: save the page"):
        read_page(page)


def test_a_page_is_found_beside_one_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path / "bad.md", b"\xff")
    page = write(tmp_path / "page.md", b"---\ntitle: x\n---\n\nText.\n")
    found = find_page("Text.", tmp_path)
    assert found is not None
    assert (found.path, found.first_line) == (page, 5)
    assert find_page("Other.", tmp_path) is None
    page.write_bytes(b"Changed since.\n")
    assert find_page("Text.", tmp_path) is None


@links
def test_both_of_two_alike_are_named(tmp_path: Path) -> None:
    write(tmp_path / "old" / "index.md")
    write(tmp_path / "template" / "index.md", b"---\ntitle: New\n---\nText.\n")
    told = r"old/index\.md:1: the text is that of .*template/index\.md too: change one of them"
    with pytest.raises(PageError, match=told):
        find_page("Text.", tmp_path)
    (tmp_path / "template" / "index.md").unlink()
    (tmp_path / "linked").symlink_to(tmp_path / "old")
    with pytest.raises(PageError, match=r"linked/index\.md:1: .* of .*old/index\.md too"):
        find_page("Text.", tmp_path)
