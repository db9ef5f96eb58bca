"""Python-Markdown extension: a line `[[exercises]]` becomes the list of all exercises, by part."""

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mkdocs.utils.meta import get_data

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from .exercises import version_of
from .paths import DOCS, all_pages
from .reading import read_page
from .snippets import parse_page

_LINE = "[[exercises]]"


class ProgressExtension(Extension):
    def __init__(self, **configs: Any) -> None:
        self.config = {"docs_dir": [str(DOCS), "where the pages are"]}
        super().__init__(**configs)

    def extendMarkdown(self, md: Markdown) -> None:
        lists = _Lists(md, Path(self.getConfig("docs_dir")))
        # After the whitespace is normal (30), before any HTML is read (20).
        md.preprocessors.register(lists, "progress", 28)


class _Lists(Preprocessor):
    def __init__(self, md: Markdown, docs: Path) -> None:
        super().__init__(md)
        self._docs = docs

    def run(self, lines: list[str]) -> list[str]:
        if _LINE not in lines:
            return lines
        place = lines.index(_LINE)
        return [*lines[:place], *_list(self._docs), *lines[place + 1 :]]


@dataclass(frozen=True)
class _Part:
    title: str
    path: Path
    date: datetime.date


def _list(docs: Path) -> list[str]:
    """Markdown, whose links the site generator resolves and checks."""
    lines = ['<div class="py-progress" data-progress markdown>', ""]
    for part in sorted(_parts(docs), key=lambda part: (part.date, part.title)):
        address = part.path.relative_to(docs).as_posix()
        snippets = parse_page(read_page(part.path), part.path)
        starters = [snippet for snippet in snippets if snippet.exercise]
        if starters:
            lines += [f"## [{part.title}]({address})", ""]
            for starter in starters:
                link = f"[{starter.task}]({address}#exercise-{starter.id})"
                lines.append(f'- {link}{{: data-version="{version_of(starter)}" }}')
            lines.append("")
    return [*lines, "</div>"]


def _parts(docs: Path) -> list[_Part]:
    """The published posts."""
    parts = []
    for path in all_pages(docs):
        _, front = get_data(read_page(path))
        date = front.get("date")
        created = date.get("created") if isinstance(date, dict) else date
        if isinstance(created, datetime.datetime):
            created = created.date()
        if isinstance(created, datetime.date) and not front.get("draft"):
            parts.append(_Part(str(front.get("title", path.parent.name)), path, created))
    return parts


def makeExtension(**configs: Any) -> ProgressExtension:
    return ProgressExtension(**configs)
