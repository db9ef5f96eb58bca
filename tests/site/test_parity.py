"""The parity gate: what the site shows is what was tested, and the other way round.

The built pages are read with nothing of what built them, the Markdown with the parser of the tests.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from scripts.markdown.figures import figures_of
from scripts.markdown.paths import DOCS, all_pages, shown_path
from scripts.markdown.reading import read_page
from scripts.markdown.snippets import Snippet, parse_page

PYTHON_FENCE = re.compile(
    r"(?:`{3,}|~{3,})[ \t]*[{.]*[ \t]*(?:i?python\w*|pycon|py[23]?)\b[^`]*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Shown:
    """A snippet as a reader meets it."""

    id: str
    title: str
    raises: str
    source: str
    output: str | None
    figures: tuple[bytes, ...]
    task: str
    folded: tuple[str, ...]  # the sources of an exercise's solutions and of its check


@pytest.fixture(scope="module")
def written() -> dict[Path, list[Snippet]]:
    """Every page of the sources."""
    return {path: parse_page(read_page(path), path) for path in all_pages(DOCS)}


def _as_tested(page: Path, snippet: Snippet) -> Shown:
    figures = tuple(path.read_bytes() for path in figures_of(page, snippet))
    exercise = snippet.exercise
    return Shown(
        snippet.id,
        snippet.title,
        snippet.raises or "",
        snippet.source,
        snippet.output,
        figures,
        snippet.task,
        tuple(part.source for part in (*exercise.solutions, exercise.check)) if exercise else (),
    )


def _as_built(path: Path, playground: Tag) -> Shown:
    folded = playground.select(".py-help pre > code")
    [code] = [code for code in playground.select("pre > code") if code not in folded]
    [text] = playground.select(".py-output .py-text") or [None]
    titles = [title.text for title in playground.select(".py-title")]
    assert titles in ([], [playground.get("data-title")]), path
    images = playground.select(".py-output .py-figure > img")
    assert all(image["alt"] and image["width"] and image["height"] for image in images), path
    return Shown(
        str(playground["data-block"]),
        str(playground.get("data-title", "")),
        str(playground.get("data-raises", "")),
        code.text.removesuffix("\n"),
        # A browser drops a line end right after <pre>.
        text.text.removeprefix("\n") if text else None,
        tuple((path.parent / str(image["src"])).read_bytes() for image in images),
        str(playground.get("data-exercise", "")),
        tuple(code.text.removesuffix("\n") for code in folded),
    )


def test_the_site_shows_what_was_tested(
    built: dict[Path, BeautifulSoup], written: dict[Path, list[Snippet]]
) -> None:
    """Each page's program, whole and in order, on one page of the site, and no other program."""
    tested = {
        shown_path(path): [_as_tested(path, snippet) for snippet in snippets if not snippet.static]
        for path, snippets in written.items()
    }
    shown = {
        path: [_as_built(path, playground) for playground in soup.select("py-playground")]
        for path, soup in built.items()
    }
    assert any(tested.values()), "no snippet was found: is this the right folder?"
    left = {path: program for path, program in shown.items() if program}
    for page, program in tested.items():
        if program:
            matches = [path for path, other in left.items() if other == program]
            assert len(matches) == 1, f"{page}: {_difference(program, left) or matches}"
            del left[matches[0]]
    assert not left, "snippets that no page of docs has"


def _difference(program: list[Shown], shown: dict[Path, list[Shown]]) -> str:
    """The first snippet that differs on the page that has most of the program's ids."""
    ids = {snippet.id for snippet in program}
    nearest = max(
        shown, key=lambda path: len(ids & {snippet.id for snippet in shown[path]}), default=None
    )
    if nearest is None:
        return "is nowhere on the site"
    others = {snippet.id: snippet for snippet in shown[nearest]}
    for snippet in program:
        if others.get(snippet.id) != snippet:
            return f"tested: {snippet}\nshown on {nearest}: {others.get(snippet.id)}"
    return f"{nearest} has them in another order, or more"


def test_static_fences_are_shown_as_code(
    built: dict[Path, BeautifulSoup], written: dict[Path, list[Snippet]]
) -> None:
    shown = {
        code.text.removesuffix("\n")
        for soup in built.values()
        for code in soup.select("div.highlight > pre > code")
        if not code.find_parent("py-playground")
    }
    for path, snippets in written.items():
        for snippet in snippets:
            assert not snippet.static or snippet.source in shown, f"{path}:{snippet.line}"


def test_every_python_fence_is_accounted_for(
    built: dict[Path, BeautifulSoup], written: dict[Path, list[Snippet]]
) -> None:
    """Found by a pattern, apart from the parser: each is a snippet, or shown as an example."""
    examples = {line.strip() for soup in built.values() for line in _lines_of_code(soup)}
    for path, snippets in written.items():
        known = {snippet.fence_line for snippet in snippets}
        for exercise in filter(None, (snippet.exercise for snippet in snippets)):
            known |= {part.fence_line for part in exercise.parts}
        for number, line in enumerate(read_page(path).split("\n"), 1):
            if PYTHON_FENCE.search(line) and number not in known:
                assert line.strip() in examples, f"{shown_path(path)}:{number}: not tested: {line}"


def _lines_of_code(soup: BeautifulSoup) -> list[str]:
    return [line for code in soup.select("pre > code") for line in code.text.split("\n")]


def test_no_fence_is_left_as_text(built: dict[Path, BeautifulSoup]) -> None:
    for path, soup in built.items():
        for text in soup.find_all(string=re.compile("```|~~~")):
            assert text.find_parent(["code", "script", "style"]), f"{path}: {text!r}"
