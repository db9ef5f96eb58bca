"""Which file a Markdown extension is converting.

An extension is given text, not a path. The site generator's own idea of the path is not asked for,
so that the extensions work in any: the page is the one under docs/ with the same text.
"""

import functools
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from markdown import Markdown
from markdown.preprocessors import Preprocessor

from .errors import PageError
from .paths import files_of, shown_path
from .reading import read_page
from .scan import TAB

try:
    from mkdocs.exceptions import BuildError as _Failure  # printed without a traceback
except ImportError:
    _Failure = Exception  # type: ignore[assignment,misc]

_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
_ADDED_TITLE = re.compile(r"# [^\n]*\n\n")


class BuildFailure(_Failure):
    """Ends the build with one line, `file:line: message`."""

    def __init__(self, error: PageError) -> None:
        super().__init__(str(error))


@dataclass(frozen=True)
class Page:
    """A file under docs/, and the line on which its text begins, below the front matter."""

    path: Path
    first_line: int


def find_page(text: str, docs: Path) -> Page | None:
    """The page whose text this is; None if it is no page's. Raises PageError if two have it."""
    index = _indexes.get(docs)
    if index is None or not index.is_current():
        index = _indexes[docs] = _Index(docs)
    # The blog's index puts the title above a post that has none of its own in the text.
    wanted = {_normal(text), _normal(_ADDED_TITLE.sub("", text, count=1))}
    found = sorted(
        (page for body in wanted for page in index.pages.get(body, ())), key=lambda page: page.path
    )
    if len(found) > 1:
        others = " and ".join(shown_path(page.path) for page in found[1:])
        message = f"the text is that of {others} too: change one of them, or remove it"
        raise PageError(found[0].path, found[0].first_line, message)
    return found[0] if found else None


class _Index:
    """The pages by their text: a page asks for itself several times, and reads no other then."""

    def __init__(self, docs: Path) -> None:
        folders: list[Path] = []
        paths = files_of(docs, ".md", folders)
        self._seen = {os.fspath(path): _state(path) for path in (*folders, *paths)}
        self.pages: defaultdict[str, list[Page]] = defaultdict(list)
        for path in paths:
            try:
                body, first_line = _body(path, *self._seen[os.fspath(path)])
            except (OSError, PageError):  # refused where that page is converted itself
                continue
            self.pages[body].append(Page(path, first_line))

    def is_current(self) -> bool:
        """Whether no page has changed, come or gone: the latter two change their folder."""
        return all(_state(path) == state for path, state in self._seen.items())


_indexes: dict[Path, _Index] = {}


def _state(path: Path | str) -> tuple[int, int]:
    """The time and size of a file or folder; zeros if it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(maxsize=1024)
def _body(path: Path, modified: int, size: int) -> tuple[str, int]:
    """A page's text below the front matter, and the line on which it begins; read again when the
    file's time or size is another."""
    content = read_page(path)
    front = _FRONT_MATTER.match(content)
    body = content[front.end() :] if front else content
    blank = len(body) - len(body.lstrip("\n"))
    return _normal(body), content.count("\n", 0, len(content) - len(body) + blank) + 1


def _normal(text: str) -> str:
    text = text.replace("\r\n", "\n").expandtabs(TAB)
    return re.sub(r"(?m)^ +$", "", text).strip("\n")


class PageSource(Preprocessor):
    """Remembers the text of the page before anything has changed it."""

    text = ""

    def run(self, lines: list[str]) -> list[str]:
        self.text = "\n".join(lines).lstrip("\n")
        return lines

    @classmethod
    def of(cls, md: Markdown) -> "PageSource":
        """The one of this converter, added if it has none yet."""
        name = "page_source"
        if name not in md.preprocessors:
            md.preprocessors.register(cls(md), name, 1000)
        source = md.preprocessors[name]
        assert isinstance(source, cls)
        return source
