"""Links from a page to the project's own files outside docs/, such as ../../engine/graph.py.

In the repository they work as they stand; on the site they lead to the repository. A link to a file
that is not there is refused with file and line.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from .errors import PageError
from .pages import BuildFailure, Page, PageSource, find_page
from .paths import DOCS, ROOT, shown_path


class SourceLinks(Extension):
    def __init__(self, **options: Any) -> None:
        self.config = {
            "repository": ["", "address below which the repository shows its files"],
            "docs_dir": [str(DOCS), "the folder of the pages"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        docs = Path(self.getConfig("docs_dir")).resolve()
        links = _Links(md, PageSource.of(md), docs, self.getConfig("repository"))
        # Before MkDocs' own, which knows files of docs/ only, and after the links were made.
        md.treeprocessors.register(links, "source_links", 5)


class _Links(Treeprocessor):
    def __init__(self, md: Markdown, source: PageSource, docs: Path, repository: str) -> None:
        super().__init__(md)
        self._source = source
        self._docs = docs
        self._repository = repository

    def run(self, root: Element) -> None:
        links = [a for a in root.iter("a") if a.get("href", "").startswith("..")]
        if not links:
            return
        try:
            page = find_page(self._source.text, self._docs)
        except PageError as error:
            raise BuildFailure(error) from None
        if page:  # else a part of one, in a list of posts: its page has been looked at
            for link in links:
                self._lead_to_repository(page, link)

    def _lead_to_repository(self, page: Page, link: Element) -> None:
        href = link.get("href", "")
        path, fragment = unquote(urlsplit(href).path), urlsplit(href).fragment
        target = Path(os.path.normpath(page.path.parent / path))
        if target.is_relative_to(self._docs) or not target.is_relative_to(ROOT):
            return
        if not target.exists():
            where = re.search(re.escape(href), self._source.text)
            line = self._source.text.count("\n", 0, where.start() if where else 0)
            message = f"the link leads to {shown_path(target)}, which is not there: correct it"
            raise BuildFailure(PageError(page.path, page.first_line + line, message))
        address = f"{self._repository.rstrip('/')}/{target.relative_to(ROOT).as_posix()}"
        link.set("href", address + (f"#{fragment}" if fragment else ""))


def makeExtension(**options: Any) -> SourceLinks:
    return SourceLinks(**options)
