"""What a page's snippets must be besides true: well formed, and without figures left behind."""

import json
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


def _ruff(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", *arguments]
    return subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )


def _as_program(page: Path) -> str:
    return shown_path(page.with_suffix(".py"))


@_ON_CPYTHON
def test_snippets_are_formatted(page: Path) -> None:
    """`ruff format` with the page's path sets them."""
    answer = _ruff("format", "--diff", "--no-cache", shown_path(page))
    if answer.returncode:
        pytest.fail(answer.stdout + answer.stderr, pytrace=False)


@_ON_CPYTHON
def test_snippets_pass_the_linter_as_one_program(page: Path, snippets: list[Snippet]) -> None:
    faults = lint_faults(page, snippets)
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def lint_faults(page: Path, snippets: list[Snippet]) -> list[str]:
    """What ruff finds, by the page's lines: each snippet stands on its own there. What a fence's
    noqa names does not count."""
    lines: list[str] = []
    allowed: dict[int, tuple[str, ...]] = {}
    parts = [part for one in snippets if one.exercise for part in one.exercise.parts]
    for snippet in sorted([*snippets, *parts], key=lambda one: one.line):
        if not snippet.static and not snippet.raises:
            lines += [""] * (snippet.line - 1 - len(lines))
            lines += snippet.source.split("\n")
            allowed.update(dict.fromkeys(range(snippet.line, len(lines) + 1), snippet.noqa))
    source = f"--stdin-filename={_as_program(page)}"
    text = "\n".join([*lines, ""]) if lines else ""
    answer = _ruff("check", "--no-cache", "--output-format=json", source, "-", text=text)
    if not answer.stdout.startswith("["):
        return [answer.stdout + answer.stderr]
    return [
        f"{shown_path(page)}:{line}:{fault['location']['column']}: {rule} {fault['message']}"
        f' (or say so: noqa="{rule}" in the fence)'
        for fault in json.loads(answer.stdout)
        for line, rule in [(fault["location"]["row"], fault["code"] or "E999")]
        if not rule.startswith(allowed.get(line) or ("-",))
    ]


@pytest.mark.parametrize("page", all_pages(DOCS), ids=shown_path)
def test_no_figure_is_left_behind(page: Path) -> None:
    text = _text(page)
    snippets = [snippet for snippet in parse_page(text, page) if not snippet.static]
    drawn = [path for snippet in snippets for path in figures_of(page, snippet)]
    unused = unused_figures(page, text, drawn)
    assert not unused, f"remove {[shown_path(path) for path in unused]}, or run dev.py update"
