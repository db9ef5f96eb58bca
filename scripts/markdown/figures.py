"""The figures of a page's snippets: files beside it, <id>.svg, then <id>-2.svg and so on."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import PageError
from .snippets import Snippet

_SVG = "{http://www.w3.org/2000/svg}"
_UPDATE = "python3 scripts/dev.py update"


@dataclass(frozen=True)
class Figure:
    """What an img element needs to know of an SVG; width and height in CSS pixels."""

    width: str
    height: str
    alt: str


def figure_path(page: Path, snippet_id: str, number: int) -> Path:
    """Where the figure number 1, 2 … of a snippet is kept."""
    return page.parent / (f"{snippet_id}.svg" if number == 1 else f"{snippet_id}-{number}.svg")


def figures_of(page: Path, snippet: Snippet) -> list[Path]:
    """The snippet's figure files, in order. Raises PageError if one before the last is missing."""
    name = re.compile(re.escape(snippet.id) + r"(?:-(\d+))?\.svg")
    found = [match for path in page.parent.iterdir() if (match := name.fullmatch(path.name))]
    numbers = {int(match[1] or 1) for match in found}
    for number in range(1, max(numbers, default=0)):
        if number not in numbers:
            missing = figure_path(page, snippet.id, number).name
            raise PageError(page, snippet.fence_line, f"{missing} is missing: run {_UPDATE}")
    return [figure_path(page, snippet.id, number) for number in sorted(numbers)]


def unused_figures(page: Path, text: str, used: Iterable[Path]) -> list[Path]:
    """The SVG files beside a page in a folder of its own which no snippet made (`used`) and which
    its text does not name."""
    if page.name != "index.md":
        return []
    beside = set(page.parent.glob("*.svg")) - set(used)
    return sorted(path for path in beside if path.name not in text)


def read_figure(path: Path) -> Figure:
    """What a page says of a figure file; raises as parse_figure does."""
    return parse_figure(path.read_text("utf-8"), path.name)


def parse_figure(svg: str, name: str) -> Figure:
    """Raises ValueError if `svg` is not an SVG with a size and words for who cannot see it."""
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError(f"{name} is not an SVG: {error}") from None
    words = [(root.findtext(_SVG + tag) or "").strip() for tag in ("title", "desc")]
    if root.tag != _SVG + "svg" or not words[0]:
        raise ValueError(f"{name} needs a <title>, for readers who cannot see it")
    box = (root.get("viewBox") or "").replace(",", " ").split()
    width, height = root.get("width") or "", root.get("height") or ""
    if not (width and height) and len(box) == 4:
        width, height = box[2:]
    sizes = [size.removesuffix("px") for size in (width, height)]
    if not all(re.fullmatch(r"\d+(?:\.\d+)?", size) for size in sizes):
        raise ValueError(f"{name} needs a width and a height in pixels, or a viewBox")
    width, height = (f"{float(size):.0f}" for size in sizes)  # the attributes take whole numbers
    return Figure(width, height, ": ".join(" ".join(word.split()) for word in words if word))
