"""What a page's snippets must be besides true: well formed, and without figures left behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.markdown.errors import PageError
from scripts.markdown.figures import figures_of, unused_figures
from scripts.markdown.paths import DOCS, ROOT, all_pages, shown_path
from scripts.markdown.reading import read_page
from scripts.markdown.snippets import Snippet, parse_page

_ON_CPYTHON = pytest.mark.skipif(sys.platform == "emscripten", reason="ruff is a native program")


def _with_snippets() -> list[Path]:
    return [page for page in all_pages(DOCS) if re.search("```|~~~", _text(page))]


def _text(page: Path) -> str:
    """Empty if the page cannot be read: collecting it has said so."""
    try:
        return read_page(page)
    except PageError:
        return ""


@pytest.fixture(params=_with_snippets(), ids=shown_path)
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def snippets(page: Path) -> list[Snippet]:
    return parse_page(read_page(page), page)


def _ruff(page: Path, *arguments: str, text: str | None = None) -> None:
    command = [sys.executable, "-m", "ruff", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )
    if result.returncode:
        told = (result.stdout + result.stderr).replace(_as_program(page), shown_path(page))
        pytest.fail(told, pytrace=False)


def _as_program(page: Path) -> str:
    return shown_path(page.with_suffix(".py"))


@_ON_CPYTHON
def test_snippets_are_formatted(page: Path) -> None:
    """`ruff format` with the page's path sets them."""
    _ruff(page, "format", "--diff", "--no-cache", shown_path(page))


@_ON_CPYTHON
def test_snippets_pass_the_linter_as_one_program(page: Path, snippets: list[Snippet]) -> None:
    """Each snippet stands on its own lines of the page, so that ruff names the right ones."""
    lines: list[str] = []
    parts = [part for one in snippets if one.exercise for part in one.exercise.parts]
    for snippet in sorted([*snippets, *parts], key=lambda one: one.line):
        if not snippet.static and not snippet.raises:
            lines += [""] * (snippet.line - 1 - len(lines))
            lines += snippet.source.split("\n")
    source = f"--stdin-filename={_as_program(page)}"
    options = ["--no-cache", "--output-format=concise", source]
    _ruff(page, "check", *options, "-", text="\n".join([*lines, ""]) if lines else "")


@pytest.mark.parametrize("page", all_pages(DOCS), ids=shown_path)
def test_no_figure_is_left_behind(page: Path) -> None:
    text = _text(page)
    snippets = [snippet for snippet in parse_page(text, page) if not snippet.static]
    drawn = [path for snippet in snippets for path in figures_of(page, snippet)]
    unused = unused_figures(page, text, drawn)
    assert not unused, f"remove {[shown_path(path) for path in unused]}, or run dev.py update"
