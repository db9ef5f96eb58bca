"""`dev.py update` records what snippets show, and touches nothing else."""

import re
from pathlib import Path

import pytest

from scripts.markdown.errors import PageError
from scripts.markdown.figures import marked_figure
from scripts.markdown.update import Unrecordable, main, update_page

DRAW = """\
class Drawing:
    def __init__(self, name):
        self.name = name

    def _repr_svg_(self):
        return f'<svg xmlns="http://www.w3.org/2000/svg"><title>{self.name}</title></svg>'
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "post" / "index.md"
    path.parent.mkdir()
    return path


def updated(page: Path, text: str) -> str:
    page.write_bytes(text.encode())
    update_page(page)
    return page.read_bytes().decode()


def test_only_the_stale_output_changes(page: Path) -> None:
    text = (
        "\ufeff---\ntitle: é  \n---\n\n# Title \t \n\n- item\n\n"
        "    ~~~python {{#a}}\n    x = 1\n    print('a', x)\n\n    print(' b')\n    ~~~\n\n\n"
        "    ~~~output\n    {}\n    ~~~\n"
        "\n```python\nx + 1\n```\n```output\n2  \n```\nNo line end"
    )
    assert updated(page, text.format("old")) == text.format("a 1\n     b")


def test_lines_end_as_they_did(page: Path) -> None:
    text = "```python\nprint(1)\nprint(2)\n```\n\n```output\n{}\n```\nText\n".replace("\n", "\r\n")
    assert updated(page, text.format("0")) == text.format("1\r\n2")


def test_an_output_that_was_not_there(page: Path) -> None:
    text = "- a\n\n  ```python\n  print('x\\n\\ny')\n  ```\n- b\n"
    output = "\n\n  ```output\n  x\n\n  y\n  ```"
    assert updated(page, text) == text.replace("  ```\n- b", f"  ```{output}\n- b")


def test_an_output_that_is_no_more(page: Path) -> None:
    text = "```python\nx = 1\n```{}\n\nText\n"
    assert updated(page, text.format("\n\n```output\n1\n```")) == text.format("")


def test_an_output_that_would_close_its_fence(page: Path) -> None:
    text = "```python\nprint('```')\n```\n\n"
    assert updated(page, text + "```output\nx\n```\n") == text + "````output\n```\n````\n"


def test_the_error_that_is_meant(page: Path) -> None:
    text = '```python {raises=KeyError}\nprint(1)\n{}["k"]\n```\n'
    assert updated(page, text) == f"{text}\n```output\n1\nKeyError: 'k'\n```\n"


def test_within_the_tolerance_nothing_changes(page: Path) -> None:
    text = "```python {tol=1e-3}\nprint('x', %s)\n```\n\n```output\nx 1.0001\n```\n"
    assert updated(page, text % "1.0002") == text % "1.0002"
    assert "x 1.1" in updated(page, text % "1.1")
    assert "y" in updated(page, (text % "1.0002").replace("'x'", "'y'"))


def test_without_a_tolerance_every_digit_counts(page: Path) -> None:
    text = "```python\nprint(1.0002)\n```\n\n```output\n{}\n```\n"
    assert updated(page, text.format("1.00020")) == text.format("1.0002")


def drawn(page: Path, name: str, snippet: str, svg: str = "<svg/>") -> Path:
    path = page.with_name(name)
    path.write_text(marked_figure(svg, snippet))
    return path


def names(page: Path) -> list[str]:
    return sorted(path.name for path in page.parent.iterdir())


def test_figures(page: Path) -> None:
    source = f"{DRAW}\n\ndisplay(Drawing('one'))\nDrawing('two')"
    text = f"```python {{#draw}}\n{source}\n```\n\n![](mine.svg)\n"
    for name in ("draw-2.svg", "draw-3.svg"):
        drawn(page, name, "draw")
    drawn(page, "gone.svg", "gone")
    drawn(page, "mine.svg", "mine")  # named in the text
    (page.parent / "photo.png").write_text("png")
    page.write_text(text)
    report = update_page(page)
    assert [line.rpartition("/")[2] for line in report] == [
        "draw.svg: figure of draw",
        "draw-2.svg: figure of draw",
        "draw-3.svg: removed, nothing draws it",
        "gone.svg: removed, nothing draws it",
    ]
    assert "<title>one</title>" in (page.parent / "draw.svg").read_text()
    assert "<title>two</title>" in (page.parent / "draw-2.svg").read_text()
    assert names(page) == ["draw-2.svg", "draw.svg", "index.md", "mine.svg", "photo.png"]
    assert page.read_text() == text
    assert update_page(page) == []


def test_what_an_author_has_drawn_stays(page: Path) -> None:
    mine = ("my drawing.svg", "graph.svg", "block-1-2.SVG")
    for name in mine:
        (page.parent / name).write_text("<svg>mine</svg>")
    drawn(page, "copied.svg", "original")  # a figure copied to draw on
    changed = drawn(page, "changed.svg", "changed")  # a figure drawn on
    changed.write_text(changed.read_text().replace("<svg/>", "<svg>more</svg>"))
    page.write_text("![](my%20drawing.svg)\n\n```python {#draw}\nx = 1\n```\n")
    before = names(page)
    assert update_page(page) == []
    assert names(page) == before


def test_the_figures_of_the_last_snippet_go_with_it(page: Path) -> None:
    drawn(page, "draw.svg", "draw")
    page.write_text("No snippet.\n")
    [told] = update_page(page)
    assert told.endswith("draw.svg: removed, nothing draws it")
    assert names(page) == ["index.md"]


@pytest.mark.parametrize("name", ["draw.svg", "draw-2.svg"])
def test_an_authors_file_is_not_drawn_over(page: Path, name: str) -> None:
    page.write_text(f"```python {{#draw}}\n{DRAW}\n\nDrawing('one')\n```\n")
    (page.parent / name).write_text("<svg>mine</svg>")
    with pytest.raises(PageError, match=rf"index\.md:2: {name} has the name of a figure of draw"):
        update_page(page)
    assert (page.parent / name).read_text() == "<svg>mine</svg>"
    assert names(page) == sorted(["index.md", name])


def test_a_figure_that_has_no_mark_but_is_right_stays_as_it_is(page: Path) -> None:
    page.write_text(f"```python {{#draw}}\n{DRAW}\n\nDrawing('one')\n```\n")
    update_page(page)
    figure = page.with_name("draw.svg")
    figure.write_text(figure.read_text().partition("<!--")[0])
    assert update_page(page) == []


@pytest.mark.parametrize(
    "code",
    [
        "print(b'caf\\xe9'.decode('utf-8', 'surrogateescape'))",
        "class D:\n    def _repr_svg_(self):\n        return '<svg>\\udce9</svg>'\n\n\nD()",
    ],
)
def test_what_cannot_be_encoded_costs_nothing(page: Path, code: str) -> None:
    text = f"Text.\n\n```python\n{code}\n```\n"
    page.write_text(text)
    with pytest.raises(Unrecordable, match=r"index\.md:4: block-1 .*'\\udce9', which a page"):
        update_page(page)
    assert page.read_text() == text
    assert names(page) == ["index.md"]


def test_a_save_in_the_middle_is_kept(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(f"```python\nopen({str(page)!r}, 'w').write('A new text.')\n```\n")
    assert main([str(page)]) == 1
    assert page.read_text() == "A new text."
    told = capsys.readouterr().err
    assert "index.md was changed while its snippets ran: nothing was written" in told
    assert names(page) == ["index.md"]


def test_what_is_not_the_same_twice_is_refused(page: Path) -> None:
    text = "```python\nx = 1\n```\n\n```python {#odd}\nprint(1)\nprint({'a', 'b', 'c', 'd'})\n```\n"
    page.write_text(text)
    with pytest.raises(Unrecordable, match=r"index\.md:6: odd does not show the same twice: \"\{"):
        update_page(page)
    assert page.read_text() == text


def test_figures_must_be_the_same_twice(page: Path) -> None:
    page.write_text(f"```python\n{DRAW}\n\nDrawing(id(DRAW := object()))\n```\n")
    with pytest.raises(Unrecordable, match=r"index\.md:2: block-1 .* twice: its figure 1 differs"):
        update_page(page)
    assert names(page) == ["index.md"]


def test_figures_need_a_folder_of_their_own(page: Path) -> None:
    other = page.with_name("other.md")
    other.write_text(f"```python\n{DRAW}\n\nDrawing('one')\n```\n")
    with pytest.raises(PageError, match=r"other\.md:2: a page with figures is named index\.md"):
        update_page(other)


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("def f():\n    1 / 0\n\n\nf()", "7: ZeroDivisionError: division by zero"),
        ("x = = 1", "6: SyntaxError: invalid syntax"),
        ("print('\\x01')", "6: block-2 prints '\\x01', which a page cannot record"),
    ],
)
def test_an_error_is_told_and_nothing_is_written(page: Path, last: str, told: str) -> None:
    text = f"```python\nprint(1)\n```\n\n```python\n{last}\n```\n"
    page.write_text(text)
    with pytest.raises(Unrecordable, match=rf"index\.md:{re.escape(told)}"):
        update_page(page)
    assert page.read_text() == text


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x = 1", "block-1 should raise KeyError, but it raised nothing"),
        ("1 / 0", r"ZeroDivisionError: division by zero \(expected KeyError\)"),
    ],
)
def test_another_error_than_the_one_meant(page: Path, source: str, told: str) -> None:
    page.write_text(f"```python {{raises=KeyError}}\n{source}\n```\n")
    with pytest.raises(Unrecordable, match=told):
        update_page(page)


def test_the_command(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, wrong = (page.with_name(name) for name in ("good.md", "bad.md", "wrong.md"))
    good.write_text("```python\n1\n```\n")
    bad.write_text("```python {.hiden}\n1\n```\n")
    wrong.write_text("```python\n1 / 0\n```\n")
    assert main([str(bad), str(wrong), str(good)]) == 1
    told = capsys.readouterr()
    assert told.out == f"{good}:2: output of block-1\n"
    assert "bad.md:1: unknown option '.hiden'" in told.err
    assert "wrong.md:2: ZeroDivisionError" in told.err
    assert main([str(good)]) == 0
    assert capsys.readouterr().out == "update: every output and figure is up to date\n"
    latin = page.with_name("latin.md")
    latin.write_bytes(b"\n\ncaf\xe9\n\n```python\n1\n```\n")
    good.write_text("```python\n2\n```\n")
    assert main([str(page.with_name("none.md")), str(latin), str(page.parent), str(good)]) == 1
    told = capsys.readouterr()
    assert "none.md:1: no such file" in told.err
    assert "latin.md:3: the byte 0xe9 is not UTF-8: save the page as UTF-8" in told.err
    assert "post:1: cannot be read: Is a directory" in told.err
    assert told.out == f"{good}:2: output of block-1\n"
