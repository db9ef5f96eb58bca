"""The labs: what a notebook shows is what it computes, and its page is one of ours."""

import json
import subprocess
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from scripts import environment
from scripts.markdown import notebooks
from scripts.markdown.notebooks import (
    UPDATE,
    NotebookError,
    all_notebooks,
    machine_notes,
    read_notebook,
    run_notebook,
    stale_cells,
    update_notebook,
)
from scripts.markdown.paths import DOCS, shown_path
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


def text_of(output) -> list[str]:
    """What of an output is shown as text."""
    data = output.get("data", {})
    if output.output_type == "stream":
        return [output.text.strip()]
    return [data["text/plain"].strip()] if "text/plain" in data and len(data) == 1 else []


def test_there_is_a_lab():
    assert NOTEBOOKS


def test_saved_outputs_are_what_the_notebook_shows(notebook):
    stale = stale_cells(notebook, run_notebook(notebook))
    if stale:
        pytest.fail("\n".join([*stale, f"If this is right, record it: {UPDATE}"]), pytrace=False)


def test_the_file_holds_nothing_of_the_machine_it_ran_on(notebook):
    notes = machine_notes(read_notebook(notebook))
    assert not notes, f"{shown_path(notebook)}: {notes}: {UPDATE} removes them"


def test_the_page_shows_every_cell_in_the_form_of_the_posts(notebook, page):
    cells = [c for c in nbformat.read(notebook, as_version=4).cells if c.cell_type == "code"]
    article = page.select_one("article")
    assert [code.get_text().rstrip("\n") for code in article.select(".py-lab code")] == [
        cell.source for cell in cells
    ]
    texts = [text for cell in cells for output in cell.outputs for text in text_of(output)]
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


def written(path: Path, cells, minor=5, metadata=None, of_cells=None) -> Path:
    """A notebook as an editor might save it, cells as (type, source)."""
    made = []
    for number, (kind, source) in enumerate(cells):
        cell = {"cell_type": kind, "source": source, "metadata": dict(of_cells or {})}
        if minor >= 5:
            cell["id"] = f"c{number}"
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        made.append(cell)
    content = {"cells": made, "metadata": metadata or {}, "nbformat": 4, "nbformat_minor": minor}
    path.write_text(json.dumps(content))
    return path


EDITORS = {
    "kernelspec": {"display_name": ".venv (3.11.7)", "language": "python", "name": "mine"},
    "language_info": {"name": "python", "version": "3.11.7"},
    "vscode": {"interpreter": {"hash": "abc"}},
}
CELLS = [("markdown", "# Of $x^2$\n\n`$y$`"), ("code", "print('a')\n1 + 1"), ("code", "")]


def test_what_editors_write_passes_after_update(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    path = written(docs / "index.ipynb", CELLS, 2, EDITORS, {"vscode": {}, "tags": ["kept"]})
    told = update_notebook(path)
    told = [line.rpartition("index.ipynb: ")[2] for line in told if "cell 2" not in line]
    assert told[:4] == [
        "cell 1: output",
        "metadata 'vscode': of a machine, removed",
        "the kernel: of a machine, removed",
        "the language's version: of a machine, removed",
    ]
    assert update_notebook(path) == []
    assert all(cell.metadata == {"tags": ["kept"]} for cell in read_notebook(path).cells)
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: A\nhooks: [{environment.ROOT}/scripts/markdown/labs.py]\n"
        "plugins: [mkdocs-jupyter: {execute: false}]\n"
    )
    command = [*environment.site_command(tmp_path / "site"), "-f", tmp_path / "mkdocs.yml"]
    answer = subprocess.run(
        list(map(str, command)), cwd=environment.ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    page = BeautifulSoup((tmp_path / "site" / "index.html").read_text("utf-8"), "html.parser")
    assert [pre.get_text() for pre in page.select(".py-text")] == ["a", "2"]
    assert page.select_one("h1 .katex annotation").get_text() == "x^2"
    assert page.select_one("p > code").get_text() == "$y$"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os\nos._exit(0)", "lab.ipynb: cell 1 ended Python: a cell must come to its end"),
        ("import time\ntime.sleep(3600)", "lab.ipynb: cell 1 did not end within 2 s: make its"),
        ("print({'a', 'b', 'c', 'd'})", "lab.ipynb: cell 1: it does not show the same twice"),
        ("open({path!r}, 'a').write(' ')", "lab.ipynb was changed while its"),
    ],
)
def test_a_notebook_that_is_refused_stays_as_it_is(tmp_path, monkeypatch, capsys, code, told):
    if "sleep" in code:
        monkeypatch.setattr(notebooks, "_SECONDS", 2.0)
    path = draft(
        tmp_path / "lab.ipynb", code.replace("{path!r}", repr(str(tmp_path / "lab.ipynb")))
    )
    before = path.read_text().rstrip()
    assert update([str(path)]) == 1
    assert told in capsys.readouterr().err
    assert path.read_text().rstrip() == before
    assert [file.name for file in tmp_path.iterdir()] == ["lab.ipynb"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{\n\n,}", "lab.ipynb:3: not a notebook: Expecting property name"),
        ("[]", "lab.ipynb:1: not a notebook: "),
        (
            '{"cells": 1, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
            ":1: not a notebook: ",
        ),
        (
            '{"cells": [], "nbformat": 4, "nbformat_minor": 5, '
            '"metadata": {"kernelspec": '
            '{"name": "julia", "language": "julia", "display_name": ""}}}',
            "lab.ipynb:1: a notebook in julia: write it in Python",
        ),
    ],
)
def test_what_is_no_notebook_is_refused_by_name(tmp_path, capsys, content, told):
    path = tmp_path / "lab.ipynb"
    path.write_text(content)
    assert update([str(path)]) == 1
    assert told in capsys.readouterr().err
    assert path.read_text() == content
