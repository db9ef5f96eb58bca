"""Line plots, scatter plots and the contour under them."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import plot, scatter
from engine.figures.axes import Axis
from engine.figures.contour import contour

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def strokes(svg: str) -> list[dict[str, str]]:
    """The lines of the plot itself, without their samples in the key."""
    paths = ElementTree.fromstring(svg).findall(f"{SVG}path")
    return [path.attrib for path in paths if path.attrib.get("stroke-width") == "2"]


def points(path: str) -> list[tuple[float, float]]:
    return [tuple(map(float, spot.split())) for spot in re.split("[ML]", path)[1:]]


def test_lines_differ_in_dash_and_colour():
    svg = plot({name: [1.0, 2.0, k] for k, name in enumerate("abcdef")}, title="Six").svg
    styles = [(s["stroke"], s.get("stroke-dasharray")) for s in strokes(svg)]
    assert len(set(styles)) == 6
    assert len({dash for _, dash in styles[:4]}) == 4
    assert set("abcdef") | {"Six"} <= set(texts(svg))


def test_one_line_needs_no_key():
    assert "loss" not in texts(plot({"loss": [3.0, 2.0, 1.0]}).svg)


def test_ys_alone_stand_at_whole_numbers():
    alone = plot({"y": [5.0, 7.0, 6.0]}).svg
    assert alone == plot({"y": ([0, 1, 2], [5.0, 7.0, 6.0])}).svg
    (line,) = strokes(alone)
    (x0, y0), (x1, y1), (x2, y2) = points(line["d"])
    assert x1 - x0 == pytest.approx(x2 - x1)
    assert y1 < y2 < y0, "up is up"


def test_two_numbers_are_a_line_too():
    (line,) = strokes(plot({"y": (5.0, 7.0)}).svg)
    assert len(points(line["d"])) == 2


def test_powers_are_straight_on_logarithmic_axes():
    xs = [10.0**k for k in range(-9, 1)]
    svg = plot({"square": (xs, [x * x for x in xs])}, x="h", y="error", log="xy").svg
    (line,) = strokes(svg)
    spots = points(line["d"])
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(spots)]
    assert slopes == pytest.approx([slopes[0]] * 9, abs=0.02)
    assert {"h", "error", "10⁰", "10⁻¹⁸", "10⁻⁹"} <= set(texts(svg))


def test_gaps():
    svg = plot({"y": [1.0, 2.0, math.nan, 3.0, math.inf, 2.0]}).svg
    assert [len(points(s["d"])) for s in strokes(svg)] == [2, 2, 2]
    assert "nan" not in svg
    assert len(strokes(plot({"y": [1.0, 0.0, 2.0, -1.0, 3.0]}, log="y").svg)) == 3


def test_a_constant_line():
    (line,) = strokes(plot({"y": [4.0, 4.0]}).svg)
    (_, y0), (_, y1) = points(line["d"])
    assert y0 == y1


def test_a_plot_in_words():
    figure = plot({"a": [3.0, 1.0, 2.0]}, x="step", y="loss", title="Loss")
    assert figure.title == "Loss"
    assert figure.desc == "loss against step. a: from 3 at 0 to 2 at 2, lowest 1 at 1."


def test_names_are_escaped():
    assert {"<b>", "a&b"} <= set(texts(plot({"<b>": [1, 2], "a&b": [2, 1]}).svg))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot({}), "plot: no point to draw"),
        (lambda: plot({"y": [math.nan]}), "plot: no point to draw"),
        (lambda: plot({"y": ([1, 2], [1])}), "plot: 'y' has 2 xs but 1 ys"),
        (lambda: plot({"y": [1, 2]}, log="z"), 'plot: log must be "", "x", "y" or "xy", not \'z\''),
        (lambda: scatter([], []), "scatter: 0 points and 0 labels"),
        (lambda: scatter([(1, 2)], [1, 2]), "scatter: 1 points and 2 labels"),
        (lambda: scatter([(0, 0)] * 5, range(5)), "scatter: 5 labels, but only 4 symbols"),
        (lambda: scatter([(0, 0)], [1], lambda x, y: x), "a boundary needs two labels, not 1"),
    ],
)
def test_what_cannot_be_drawn(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_ticks_are_few_round_and_inside(low, size):
    high = low + size
    axis = Axis([low, high], False, "")
    ticks = [value for value, _ in axis.ticks]
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return  # too close to tell labels apart
    assert 3 <= len(ticks) <= 8
    slack = 1e-6 * (high - low)
    assert all(axis.low - slack <= value <= axis.high + slack for value in ticks)


@given(st.floats(-12, 12), st.floats(0, 20))
def test_logarithmic_ticks_are_few(start, decades):
    axis = Axis([10**start, 10 ** (start + decades)], True, "")
    assert 2 <= len(axis.ticks) <= 9


POINTS = [(x / 4, y / 4) for x in range(-4, 5) for y in range(-4, 5)]


def circle(x: float, y: float) -> float:
    return x * x + y * y - 0.5


LABELS = [1 if circle(x, y) > 0 else -1 for x, y in POINTS]


def test_symbols_differ_by_label():
    figure = scatter(POINTS, LABELS)
    marks = [p.attrib for p in ElementTree.fromstring(figure.svg).findall(f"{SVG}path[@transform]")]
    assert len(marks) == len(POINTS)
    looks = {(mark["fill"], mark["d"]) for mark in marks}
    assert len(looks) == len({d for _, d in looks}) == 2
    assert {"label −1", "label 1"} <= set(texts(figure.svg))
    assert (
        figure.desc
        == f"81 points: {LABELS.count(-1)} with label −1, {LABELS.count(1)} with label 1."
    )


def test_the_boundary_is_where_the_score_is_zero():
    """Each end of each piece of the edge, taken back from pixels, is near the circle."""
    figure = scatter(POINTS, LABELS, circle, cells=40)
    assert "has 81 of them on the side of their label" in figure.desc
    tree = ElementTree.fromstring(figure.svg)
    (edge,) = [
        p.attrib["d"] for p in tree.iter(f"{SVG}path") if p.attrib.get("stroke-width") == "1.5"
    ]
    card = next(r.attrib for r in tree.iter(f"{SVG}rect") if r.attrib.get("fill") == "#dcebf7")
    left, top, width, height = (float(card[k]) for k in ("x", "y", "width", "height"))
    ends = points(edge)
    assert len(ends) > 100
    for px, py in ends:
        x = -1.16 + 2.32 * (px - left) / width  # the points' range and 8 % at each side
        y = 1.16 - 2.32 * (py - top) / height
        assert math.hypot(x, y) == pytest.approx(math.sqrt(0.5), abs=0.005)


@pytest.mark.parametrize("score", [1.0, -1.0, math.nan])
def test_a_model_that_says_the_same_everywhere_has_no_boundary(score):
    figure = scatter(POINTS, LABELS, lambda x, y: score)
    assert 'stroke-width="1.5"' not in figure.svg
    assert ('fill="#fbe5d9"' in figure.svg) == (score > 0)


def area(path: str) -> float:
    """Of all polygons of a path, by the shoelace formula."""
    total = 0.0
    for polygon in path.split("z")[:-1]:
        spots = points(polygon)
        total += abs(
            sum(
                x0 * y1 - x1 * y0
                for (x0, y0), (x1, y1) in zip(spots, spots[1:] + spots[:1], strict=True)
            )
        )
    return total / 2


@given(st.lists(st.lists(st.floats(-1, 1), min_size=6, max_size=6), min_size=6, max_size=6))
def test_a_region_and_its_complement_fill_the_square(values):
    values = [[v if abs(v) > 1e-3 else 0.1 for v in row] for row in values]
    positive, edge = contour(values, lambda column, row: (100 * column, 100 * row))
    negative, other = contour(
        [[-v for v in row] for row in values], lambda column, row: (100 * column, 100 * row)
    )
    # In a saddle the two disagree about the middle, which both then claim.
    saddles = sum(
        values[r][c] * values[r + 1][c + 1] > 0 > values[r][c] * values[r][c + 1]
        and values[r][c] * values[r + 1][c] < 0
        for r in range(5)
        for c in range(5)
    )
    whole = area(positive) + area(negative)
    if saddles:
        assert whole >= 250_000 - 200
    else:
        assert whole == pytest.approx(250_000, abs=200)
    assert edge.count("M") == other.count("M")
