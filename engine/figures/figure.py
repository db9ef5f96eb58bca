"""Figure: a picture as SVG with a text alternative, shown by the page and by Jupyter alike.

A picture has no ground of its own and two sets of colours, for light pages and for dark: a style
sheet in it puts the latter in the former's place where the element that shows the picture has a
dark `color-scheme`. Ink and hues have contrast in both (text at least 4.5 : 1).
"""

from collections.abc import Sequence
from html import escape

INK, SOFT, LINE, GRID = "#1f2933", "#52606d", "#9aa5b1", "#e1e7ee"
BOX, CIRCLE = "#ffffff", "#dfe8f2"
BLUE, RED, GREEN, PURPLE = "#0b61a4", "#b3400a", "#0b7a5b", "#8a3d83"
PALE_BLUE, PALE_RED = "#dcebf7", "#fbe5d9"
# What each is on a dark page.
DARK = {
    INK: "#e4e8f1",
    SOFT: "#aab2c3",
    LINE: "#6b768c",
    GRID: "#323949",
    BOX: "#272d3b",
    CIRCLE: "#38445a",
    BLUE: "#9dc0ff",
    RED: "#ffb08a",
    GREEN: "#86d9a8",
    PURPLE: "#dca6ee",
    PALE_BLUE: "#1d304a",
    PALE_RED: "#472a22",
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"


class Figure:
    """An SVG picture. `title` names it in a few words, `desc` says what it shows.

    >>> Figure(40, 20, "a dot", "A dot in a corner.", ['<circle r="5"/>']).svg.count("<circle")
    1
    """

    def __init__(
        self, width: float, height: float, title: str, desc: str, body: Sequence[str]
    ) -> None:
        self.title = title
        self.desc = desc
        w, h = num(width), num(height)
        self.svg = "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}"'
                f' viewBox="0 0 {w} {h}" role="img" font-family="{FONT}" font-size="13">',
                f"<title>{escape(title)}</title>",
                f"<desc>{escape(desc)}</desc>",
                _dark("".join(body)),
                *body,
                "</svg>\n",
            ]
        )

    def __repr__(self) -> str:
        return f"Figure({self.title!r})"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": f"{self.title}: {self.desc}"}


def _dark(body: str) -> str:
    """The style sheet for dark pages, with the colours that the picture has."""
    rules = "".join(
        f'[{kind}="{light}"]{{{kind}:{dark}}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
        if f'{kind}="{light}"' in body
    )
    return f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def num(x: float) -> str:
    """A coordinate, rounded so that the last digits of libm never show in a golden file."""
    text = f"{x:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def label(x: float, digits: int = 4) -> str:
    """A number for people: significant digits, a real minus sign."""
    text = f"{x:.{digits}g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    return "0" if text == "-0" else text.replace("-", "\N{MINUS SIGN}")


def text(x: float, y: float, content: str, attributes: str = "") -> str:
    """A <text> element with its content escaped."""
    return f'<text x="{num(x)}" y="{num(y)}" {attributes}>{escape(content)}</text>'
