"""What GitHub shows in a list item is there on the site too, or is refused by file and line."""

from pathlib import Path

import pytest

from scripts.markdown.dialects import check_dialects
from scripts.markdown.errors import PageError
from scripts.markdown.snippets import parse_page

PATH = Path("docs/page.md")


@pytest.mark.parametrize(
    ("text", "line", "wanted"),
    [
        ("1. a\n\n   ```python\n   x\n   ```\n\n2. b", 3, "by 4 spaces, not 3: .* item of line 1 "),
        ("1. a\n\n   ```sh\n   ls\n   ```\n\n2. b", 3, "by 4 spaces, not 3"),
        ("- a\n  ```text\n  x\n  ```", 2, "by 4 spaces, not 2"),
        ("- a\n  goes on\n\n  ```text\n  x\n  ```", 4, "by 4 spaces, not 2: .* of line 1 "),
        (
            "- a\n\n    - b\n\n      ~~~text\n      x\n      ~~~",
            5,
            "by 8 spaces, not 6: .* line 3",
        ),
        ("* a\n\n  Goes on.", 3, "by 4 spaces, not 2"),
        ("- a\n  - b", 2, "by 4 spaces, not 2"),
        ("1. a\n   - b", 2, "by 4 spaces, not 3"),
        ("---\ntitle: a\n---\n\n1) a\n\n   $$x$$", 7, "by 4 spaces, not 3: .* of line 5 "),
    ],
)
def test_what_would_leave_its_list_item_is_refused(text: str, line: int, wanted: str) -> None:
    with pytest.raises(PageError, match=rf"docs/page\.md:{line}: indent this {wanted}"):
        parse_page(text, PATH)


@pytest.mark.parametrize(
    "text",
    [
        "1. a\n\n    ```sh\n    ls\n      -l\n    ```\n\n2. b",
        "- a\n  goes on\n  here\n- b",
        "- a\n\nText.\n\n  ```sh\n  ls\n  ```",
        "Text.\n\n  ```sh\n  ls\n  ```\n\n  Text.",
        "- a\n\n    - b\n\n        ```sh\n        ls\n        ```",
        "```text\n- a\n  - b\n\n  c $ $\n```",
        "!!! note\n    - a\n\n        b",
        "---\ntags:\n  - a\n  - b\ndescription: costs $5, not $6\n---\nText.",
        "    - a\n      - b",
    ],
)
def test_what_both_show_alike_passes(text: str) -> None:
    assert check_dialects(text, PATH) == []


def test_formulas_are_found_by_their_lines() -> None:
    text = "A $a$\nand $b$.\r\n\n$$\nc\n$$\n\n```math\nd\n```\n\n`$e$`\n"
    found = check_dialects(text, PATH, 11)
    assert [(formula.tex.strip(), formula.line) for formula in found] == [
        ("a", 11),
        ("b", 12),
        ("c", 14),
        ("d", 19),
    ]
