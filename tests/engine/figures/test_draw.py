"""Pictures of graphs, the layout under them, and the steps of a sweep."""

import json
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Graph, Value, dot, draw, pick, steps
from engine.figures.layout import place

SVG = "{http://www.w3.org/2000/svg}"
STEPS = "application/vnd.engine.steps+json"


@pytest.fixture
def expression() -> dict[str, Value]:
    graph = Graph()
    a, b, c = graph.value(2.0), graph.value(-3.0), graph.value(10.0)
    e = (a * b + c).tanh()
    e.backward()
    return {"a": a, "b": b, "c": c, "e": e}


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_the_posts_figure(expression):
    figure = draw(expression["e"], names=expression)
    shown = texts(figure.svg)
    for text in ("a", "b", "c", "e", "×", "+", "tanh", "2", "−3", "10", "−6", "4", "0.9993"):
        assert text in shown
    assert shown.count("data") == shown.count("grad") == 6
    assert figure.title == "Computation graph of e"
    assert figure.desc == (
        "a = 2, gradient −0.004023; b = −3, gradient 0.002682; c = 10, gradient 0.001341;"
        " node 3 = a × b = −6, gradient 0.001341; node 4 = node 3 + c = 4, gradient 0.001341;"
        " e = tanh(node 4) = 0.9993, gradient 1."
    )


def test_a_figure_is_what_jupyter_and_the_page_show(expression):
    figure = draw(expression["e"], names=expression, title="a < b & c")
    root = ElementTree.fromstring(figure.svg)
    assert root.attrib["role"] == "img"
    assert (root[0].tag, root[0].text) == (f"{SVG}title", "a < b & c")
    assert (root[1].tag, root[1].text) == (f"{SVG}desc", figure.desc)
    bundle = figure._repr_mimebundle_()
    assert bundle["image/svg+xml"] == figure.svg == figure._repr_svg_()
    assert bundle["text/plain"] == f"a < b & c: {figure.desc}"


def test_the_same_graph_gives_the_same_bytes():
    def picture() -> str:
        graph = Graph()
        x = graph.value(0.1)
        y = (x * 3 - x.exp()) / (x.tanh() + 2) + dot([x, x], [2.0, x])
        y.backward()
        return draw(y, names={"x": x}).svg

    assert picture() == picture()
    assert not re.search(r"\d\.\d\d", "".join(re.findall(r' d="[^"]*"', picture())))


def test_no_gradient_is_shown_before_backward():
    x = Graph().value(2.0)
    assert "grad" not in texts(draw(2 * x).svg)


def test_a_bare_number_is_shown_alone():
    x = Graph().value(5.0)
    y = 3 * x
    y.backward()
    shown = texts(draw(y, names={"x": x}).svg)
    assert shown.count("data") == shown.count("grad") == 2
    assert "3" in shown
    assert draw(y, names={"x": x}).desc.startswith("x = 5, gradient 3; node 2 = 3 × x = 15")


def test_only_what_leads_to_the_root_is_drawn(expression):
    unused = expression["a"] / 7
    assert "÷" not in texts(draw(expression["e"]).svg)
    assert "÷" in texts(draw(unused).svg)


def test_names_may_be_a_whole_namespace(expression):
    other = Graph().value(1.0)
    names = {"__name__": "__main__", "draw": draw, "other": other, **expression, "again": 1}
    assert texts(draw(expression["e"], names=names).svg) == texts(
        draw(expression["e"], names=expression).svg
    )


def test_names_are_escaped():
    x = Graph().value(1.0)
    assert texts(draw(x, names={"<script>": x}).svg)[0] == "<script>"


def test_formulas_in_words():
    graph = Graph()
    x, y = graph.value(2.0), graph.value(3.0)
    names = {"x": x, "y": y}
    for node, words in (
        (-x, "−x"),
        (x.max(y), "max(x, y)"),
        (dot([x], [y]), "dot(x, y)"),
        (x**2, "x ** 2"),
        (x / y, "x ÷ y"),
        (x.log(), "log(x)"),
        (x.sin(), "sin(x)"),
        (pick([x, 7, y], x), "[x, 7, y][x]"),
    ):
        assert f"= {words} = " in draw(node, names=names).desc


def test_a_picture_has_a_limit():
    x = y = Graph().value(1.0)
    for _ in range(75):
        y = y + 1
    with pytest.raises(ValueError, match="at most 150 nodes, this expression has 151"):
        draw(y)
    draw(x)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    found = ElementTree.fromstring(svg).findall(f"{SVG}rect")[1:]  # the first is the card
    return [tuple(float(r.attrib[k]) for k in ("x", "y", "width", "height")) for r in found]


def test_nothing_overlaps_and_all_is_on_the_card(expression):
    graph = Graph()
    x, y = graph.value(1.5), graph.value(-0.5)
    z = sum((x * k + y).tanh() * (y - k * x) for k in range(1, 5))
    for root in (z, expression["e"], dot([x, y, z], [y, z, x])):
        svg = draw(root).svg
        card = ElementTree.fromstring(svg)
        width, height = float(card.attrib["width"]), float(card.attrib["height"])
        rects = boxes(svg)
        for left, top, w, h in rects:
            assert 0 < left < left + w < width
            assert 0 < top < top + h < height
        for n, (left, top, w, h) in enumerate(rects):
            for other_left, other_top, other_w, other_h in rects[n + 1 :]:
                apart = (
                    left + w < other_left
                    or other_left + other_w < left
                    or top + h < other_top
                    or other_top + other_h < top
                )
                assert apart


def test_operands_are_left_of_their_result(expression):
    bundle = steps(expression["e"])._repr_mimebundle_()[STEPS]
    box = {shape["node"]: shape for shape in bundle["boxes"]}
    circle = {shape["node"]: shape for shape in bundle["circles"]}
    for arrow in bundle["arrows"]:
        if arrow["operand"] is None:
            assert arrow["source"] == arrow["target"]
            left, right = circle[arrow["source"]], box[arrow["target"]]
        else:
            left, right = box[arrow["source"]], circle[arrow["target"]]
        assert left["x"] + left["width"] < right["x"]


def test_a_leaf_stands_next_to_its_reader(expression):
    bundle = steps(expression["e"])._repr_mimebundle_()[STEPS]
    place_of = {shape["node"]: shape["x"] + shape["width"] / 2 for shape in bundle["boxes"]}
    c, product = expression["c"].index, 3
    assert place_of[c] == pytest.approx(place_of[product], abs=0.1)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(10, 60)), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15),
)
def test_layout_keeps_items_of_a_column_apart(items, pairs):
    # Every column has an item, as in a picture of a graph.
    columns = [c for c, _ in items] + [0, 1, 2, 3]
    heights = [h for _, h in items] + [10.0] * 4
    edges = [(i, j) for i, j in pairs if max(i, j) < len(columns) and columns[i] < columns[j]]
    y, bends = place(columns, heights, edges, 5.0)
    assert set(bends) == set(edges)
    for (i, j), way in bends.items():
        assert [c for c, _ in way] == list(range(columns[i] + 1, columns[j]))
    for column in range(4):
        stack = sorted((y[i], heights[i]) for i in range(len(columns)) if columns[i] == column)
        for (y0, h0), (y1, h1) in pairwise(stack):
            assert y1 - y0 >= (h0 + h1) / 2 + 5 - 1e-6
    assert min(v - h / 2 for v, h in zip(y, heights, strict=True)) >= -1e-6


def test_layout_draws_a_chain_straight_and_a_fan_without_crossings():
    y, _ = place([0, 1, 2], [20, 20, 20], [(0, 1), (1, 2)], 5)
    assert y[0] == y[1] == y[2]
    y, _ = place([0, 0, 1, 1], [20] * 4, [(0, 3), (1, 2)], 5)
    assert (y[0] < y[1]) == (y[3] < y[2])


def test_steps_are_the_sweep(expression):
    graph = Graph()
    a, b, c = graph.value(2.0), graph.value(-0.5), graph.value(3.0)
    u = a * b
    e = u * c + u.tanh()
    walk = steps(e, names={"a": a, "b": b, "c": c, "u": u, "e": e})
    assert [step.node for step in walk.forward] == list(range(len(graph)))
    seed, *edges = walk.backward
    assert (seed.node, seed.grad, seed.operand) == (e.index, 1.0, None)
    gathered = dict.fromkeys(range(len(graph)), 0.0)
    gathered[e.index] = 1.0
    for step in edges:
        assert step.upstream == gathered[step.source] == graph.grad[step.source]
        assert step.contribution == step.upstream * step.local
        assert step.before == gathered[step.target]
        gathered[step.target] += step.contribution
        assert step.sum == gathered[step.target]
    assert list(gathered.values()) == graph.grad
    to_u = [step.text for step in edges if step.target == u.index]
    assert "u, the first to arrive: its gradient is now 0.42." in to_u[0]
    assert "u, which has 0.42 so far: its gradient is now 3.42." in to_u[1]


def test_steps_of_every_operation_add_up():
    graph = Graph()
    x, y = graph.value(1.5), graph.value(0.5)
    root = (
        dot([x, x.max(y), 2.0], [(x / y).log(), x**y, y.exp()]) - (-x).relu() + (x - y) * x.tanh()
    )
    root = root + pick([x, y, x.sin()], x - 0.5) * pick([x, y.cos()], y + y)
    walk = steps(root)
    gathered = dict.fromkeys(range(len(graph)), 0.0)
    for step in walk.backward[1:]:
        gathered[step.target] += step.contribution
    for i, op in enumerate(graph.op):
        if op != "const" and i != root.index:
            assert gathered[i] == pytest.approx(graph.grad[i], abs=1e-12)
    texts = [step.text for step in (*walk.forward, *walk.backward)]
    assert len(set(texts)) == len(texts)


def test_an_operand_used_twice_is_two_steps():
    x = Graph().value(3.0)
    texts = [step.text for step in steps(x * x, names={"x": x}).backward[1:]]
    assert [re.search(r"as operand \d", text)[0] for text in texts] == [
        "as operand 1",
        "as operand 2",
    ]


def test_an_infinite_slope_with_nothing_to_pass_on():
    x = Graph().value(0.0)
    last = steps(x**0.5 * 0).backward[-1]
    assert (last.upstream, last.contribution, last.sum) == (0.0, 0.0, 0.0)
    assert last.local == float("inf")


def test_the_payload_is_json_and_final_text(expression):
    bundle = steps(expression["e"], names=expression)._repr_mimebundle_()
    payload = json.loads(json.dumps(bundle[STEPS], allow_nan=False))
    assert bundle["image/svg+xml"] == draw(expression["e"], names=expression).svg
    assert [step["data"] for step in payload["forward"]] == ["2", "−3", "10", "−6", "4", "0.9993"]
    assert payload["backward"][0]["operand"] is None
    product = next(step for step in payload["backward"] if step.get("to") == 0)
    assert (product["upstream"], product["local"], product["contribution"], product["sign"]) == (
        "0.001341",
        "−3",
        "−0.004023",
        "−",
    )
    names = {box["name"] for box in payload["boxes"]}
    assert names == {"a", "b", "c", "e", ""}
