"""The author's guide is true: its examples pass, and it leaves out no option and no command."""

import re
from pathlib import Path

import pytest

from scripts.markdown import options
from scripts.markdown.frontmatter import declared, site_faults
from scripts.markdown.paths import DOCS
from scripts.markdown.snippets import parse_page
from scripts.markdown.update import update_page
from tests.small_site import BLOG
from tests.snippets.test_pages import lint_faults

GUIDE = (DOCS / "authors.md").read_text("utf-8")
EXAMPLES = re.findall(r"(?ms)^````markdown\n(.*?)^````$", GUIDE)


@pytest.mark.parametrize("example", EXAMPLES, ids=["post", "exercise"])
def test_an_example_passes(tmp_path: Path, example: str) -> None:
    page = tmp_path / BLOG / "example" / "index.md"
    page.parent.mkdir(parents=True)
    page.write_text(example, "utf-8")
    assert parse_page(example, page)
    assert update_page(page)
    assert update_page(page) == []
    if example.startswith("---"):
        assert site_faults(tmp_path, declared()) == []


def test_every_option_is_named() -> None:
    for key in options._KEYS:
        assert f"{key}=" in GUIDE, key
    for flag in options._FLAGS:
        assert f".{flag}" in GUIDE, flag


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", ["3:21: B006 ", "8:5: F841 "]),
        ('noqa="B006"', ["8:5: F841 "]),
        ('noqa="B,F841"', []),
    ],
)
def test_faults_are_found_and_taste_is_free(tmp_path: Path, options: str, told: list[str]) -> None:
    text = f"""

```python {{{options}}}
def collect(l, into=[]):
    into.append(l); return into


def lost():
    x = 1
```
"""
    page = tmp_path / "page.md"
    found = lint_faults(page, parse_page(text[1:], page))
    assert [re.sub(r"(.*page.md:)|(?<=[0-9] ).*", "", each) for each in found] == told
