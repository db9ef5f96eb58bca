"""The figures of a page's snippets: files beside it, <id>.svg, then <id>-2.svg and so on."""

import hashlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import PageError
from .snippets import Snippet

_SVG = "{http://www.w3.org/2000/svg}"
_MARK = re.compile(r"<!-- drawn by the block (?P<id>[a-z0-9-]+): (?P<digest>[0-9a-f]{16}) -->\s*\Z")
_UPDATE = "python3 scripts/dev.py update"


@dataclass(frozen=True)
class Figure:
    """What an img element needs to know of an SVG; width and height in CSS pixels."""

    width: str
    height: str
    alt: str
    has_dark: bool  # it brings colours for dark pages; else it needs a light ground there

    @property
    def frame(self) -> dict[str, str]:
        """The attributes of the element around it, for docs/assets/css/playground.css."""
        light = "" if self.has_dark else " py-figure--light"
        return {"class": f"py-figure{light}", "style": f"--py-wide:{self.width}px"}


def figure_path(page: Path, snippet_id: str, number: int) -> Path:
    """Where the figure number 1, 2 … of a snippet is kept."""
    return page.parent / (f"{snippet_id}.svg" if number == 1 else f"{snippet_id}-{number}.svg")


def named_figures(page: Path, snippet: Snippet) -> dict[int, Path]:
    """The files that have the name of a figure of the snippet, by its number."""
    name = re.compile(re.escape(snippet.id) + r"(?:-(\d+))?\.svg")
    found = [match for path in page.parent.iterdir() if (match := name.fullmatch(path.name))]
    return {int(match[1] or 1): page.parent / match[0] for match in found}


def figures_of(page: Path, snippet: Snippet) -> list[Path]:
    """The snippet's figure files, in order. Raises PageError if one before the last is missing."""
    files = named_figures(page, snippet)
    for number in range(1, max(files, default=0)):
        if number not in files:
            missing = figure_path(page, snippet.id, number).name
            raise PageError(page, snippet.fence_line, f"{missing} is missing: run {_UPDATE}")
    return [files[number] for number in sorted(files)]


def marked_figure(svg: str, snippet_id: str) -> str:
    """The content of a figure file: the figure, and a mark that says where it comes from."""
    svg = svg.rstrip("\n") + "\n"
    return f"{svg}<!-- drawn by the block {snippet_id}: {_digest(svg, snippet_id)} -->\n"


def recorded_figure(path: Path) -> str:
    """The figure that a file holds, less its mark."""
    text = path.read_text("utf-8")
    mark = _MARK.search(text)
    return text[: mark.start()] if mark else text


def is_drawn(path: Path) -> bool:
    """Whether a file is what a snippet drew, unchanged: its mark fits its name and its content.
    What an author has drawn, or changed by hand, is not."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    mark = _MARK.search(text)
    if mark is None or mark["digest"] != _digest(text[: mark.start()], mark["id"]):
        return False
    return re.fullmatch(rf"{re.escape(mark['id'])}(-\d+)?\.svg", path.name) is not None


def unused_figures(page: Path, text: str, used: Iterable[Path]) -> list[Path]:
    """The files beside a page in a folder of its own which a snippet drew once, which none draws
    now (`used`), and which the page's text does not name."""
    if page.name != "index.md":
        return []
    beside = set(page.parent.glob("*.svg")) - set(used)
    return sorted(path for path in beside if path.name not in text and is_drawn(path))


def _digest(svg: str, snippet_id: str) -> str:
    return hashlib.sha256(f"{snippet_id}\n{svg}".encode()).hexdigest()[:16]


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
    alt = ": ".join(" ".join(word.split()) for word in words if word)
    return Figure(width, height, alt, has_dark="prefers-color-scheme" in svg)
