"""Formulas: rendered when the site is built, and refused by file and line."""

from collections.abc import Callable
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup, Tag

from scripts.markdown import katex
from scripts.markdown.pages import BuildFailure

Html = Callable[[str], BeautifulSoup]


@pytest.fixture
def converter(tmp_path: Path) -> markdown.Markdown:
    return markdown.Markdown(
        extensions=[
            "admonition",
            "tables",
            "toc",
            "pymdownx.smartsymbols",
            "scripts.markdown.math",
        ],
        extension_configs={
            "scripts.markdown.math": {"docs_dir": str(tmp_path)},
            "toc": {"permalink": True},
        },
    )


@pytest.fixture
def render(tmp_path: Path, converter: markdown.Markdown) -> Html:
    """Converts a page as the site does, having written it to its file below front matter."""

    def convert(text: str) -> BeautifulSoup:
        (tmp_path / "page.md").write_text(f"---\ntitle: Page\n---\n{text}", "utf-8")
        return BeautifulSoup(converter.convert(text), "html.parser")

    return convert


def tex_of(math: Tag) -> str:
    [annotation] = math.select('annotation[encoding="application/x-tex"]')
    return annotation.text.strip()


@pytest.mark.parametrize(
    ("text", "place", "tex"),
    [
        ("Let $x_1 < x_2$ be", "p > span", "x_1 < x_2"),
        (r"Let \(x & y\) be".replace("&", r"\&"), "p > span", r"x \& y"),
        ("**$a*b*c$**", "p > strong > span", "a*b*c"),
        ("- $x$", "ul > li > span", "x"),
        ("| a |\n|---|\n| $x$ |", "td > span", "x"),
        ("## The $x$", "h2 > span", "x"),
        ("!!! note\n    $x$", "div.admonition > p > span", "x"),
        ("$$\nu = 2x + 3\n$$", "div", "u = 2x + 3"),
        (r"\[ a < b \]", "div", "a < b"),
        (
            "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
            "div",
            "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
        ),
        ("- item\n\n    $$x$$", "li > div", "x"),
        ("An arrow -> and $a --> b$", "p > span", "a --> b"),
    ],
)
def test_a_formula_wherever_it_stands(render: Html, text: str, place: str, tex: str) -> None:
    [math] = render(text).select(f"{place}.arithmatex")
    assert tex_of(math) == tex
    # Words for screen readers, glyphs for eyes; search finds neither three times over.
    assert "data-search-exclude" in math.attrs
    assert math.select_one(".katex-mathml > math > semantics > mrow, math mtable")
    [glyphs] = math.select(".katex > .katex-html")
    assert glyphs["aria-hidden"] == "true"
    assert bool(math.select(".katex-display")) == (math.name == "div")
    assert "\\(" not in math.text
    assert "\\[" not in math.text


def test_what_is_no_formula_stays(render: Html) -> None:
    soup = render("It costs $5 or $6, `$x$`, \\$x\\$.\n\n    $x$\n")
    assert not soup.select(".arithmatex")
    assert [tag.text for tag in soup.select("p, pre")] == [
        "It costs $5 or $6, $x$, $x$.",
        "$x$\n",
    ]


def test_titles_are_plain_text_in_contents_and_anchors(
    render: Html, converter: markdown.Markdown
) -> None:
    soup = render(
        "# Of $f(x) = (2x+3)^2$ and $\\frac{dL}{dx_1}$, $\\sqrt{2}$, $\\sum_{i=1}^n a_i$\n"
    )
    [token] = converter.toc_tokens
    assert token["name"] == "Of f(x)=(2x+3)^2 and dL/(dx_1), √2, ∑_(i=1)^na_i"
    assert token["id"] == "of-fx2x32-and-dldx_1-2-_i1na_i"
    assert len(soup.select("h1 .katex")) == 4


def test_only_what_may_overflow_a_phone_takes_the_focus(render: Html) -> None:
    soup = render(
        "$$x = 1$$\n\n$$f(x) = a + b + c + d + e + f + g + h$$\n\n$a + b + c + d + e + f + g$"
    )
    assert [math.get("tabindex") for math in soup.select(".arithmatex")] == [None, "0", None]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# A\n\nLet $\\foo$ be", 6, "KaTeX parse error: Undefined control sequence: \\foo"),
        ("Let $x$\nand \\(x^\\) be", 5, "KaTeX parse error: Expected group after '^'"),
        ("\n\n$$\nx\n= \\bar\n$$", 8, "KaTeX parse error: "),
        ("- a\n\n    $$\n    x\n    = \\foo\n    $$", 8, "Undefined control sequence: \\foo"),
        ("| a |\n|---|\n| $\\foo$ |", 6, "Undefined control sequence: \\foo"),
        ("Let $é$", 4, "Accented Unicode text character"),
        ("Let $\\begin{align}x\\end{align}$", 4, "can be used only in display mode"),
        ("Let $\\href{https://example.org}{x}$", 4, "\\href is not allowed"),
        ("Let $a % b$", 4, "% comment has no terminating newline"),
        ("\\begin{align}\nx &= \\foo\n\\end{align}", 5, "Undefined control sequence: \\foo"),
    ],
)
def test_a_bad_formula_is_refused(render: Html, text: str, line: int, message: str) -> None:
    with pytest.raises(BuildFailure) as caught:
        render(text)
    told = str(caught.value)
    assert f"page.md:{line}: " in told
    assert message in told
    assert "\n" not in told


def test_without_katex_it_says_what_to_type(
    render: Html, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(katex, "_KATEX", tmp_path / "katex.min.js")
    katex._katex.cache_clear()
    with pytest.raises(FileNotFoundError, match=r"delete node_modules, then run python3"):
        render("$never + rendered + before$")
