"""A site of a few pages, built as ours is: its settings and templates, none of its posts."""

import re
import subprocess
from pathlib import Path

from scripts import environment
from scripts.project import DOCS, ROOT

POST = """\
---
title: {title}
description: A description of a post that is as long as a description has to be.
date:
  created: {date}
slug: {slug}
{more}tags: [{tags}]
---

What the lists show.

<!-- more -->

{text}
"""
BLOG = Path("blog", "posts")
_PAGES = {
    "index.md": "---\ntitle: Home\ntemplate: home.html\n---\n\n# Home\n",
    "blog/index.md": "---\ntitle: Blog\n---\n\n# Blog\n",
    "tags.md": "---\ntitle: Tags\n---\n\n# Tags\n\n<!-- material/tags -->\n",
}
_NAV = "nav: [index.md, blog/index.md, tags.md]\n"


def post(
    slug: str,
    title: str = "A Title",
    date: str = "2026-01-05",
    more: str = "",
    text: str = "The text.",
    tags: str = "a-tag",
) -> str:
    """The text of a post; `more` are further lines of its front matter."""
    return POST.format(title=title, slug=slug, date=date, more=more, text=text, tags=tags)


def write(folder: Path, posts: dict[str, str], series: str = "[First, Second]") -> Path:
    """The sources of a site in `folder`; returns its settings. `posts` by their folder's name."""
    docs = folder / "docs"
    files = {**_PAGES, **{f"{BLOG}/{name}/index.md": text for name, text in posts.items()}}
    for name, text in files.items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (docs / "assets").symlink_to(DOCS / "assets")
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    settings = re.sub(r"(?m)^nav:\n(?:  .*\n)+", _NAV, settings)
    settings = re.sub(r"(?m)^  series:.*\n(?:    - .*\n)+", f"  series: {series}\n", settings)
    settings = settings.replace("custom_dir: overrides", f"custom_dir: {ROOT / 'overrides'}")
    settings = settings.replace("- scripts/", f"- {ROOT}/scripts/")
    for name in ("fences", "progress", "math"):
        settings = re.sub(
            rf"(?m)^  - scripts\.markdown\.{name}\b.*$",
            f"  - scripts.markdown.{name}: {{docs_dir: {docs}}}",
            settings,
        )
    path = folder / "mkdocs.yml"
    path.write_text(settings, encoding="utf-8")
    return path


def build(settings: Path) -> tuple[int, str]:
    """Build the site into `site` beside its settings; returns the exit code and what was said."""
    command = [*environment.site_command(settings.parent / "site"), "-f", settings]
    answer = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr
