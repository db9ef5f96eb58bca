"""The labs: what a notebook shows is what it computes, and its page is one of ours."""

import json
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from scripts.markdown.notebooks import (
    UPDATE,
    NotebookError,
    all_notebooks,
    run_notebook,
    stale_cells,
    update_notebook,
)
from scripts.markdown.paths import DOCS
from scripts.markdown.update import main as update

NOTEBOOKS = all_notebooks(DOCS)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request) -> Path:
    return request.param


@pytest.fixture
def page(notebook: Path, site_dir: Path) -> BeautifulSoup:
    html = site_dir / notebook.relative_to(DOCS).with_suffix("") / "index.html"
    return BeautifulSoup(html.read_text(encoding="utf-8"), "html.parser")


def draft(path: Path, *sources: str) -> Path:
    """A notebook of these cells, never run."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


def test_there_is_a_lab():
    assert NOTEBOOKS


def test_saved_outputs_are_what_the_notebook_shows(notebook):
    stale = stale_cells(notebook, run_notebook(notebook))
    if stale:
        pytest.fail("\n".join([*stale, f"If this is right, record it: {UPDATE}"]), pytrace=False)


def test_the_file_holds_nothing_of_the_machine_it_ran_on(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert set(content["metadata"]) <= {"kernelspec", "language_info"}
    assert content["metadata"]["language_info"] == {"name": "python"}
    assert not any(cell["metadata"] for cell in content["cells"])


def test_the_page_shows_every_cell_in_the_form_of_the_posts(notebook, page):
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    article = page.select_one("article")
    assert [code.get_text().rstrip("\n") for code in article.select(".py-lab code")] == [
        cell.source for cell in cells
    ]
    texts = [o.text.strip() for cell in cells for o in cell.outputs if o.output_type == "stream"]
    assert [pre.get_text() for pre in article.select(".py-text")] == texts
    figures = [o for cell in cells for o in cell.outputs if "image/svg+xml" in o.get("data", {})]
    images = article.select("figure.py-figure img")
    assert [image["alt"] for image in images] == [o.data["text/plain"] for o in figures]
    assert not article.select("script, style, clipboard-copy, [class^=jp-]")


def test_the_page_offers_the_file_itself(notebook, page, site_dir):
    link = page.select_one(".dl-lab__file a[download]")
    folder = site_dir / notebook.relative_to(DOCS).with_suffix("")
    assert (folder / link["href"]).read_bytes() == notebook.read_bytes()


def test_the_navigation_leads_to_it(notebook, site_dir):
    front = BeautifulSoup((site_dir / "index.html").read_text(encoding="utf-8"), "html.parser")
    address = notebook.relative_to(DOCS).with_suffix("").as_posix() + "/"
    assert address in [link.get("href") for link in front.select("nav a")]


def test_update_records_what_a_notebook_shows_and_then_has_nothing_to_do(tmp_path):
    path = draft(tmp_path / "lab.ipynb", "x = 6", "print(7 * x)")
    [stale] = stale_cells(path, run_notebook(path))[1:]
    assert "lab.ipynb: cell 2" in stale
    assert "expected:\n    (nothing)\ngot:\n    42" in stale
    assert len(update_notebook(path)) == 2
    before = path.read_bytes()
    assert b"42" in before
    assert update_notebook(path) == []
    assert path.read_bytes() == before


def test_a_failing_cell_is_named_and_the_file_is_left_alone(tmp_path, capsys):
    path = draft(tmp_path / "lab.ipynb", "x = 0", "1 / x")
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=r"lab\.ipynb: cell 2: ZeroDivisionError: division by"):
        run_notebook(path)
    assert update([str(path)]) == 1
    assert "lab.ipynb: cell 2: ZeroDivisionError" in capsys.readouterr().err
    assert path.read_bytes() == before
