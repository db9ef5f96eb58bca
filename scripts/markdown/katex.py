"""Renders TeX with KaTeX's own JavaScript, at build time, in QuickJS."""

import functools
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import quickjs

from .paths import ROOT

_KATEX = ROOT / "node_modules/katex/dist/katex.min.js"
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_UNDERLINE = "\u0332"  # combining; marks the place in KaTeX's messages

# `trust: false` would draw a forbidden command in red and go on; here it is an error like others.
_RENDER = r"""
function render(tex, display) {
  const trust = ({command}) => { throw new Error(`${command} is not allowed`); };
  const options = {displayMode: display, throwOnError: true, strict: "error", trust};
  try {
    return JSON.stringify({html: katex.renderToString(tex, options)});
  } catch (error) {
    return JSON.stringify({message: String(error.message), position: error.position ?? null});
  }
}
"""


class TexError(ValueError):
    """TeX that KaTeX refuses; `position` is an offset into it (its end, if unknown)."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Formula:
    """`html` holds MathML for screen readers and the visible glyphs, hidden from them; `text` says
    the same in a line of plain characters, for tables of contents."""

    html: str
    text: str


@functools.cache
def render(tex: str, display: bool) -> Formula:
    """Raises TexError, and FileNotFoundError with what to type if KaTeX is not installed."""
    result = json.loads(_katex()(tex, display))
    if "html" not in result:
        words = result["message"].removeprefix("KaTeX parse error: ").replace(_UNDERLINE, "")
        position = result["position"]
        if position is None:
            words, position = f"{words}, in {tex}", len(tex)
        raise TexError(" ".join(f"KaTeX parse error: {words}".split()), position)
    mathml = re.search(r"<math.*?</math>", result["html"], re.DOTALL)
    assert mathml is not None
    text = _linear(ElementTree.fromstring(mathml[0]))
    return Formula(result["html"], re.sub(r"\s+", " ", text).strip())


@functools.cache
def _katex() -> quickjs.Function:
    try:
        source = _KATEX.read_text("utf-8")
    except FileNotFoundError:
        message = "KaTeX is missing: delete node_modules, then run python3 scripts/dev.py build"
        raise FileNotFoundError(message) from None
    return quickjs.Function("render", source + _RENDER)


def _linear(node: ElementTree.Element) -> str:
    """MathML as one line of text: x^2, (a+b)/c, √(2)."""
    tag = node.tag.removeprefix(_MATHML)
    if tag == "annotation":
        return ""
    parts = [_linear(child) for child in node]
    if tag in ("msup", "mover"):
        return f"{parts[0]}^{_grouped(parts[1])}"
    if tag in ("msub", "munder"):
        return f"{parts[0]}_{_grouped(parts[1])}"
    if tag in ("msubsup", "munderover"):
        return f"{parts[0]}_{_grouped(parts[1])}^{_grouped(parts[2])}"
    if tag == "mfrac":
        return f"{_grouped(parts[0])}/{_grouped(parts[1])}"
    if tag == "msqrt":
        return f"√{_grouped(''.join(parts))}"
    text = "".join([node.text or "", *parts])
    return "".join(char for char in text if char not in "\u2061\u2062\u200b")  # invisible operators


def _grouped(text: str) -> str:
    return text if len(text) == 1 or text.isalnum() else f"({text})"
