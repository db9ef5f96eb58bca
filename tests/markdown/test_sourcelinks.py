"""Links to the project's files outside docs/."""

import re
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup

from scripts.markdown import sourcelinks
from scripts.markdown.pages import BuildFailure


@pytest.fixture
def href(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where a link on the page docs/post/index.md leads to, on the site."""
    monkeypatch.setattr(sourcelinks, "ROOT", tmp_path)
    (tmp_path / "docs" / "post").mkdir(parents=True)
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "graph.py").touch()
    name = "scripts.markdown.sourcelinks"
    options = {"repository": "https://code.test/main/", "docs_dir": str(tmp_path / "docs")}

    def convert(address: str) -> str:
        text = f"One line.\n\nThe [tape]({address}).\n"
        page = tmp_path / "docs" / "post" / "index.md"
        page.write_text(f"---\ntitle: Post\n---\n\n{text}", encoding="utf-8")
        html = markdown.markdown(text, extensions=[name], extension_configs={name: options})
        return str(BeautifulSoup(html, "html.parser").a["href"])

    return convert


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("../../engine/graph.py", "https://code.test/main/engine/graph.py"),
        ("../../engine/graph.py#L10", "https://code.test/main/engine/graph.py#L10"),
        ("../../engine/", "https://code.test/main/engine"),
        ("../other/index.md", "../other/index.md"),  # MkDocs' own business
        ("../../../elsewhere", "../../../elsewhere"),  # not the project's
        ("https://else.test/../x", "https://else.test/../x"),
        ("#here", "#here"),
    ],
)
def test_links_to_sources_lead_to_the_repository(href, address, leads_to):
    assert href(address) == leads_to


def test_a_file_that_is_not_there_is_named_with_its_line(href):
    message = r"index\.md:7: the link leads to .*engine/tape\.py, which is not there: correct it$"
    with pytest.raises(BuildFailure, match=message):
        href("../../engine/tape.py")


def test_a_page_that_is_not_known_keeps_its_links():
    text = "[a](../x.py)"
    html = markdown.markdown(text, extensions=["scripts.markdown.sourcelinks"])
    assert re.search(r'href="\.\./x\.py"', html)
