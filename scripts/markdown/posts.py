"""MkDocs hook: what the templates need to know of the posts.

Order: by date, and on one day by path. Drafts are shown by `serve` only, with their figures.
Titles and descriptions may hold any character, though the theme's templates escape few.
"""

import html
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup
from mkdocs.plugins import event_priority
from mkdocs.structure.files import InclusionLevel

from scripts.markdown.frontmatter import POSTS

_MARKDOWN = re.compile(r"[\\`*_{}\[\]$~^=:()|!.+-]")  # a list puts titles through Markdown


@dataclass(frozen=True)
class SeriesList:
    """The posts of a series, oldest first; the name is empty for those of none."""

    name: str
    posts: list[Any]


@event_priority(-60)  # after the blog, which finds the posts
def on_files(files: Any, config: Any) -> None:
    blog = config.plugins["material/blog"]
    posts = blog.blog.posts  # the blog's own list, and its pages'
    posts.sort(
        key=lambda post: (post.config.pin, post.config.date.created, post.file.src_uri),
        reverse=True,
    )
    shown = {post.file.src_uri for post in posts}
    below = POSTS.as_posix() + "/"
    drafts = [
        f"{PurePosixPath(file.src_uri).parent}/"
        for file in files
        if file.src_uri.startswith(below)
        and file.src_uri.endswith("/index.md")
        and file.src_uri not in shown
    ]
    for file in files:
        if file.src_uri.startswith(tuple(drafts)):
            file.inclusion = InclusionLevel.EXCLUDED


@event_priority(200)  # after the feeds have read what they say, before any template has
def on_env(env: Any, config: Any, files: Any) -> None:
    for file in files:
        meta = file.page.meta if file.page else {}
        for key in ("title", "description"):
            if isinstance(meta.get(key), str):
                meta[key] = _escaped(meta[key])
    env.globals["series_lists"] = series_lists(
        config.plugins["material/blog"].blog.posts, config.extra.get("series", [])
    )


def series_lists(posts: list[Any], names: list[str]) -> list[SeriesList]:
    """The series that have posts, in the order of their names, then those without one."""
    oldest_first = posts[::-1]
    lists = [
        SeriesList(name, [post for post in oldest_first if post.meta.get("series", "") == name])
        for name in [*names, ""]
    ]
    return [each for each in lists if each.posts]


def _escaped(text: str) -> Markup:
    """The text as HTML and as Markdown, which no template escapes again."""
    return Markup(_MARKDOWN.sub(lambda found: f"&#{ord(found[0])};", html.escape(text)))
