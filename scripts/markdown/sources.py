"""MkDocs hook: the site's sources can be read, say of themselves what they must, and show images
that are there.

MkDocs ends with a traceback on the first and does not look at the last in HTML.
"""

import posixpath
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from mkdocs.exceptions import BuildError
from mkdocs.plugins import get_plugin_logger

from scripts.markdown.errors import PageError
from scripts.markdown.frontmatter import declared, site_faults
from scripts.markdown.notebooks import NotebookError, all_notebooks, read_notebook
from scripts.markdown.paths import shown_path

_IMAGE = re.compile(r"""<img\b[^>]*?\ssrc=(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_log = get_plugin_logger("sources")


def on_pre_build(config: Any) -> None:
    """Raises BuildError with a line for each page and notebook that is refused."""
    docs = Path(config.docs_dir)
    try:
        known = declared(Path(config.config_file_path))
    except PageError as error:
        raise BuildError(str(error)) from None
    wrong = [str(fault) for fault in site_faults(docs, known)]
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
