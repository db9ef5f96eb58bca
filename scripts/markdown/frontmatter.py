"""What a page says of itself above its text: read with its lines, and checked before all else.

The check is one for `test`, `update` and the site: file, line, and what to write instead. Posts are
the pages below blog/posts; series and authors are those that mkdocs.yml names under `extra`.
"""

import datetime
import difflib
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import PageError
from .paths import DOCS, ROOT, all_pages, shown_path
from .reading import read_page

POSTS = Path("blog", "posts")  # below docs
MORE = "<!-- more -->"  # what stands above it is shown in the lists
DESCRIPTION = (50, 200)  # search engines and feed readers cut what is longer
_OPENING = re.compile(r"---[ \t]*\n")
_BLOCK = re.compile(r"---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_SLUG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_NUMBERED = re.compile(r"(?:part|post|chapter|lesson|no|day|week|p|ch)?-?\d+")
_OF_PAGES = ("title", "description", "tags", "hide", "template", "icon", "status", "search")
_OF_POSTS = ("date", "slug", "series", "draft", "authors", "readtime", "pin", "links")


@dataclass(frozen=True)
class FrontMatter:
    """A page's keys with their values, and the line of each; of `date` those of its own keys."""

    path: Path
    values: dict[str, Any]
    lines: dict[str, int]
    text: str  # below it
    first_line: int  # of the text

    @property
    def draft(self) -> bool:
        return self.values.get("draft") is True

    @property
    def created(self) -> datetime.date | None:
        """The day of a post; None if this is none, or has none yet."""
        date = self.values.get("date")
        created = date.get("created") if isinstance(date, dict) else None
        return created if isinstance(created, datetime.date) else None

    def fault(self, key: str, message: str) -> PageError:
        """A fault of the key, or of the page where it is not given."""
        return PageError(self.path, self.lines.get(key, 1), message)


@dataclass(frozen=True)
class Declared:
    """The names that posts may use, from mkdocs.yml."""

    series: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


def declared(settings: Path = ROOT / "mkdocs.yml") -> Declared:
    """What `extra` says there (its tags, such as !ENV, are MkDocs' own). Raises PageError."""
    try:
        extra = _entry(yaml.compose(read_page(settings), yaml.SafeLoader), "extra")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PageError(settings, line, f"not YAML: {error.problem}") from None
    return Declared(*(_strings(_entry(extra, key)) for key in ("series", "authors")))


def _entry(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for name, value in pairs if name.value == key), None)


def _strings(node: yaml.Node | None) -> tuple[str, ...]:
    return tuple(each.value for each in node.value) if isinstance(node, yaml.SequenceNode) else ()


def is_post(path: Path, docs: Path) -> bool:
    return path.is_relative_to(docs / POSTS)


def read_front_matter(path: Path) -> FrontMatter:
    """Raises PageError if the file, or its front matter, cannot be read."""
    content = read_page(path)
    block = _BLOCK.match(content)
    if block is None:
        if _OPENING.match(content):
            raise PageError(path, 1, "the front matter has no end: close it with a line ---")
        return FrontMatter(path, {}, {}, content, 1)
    try:
        node = yaml.compose(block[1] or "", yaml.SafeLoader)
        values = yaml.safe_load(block[1] or "")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        message = f"not YAML ({error.problem}): put a value with a colon or quotes into quotes"
        raise PageError(path, line, message) from None
    except yaml.reader.ReaderError as error:
        line = (block[1] or "").count("\n", 0, error.position) + 2
        raise PageError(path, line, f"not YAML: the character {error.character:#x}") from None
    except (ValueError, AttributeError) as error:  # a date such as 2026-02-30, `!!timestamp x`
        raise PageError(path, _odd_line(node), f"not YAML: {error}") from None
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise PageError(path, 2, "the front matter is no list of `key: value`")
    first_line = block[0].count("\n") + 1
    return FrontMatter(path, values, _lines(path, node), content[block.end() :], first_line)


def _odd_line(node: yaml.Node | None) -> int:
    """The line of the first value that YAML reads, but that has no meaning."""
    for _, value in node.value if isinstance(node, yaml.MappingNode) else []:
        try:
            yaml.SafeLoader("").construct_document(value)
        except (yaml.YAMLError, ValueError, AttributeError):
            return int(value.start_mark.line) + 2
    return 1


def _lines(path: Path, node: yaml.Node | None) -> dict[str, int]:
    lines: dict[str, int] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        line = key.start_mark.line + 2
        if key.value in lines:
            raise PageError(path, line, f"{key.value!r} is given twice")
        lines[key.value] = line
        if key.value == "date" and isinstance(value, yaml.MappingNode):
            for inner, _ in value.value:
                lines[f"date.{inner.value}"] = inner.start_mark.line + 2
    return lines


def site_faults(docs: Path, known: Declared) -> list[PageError]:
    """What is wrong with the front matter of the site's pages, in their order."""
    faults: list[PageError] = []
    posts = []
    for path in all_pages(docs):
        try:
            front = read_front_matter(path)
        except PageError as error:
            faults.append(error)
            continue
        post = is_post(path, docs)
        faults += _page_faults(front, post)
        if post:
            posts.append(front)
            faults += _post_faults(front, known)
    return [*faults, *_slug_faults(posts)]


