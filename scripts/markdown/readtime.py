"""MkDocs hook: the time that a post takes to read; what its exercises ask for takes longer."""

import re

from material.plugins.blog.readtime import readtime
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_EXERCISE = re.compile(r"<py-playground[^>]* data-exercise=.*?</py-playground>", re.DOTALL)


@event_priority(100)  # before the blog, which counts if nobody has
def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    post = getattr(page, "config", None)
    if post is not None and not getattr(post, "readtime", None):
        rate = config.plugins["material/blog"].config.post_readtime_words_per_minute
        post.readtime = readtime(_EXERCISE.sub("", content), rate)
