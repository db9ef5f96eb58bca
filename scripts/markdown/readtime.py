"""MkDocs hook: the time that a post takes to read. Its exercises take longer, its references and
what is folded away are looked up, and each formula is there twice, once for those who hear it."""

import functools
import re

from material.plugins.blog.readtime import readtime
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_NOT_READ = re.compile(
    r"""<h2 id="(?:exercises|references)".*?(?=<h2 |\Z)
    | <py-playground[^>]*\ data-exercise=.*?</py-playground>
    | <details\ class="py-hidden".*?</details>
    | <span\ class="katex-mathml">.*?</math></span>""",
    re.DOTALL | re.VERBOSE,
)
# Chinese, and Japanese kana: no spaces between words, so that all of a sentence counts as one.
_CHARACTER = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_CHARACTERS_A_MINUTE = 400  # what readers of Chinese manage


@event_priority(100)  # before the blog, which counts if nobody has
def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> None:
    post = getattr(page, "config", None)
    if post is not None and not getattr(post, "readtime", None):
        rate = config.plugins["material/blog"].config.post_readtime_words_per_minute
        post.readtime = minutes(_NOT_READ.sub("", content), rate)


@functools.lru_cache(maxsize=1024)  # `serve` asks again, of all posts
def minutes(content: str, words_a_minute: int) -> int:
    """To read this HTML: its words, and its characters where those are words."""
    characters = round(len(_CHARACTER.findall(content)) / _CHARACTERS_A_MINUTE * words_a_minute)
    return int(readtime(_CHARACTER.sub(" ", content) + " word" * characters, words_a_minute))
