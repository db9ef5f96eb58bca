"""MkDocs hook: the site's sources can be read, and the images that they show are there.

MkDocs ends with a traceback on the former and does not look at the latter in HTML.
"""

import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger

from scripts.markdown.errors import PageError
from scripts.markdown.notebooks import NotebookError, all_notebooks, read_notebook
from scripts.markdown.paths import all_pages, shown_path
from scripts.markdown.reading import read_page

_IMAGE = re.compile(r"""<img\b[^>]*?\ssrc=(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_log = get_plugin_logger("sources")


def on_pre_build(config: Any) -> None:
    """Raises BuildError with a line for each page and notebook that cannot be read."""
    docs = Path(config.docs_dir)
    wrong = []
    for path in all_pages(docs):
        try:
            read_page(path)
        except PageError as error:
            wrong.append(str(error))
    for path in all_notebooks(docs):
        try:
            read_notebook(path)
        except NotebookError as error:
            wrong.append(str(error))
    if wrong:
        raise BuildError("\n".join(wrong))


def on_page_content(html: str, page: Any, config: Any, files: Any) -> None:
    """Warn, which fails a strict build, of images that are not among the site's files."""
    known = {unquote(file.url) for file in files}
    for match in _IMAGE.finditer(html):
        address = (match[1] or match[2] or "").replace("&amp;", "&")
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or not parts.path:
            continue
        target = posixpath.normpath(unquote(urljoin(f"/{page.url}", parts.path))).lstrip("/")
        if target not in known:
            source = shown_path(Path(config.docs_dir, page.file.src_uri))
            _log.warning("%s: the image %s is not there", source, address)
