"""Every formula of the built site is rendered, for eyes and for screen readers."""

import re
from pathlib import Path

from bs4 import BeautifulSoup

from scripts.markdown.paths import DOCS, all_pages

# What is left of TeX where it was not understood.
TEX = re.compile(r"\$[^\s$][^$\n]*[^\s$\\]\$|\$\$|\\[()\[\]]|\\[a-zA-Z]+\{|\\begin|\\end")
NOT_TEXT = ["annotation", "code", "pre", "script", "style", "template", "textarea"]


def test_no_tex_is_left_as_text(built: dict[Path, BeautifulSoup]) -> None:
    for path, soup in built.items():
        for text in soup.find_all(string=TEX):
            assert text.find_parent(NOT_TEXT), f"{path}: {text!r}"


def test_formulas_are_complete(built: dict[Path, BeautifulSoup]) -> None:
    formulas = [(path, math) for path, soup in built.items() for math in soup.select(".arithmatex")]
    sources = " ".join(path.read_text("utf-8") for path in all_pages(DOCS))
    assert bool(formulas) == bool(re.search(r"\$[^\s$]", sources))
    for path, math in formulas:
        assert len(math.select(".katex-mathml > math > semantics > annotation")) == 1, path
        assert len(math.select('.katex > .katex-html[aria-hidden="true"]')) == 1, path
        assert "data-search-exclude" in math.attrs, path
        assert not math.select(".katex-error"), path


def test_no_script_draws_formulas(built: dict[Path, BeautifulSoup]) -> None:
    for path, soup in built.items():
        for script in soup.select("script"):
            assert not re.search("mathjax|katex", str(script), re.IGNORECASE), path