def _page_faults(front: FrontMatter, post: bool) -> Iterable[PageError]:
    keys = (*_OF_PAGES, *_OF_POSTS) if post else _OF_PAGES
    for key in front.values:
        if key in keys:
            continue
        if key in _OF_POSTS:
            where = f"the page is not below {POSTS.as_posix()}"
            yield front.fault(key, f"{key!r} is for posts, and {where}: move the page, or leave it")
        else:
            yield front.fault(str(key), f"unknown key {key!r}: {did_you_mean(str(key), keys)}")
    for key in ("title", "description"):
        value = front.values.get(key, "")
        if not isinstance(value, str):
            yield front.fault(key, f"the {key} {value!r} is no text: put it into quotes")
    tags = front.values.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        yield front.fault("tags", "tags are a list of words, such as [computer-science]")
    elif wrong := [tag for tag in tags if re.search("[<>&\"']", tag)]:
        yield front.fault("tags", f"the tag {wrong[0]!r}: leave out <, >, & and quotes")


def _post_faults(front: FrontMatter, known: Declared) -> Iterable[PageError]:
    values = front.values
    if not values:
        example = "---, title, description, date, slug, ---"
        yield front.fault("", f"a post begins with its front matter: {example}")
        return
    if values.get("title", "") == "":
        yield front.fault("title", "no title: add `title: …`")
    yield from _date_faults(front)
    yield from _slug_form(front)
    if not isinstance(values.get("draft", False), bool):
        yield front.fault("draft", f"draft: {values['draft']!r} is neither true nor false")
    if "series" in values and values["series"] not in known.series:
        name = values["series"]
        hint = did_you_mean(str(name), known.series, "add it to `extra: series:` in mkdocs.yml")
        yield front.fault("series", f"no series is named {name!r}: {hint}")
    authors = values.get("authors", [])
    if not isinstance(authors, list):
        yield front.fault("authors", "authors are a list of names, such as [Ada Lovelace]")
        authors = []
    for name in authors:
        if name not in known.authors:
            hint = did_you_mean(
                str(name), known.authors, "add them to `extra: authors:` in mkdocs.yml"
            )
            yield front.fault("authors", f"no author is named {name!r}: {hint}")
    if front.draft:
        return  # the rest may come later
    shortest, longest = DESCRIPTION
    length = columns(str(values.get("description") or ""))
    if not shortest <= length <= longest:
        message = f"the description has {length} characters, not {shortest} to {longest}"
        hint = "it stands in lists, feeds and search engines (Chinese characters count twice)"
        yield front.fault("description", f"{message}: {hint}")
    if not values.get("tags"):
        yield front.fault("tags", "no tags: add `tags: [computer-science]`")
    if MORE not in front.text:
        message = f"no line {MORE}: put it below what the lists are to show"
        yield PageError(front.path, front.first_line, message)


def _date_faults(front: FrontMatter) -> Iterable[PageError]:
    date = front.values.get("date")
    if not isinstance(date, dict):
        wanted = f"{date}" if isinstance(date, datetime.date) else "2026-03-01"
        yield front.fault("date", f"write the date as `date:` and, indented, `created: {wanted}`")
        return
    for key in date:
        if key not in ("created", "updated"):
            hint = did_you_mean(str(key), ("created", "updated"))
            yield front.fault(f"date.{key}", f"unknown key {key!r} of the date: {hint}")
    if not date.keys() - {"updated"}:
        yield front.fault("date", "the date has no `created: 2026-03-01`")
    for key in date.keys() & {"created", "updated"}:
        value = date[key]
        if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
            day = value.date() if isinstance(value, datetime.datetime) else "2026-03-01"
            yield front.fault(f"date.{key}", f"{key}: {value} is no day: write {day}")
        elif key == "created" and not front.draft and value > _today():
            message = f"{value} is in the future: until then, add `draft: true`"
            yield front.fault(f"date.{key}", message)
    created, updated = front.created, date.get("updated")
    if type(created) is type(updated) is datetime.date and updated < created:
        yield front.fault("date.updated", f"updated on {updated}, before it was created")


def _today() -> datetime.date:
    """The latest day that it is anywhere: the author's clock is not the builder's."""
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=14)).date()


def _slug_form(front: FrontMatter) -> Iterable[PageError]:
    slug = front.values.get("slug")
    title = front.values.get("title")
    proposal = slug_of(title if isinstance(title, str) else "") or "the-title"
    if slug is None:
        yield front.fault("slug", f"no slug: add `slug: {proposal}`, its address for good")
    elif message := slug_fault(slug, proposal):
        yield front.fault("slug", message)


def slug_fault(slug: object, proposal: str) -> str:
    """What is wrong with a slug; empty if nothing is."""
    if not isinstance(slug, str) or slug != slug.lower() or not _SLUG.fullmatch(slug):
        wanted = "lower-case letters, digits and single hyphens"
        return f"the slug {slug!r} is not of {wanted}: for example {proposal}"
    if _NUMBERED.fullmatch(slug):
        message = f"the slug {slug!r} says no more than a number, which does not age well"
        return f"{message}: name what it is about, for example {proposal}"
    return ""


def _slug_faults(posts: Sequence[FrontMatter]) -> Iterable[PageError]:
    first: dict[str, FrontMatter] = {}
    for front in posts:
        slug = front.values.get("slug")
        if not isinstance(slug, str):
            continue
        other = first.setdefault(slug, front)
        if other is not front:
            where = f"{shown_path(other.path)}:{other.lines['slug']}"
            yield front.fault("slug", f"the slug {slug!r} is that of {where} too: change one")


def slug_of(title: str) -> str:
    """A slug made of a title; empty if it has no letter or digit."""
    return "-".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", title).lower()))


def columns(text: str) -> int:
    """The characters of a text, those that are as wide as two counted twice."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in text)


def did_you_mean(name: str, known: Sequence[str], otherwise: str = "") -> str:
    """What to write instead of a name that is not known."""
    near = difflib.get_close_matches(name, known, 1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return otherwise or f"known are {', '.join(known)}"


def main() -> int:
    """Print the faults of the site. Returns 1 if there are any."""
    try:
        faults = site_faults(DOCS, declared())
    except PageError as error:  # of mkdocs.yml
        faults = [error]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
