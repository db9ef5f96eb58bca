"""Heat maps and bars."""

import math
import re
from xml.etree import ElementTree

import pytest

from engine import bars, heatmap

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def squares(svg: str) -> dict[tuple[float, float], float]:
    """The shade of each square that is not white, by its corner."""
    found = {}
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        for x, y in re.findall(r"M([\d.]+) ([\d.]+)h", path.attrib["d"]):
            assert (float(x), float(y)) not in found, "a square is drawn once"
            found[float(x), float(y)] = float(path.attrib["fill-opacity"])
    return found


def test_the_darker_the_larger():
    found = squares(heatmap({"t": [[0.0, 1.0], [2.0, 4.0]]}, "ab", "cd").svg)
    (top, right), (low, left), (_, both) = sorted(found.items(), key=lambda item: item[1])
    assert (right, left, both) == (0.25, 0.5, 1.0)
    assert top[1] < low[1], "row a is above row b"
    assert low[0] < top[0], "column c is left of column d"


def test_tables_share_their_scale_and_do_not_overlap():
    tables = {f"head {k}": [[k / 4, 0.0], [0.0, k / 4]] for k in (1, 2, 3, 4)}
    picture = heatmap(tables, "ab", "ab", x="seen", y="by", title="Heads")
    found = squares(picture.svg)
    assert sorted(found.values()) == [0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1.0, 1.0]
    assert {"Heads", "head 1", "head 4", "seen", "by"} <= set(texts(picture.svg))
    box = ElementTree.fromstring(picture.svg).attrib
    frames = [e.attrib for e in ElementTree.fromstring(picture.svg).findall(f"{SVG}rect")]
    assert len(frames) == 4
    spans = [[float(f[k]) for k in ("x", "y", "width", "height")] for f in frames]
    for n, (x, y, w, h) in enumerate(spans):
        assert x + w <= float(box["width"])
        assert y + h + 20 <= float(box["height"])
        for u, v, _, _ in spans[n + 1 :]:
            assert u >= x + w or v >= y + h


def test_digits_that_differ_between_machines_do_not_show():
    table = [[0.1, 0.2], [0.3, 0.7]]
    nudged = [[x * (1 + 1e-15) for x in row] for row in table]
    assert heatmap({"t": table}, "ab", "ab").svg == heatmap({"t": nudged}, "ab", "ab").svg


def test_the_words_name_the_largest():
    picture = heatmap({"pairs": [[1, 9], [5, 3]]}, "ab", "cd", title="What follows")
    assert picture.title == "What follows"
    assert picture.desc == (
        "pairs: 2 × 2 numbers, the largest 9 in row a, column d,"
        " 5 in row b, column c, 3 in row b, column d."
    )


def test_nothing_but_zeros_is_white():
    assert squares(heatmap({"t": [[0.0]]}, ["a"], ["b"]).svg) == {}


def test_names_are_escaped():
    picture = heatmap({"<t>": [[1.0]]}, ["<"], ["&"])
    assert "&lt;t&gt;" in picture.svg
    assert {"<", "&"} <= set(texts(picture.svg))
    assert "<" in texts(bars({"<": 1.0}).svg)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({}, "no number to draw"),
        ({"t": [[1.0, 2.0]]}, "'t' is 1 × 2, not 2 × 2"),
        ({"t": [[1.0, 2.0], [3.0]]}, "'t' is 2 × 1 or 2, not 2 × 2"),
        ({"t": [[1.0, 2.0], [-3.0, 4.0]]}, "'t' has -3.0 in row 'b', column 'c'"),
        ({"t": [[1.0, math.nan], [3.0, 4.0]]}, "'t' has nan in row 'a', column 'd'"),
        ({"t": [[1.0, 2.0], [3.0, math.inf]]}, "'t' has inf in row 'b', column 'd'"),
    ],
)
def test_what_is_no_table_is_refused(tables, words):
    with pytest.raises(ValueError, match=f"^heatmap: .*{re.escape(words)}"):
        heatmap(tables, "ab", "cd")


def test_bars_are_as_high_as_their_numbers():
    svg = bars({"a": 0.2, "b": 0.8, "c": 0.0}, y="probability", title="What follows").svg
    boxes = [e.attrib for e in ElementTree.fromstring(svg).findall(f"{SVG}rect")]
    heights = [float(box["height"]) for box in boxes]
    assert heights[1] == pytest.approx(4 * heights[0], abs=0.5)
    assert heights[2] == 0
    assert len({float(box["y"]) + float(box["height"]) for box in boxes}) == 1, "one base line"
    assert {"a", "b", "c", "probability", "What follows"} <= set(texts(svg))


def test_bars_in_words():
    heights = dict(zip("abcdefg", [1, 2, 3, 9, 5, 6, 7], strict=True))
    assert bars(heights).desc == "7 bars, the highest: d 9, g 7, f 6, e 5, c 3."
    assert bars({"a": 0.0}).desc == "1 bars, the highest: a 0."


@pytest.mark.parametrize(
    ("heights", "words"),
    [({}, "no bar"), ({"a": -1.0}, "'a' has the height -1.0"), ({"a": math.nan}, "height nan")],
)
def test_what_is_no_height_is_refused(heights, words):
    with pytest.raises(ValueError, match=f"^bars: .*{words}"):
        bars(heights)
