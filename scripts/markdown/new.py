"""`dev.py new post "Title"`: a post to write on, which passes the tests as it is."""

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import PageError
from .files import replace_files
from .frontmatter import POSTS, declared, did_you_mean, read_front_matter, slug_fault, slug_of
from .paths import DOCS, ROOT, all_pages, shown_path

_LONGEST = 60  # characters of a slug made of a title
_PAGE = """\
---
title: {title}
date:
  created: {date}
slug: {slug}
{series}draft: true # only `serve` shows it; without this line, it needs description and tags
---

What the lists show.

<!-- more -->

```python {{#first title="first.py"}}
x = 3.0  # @param {{type:"slider", min:-5, max:5, step:0.5}}
print(2 * x)
```

```output
6.0
```
"""


class Refused(Exception):
    """No post can be made of this; one line says why, and what to do."""


def new_post(
    title: str,
    series: str | None = None,
    slug: str | None = None,
    docs: Path = DOCS,
    settings: Path = ROOT / "mkdocs.yml",
) -> Path:
    """Write a draft of today; returns its file. Raises Refused, PageError or OSError."""
    title = title.strip()
    if not title or not title.isprintable():
        raise Refused(f"the title {title!r} is no line of text")
    known = declared(settings).series
    if series is not None and series not in known:
        otherwise = "add it to `extra: series:` in mkdocs.yml first"
        raise Refused(f"no series is named {series!r}: {did_you_mean(series, known, otherwise)}")
    slug = _proposed(title) if slug is None else slug
    if fault := slug_fault(slug, "what-it-is-about"):
        raise Refused(f"{fault}, with --slug")
    for path in all_pages(docs / POSTS):
        if _slug(path) == slug:
            raise Refused(f"{shown_path(path)} has the slug {slug!r} already: name another, --slug")
    page = docs / POSTS / (slug_of(series) if series else "") / slug / "index.md"
    if page.exists():
        raise Refused(f"{shown_path(page)} is there already: name another slug, with --slug")
    text = _PAGE.format(
        title=json.dumps(title, ensure_ascii=False),  # YAML reads it as JSON does
        date=datetime.date.today(),
        slug=slug,
        series=f"series: {json.dumps(series, ensure_ascii=False)}\n" if series else "",
    )
    page.parent.mkdir(parents=True, exist_ok=True)
    replace_files({page: text.encode()}, {page: None})
    return page


def _proposed(title: str) -> str:
    slug = slug_of(title)
    return slug if len(slug) <= _LONGEST else slug[:_LONGEST].rpartition("-")[0] or slug[:_LONGEST]


def _slug(path: Path) -> object:
    try:
        return read_front_matter(path).values.get("slug")
    except PageError:  # said by the check
        return None


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py new", description=__doc__)
    kinds = parser.add_subparsers(required=True, metavar="post")
    post = kinds.add_parser("post", help="a draft of today", description="Write a draft of today.")
    post.add_argument("title")
    post.add_argument("--series", help="one of those in mkdocs.yml (default: it stands alone)")
    post.add_argument("--slug", help="its address for good (default: made of the title)")
    options = parser.parse_args(argv)
    try:
        page = new_post(options.title, options.series, options.slug)
    except (Refused, PageError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
    print(f"{shown_path(page)} is a draft. See it: python3 scripts/dev.py serve")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
