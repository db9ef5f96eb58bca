"""Every backend gives the interpreter's loss and gradient, on random graphs of all operations."""

from array import array

import pytest
from hypothesis import HealthCheck, given, settings

from engine.compile import CompiledPython, CompiledWasm, Tracer, compile_loss, lower
from engine.graph import Graph, dot, pick

from .random_programs import cases, interpret, lowered_of

BACKENDS = {
    "python": CompiledPython,
    "wasm": lambda lowered: CompiledWasm(lowered, machine=False),
    "machine": lambda lowered: CompiledWasm(lowered, machine=True),
}
every_backend = pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
moderate = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@every_backend
@given(case=cases())
@moderate
def test_the_same_loss_and_gradient_as_the_interpreter(backend, case):
    loss, gradient, scale, slack = interpret(case)
    run = backend(lowered_of(case, Tracer()))
    got_loss, got_gradient = run(*case.flat())
    assert got_loss == pytest.approx(loss, rel=0, abs=1e-12 * scale)
    assert len(got_gradient) == len(gradient)
    for got, expected, tolerance in zip(got_gradient, gradient, slack, strict=True):
        assert got == pytest.approx(expected, rel=0, abs=1e-12 * (tolerance + 1))


@given(case=cases())
@moderate
def test_python_rounds_a_single_sample_as_the_interpreter(case):
    """Exactly, but for x ** 2, which is compiled to x * x."""
    case.samples = case.samples[:1]
    case.steps = [step for step in case.steps if step[-1] != 2.0] or [("neg", 0)]
    loss, *_ = interpret(case)
    assert CompiledPython(lowered_of(case, Graph()))(*case.flat())[0] == loss


@every_backend
def test_a_long_sum(backend):
    g = Graph()
    ws, x = [g.value(0.001 * k) for k in range(1500)], g.value(0.5)
    loss = sum(w * x for w in ws)
    loss = loss * loss
    loss.backward()
    got, gradient = backend(lower(loss, ws, [x]))([w.data for w in ws], [0.5])
    assert got == pytest.approx(loss.data, rel=1e-12)
    assert list(gradient) == pytest.approx([w.grad for w in ws], rel=1e-12)


@every_backend
def test_a_sum_nested_to_the_right_and_one_value_used_many_times(backend):
    g = Graph()
    w, x = g.value(0.7), g.value(0.5)
    loss = w * x
    for k in range(1000):
        loss = (w - k) * 0.001 + loss
    h = (w * x).exp()
    loss = loss + sum(h * (0.01 * k) for k in range(1000))
    loss.backward()
    got, gradient = backend(lower(loss, [w], [x]))([0.7], [0.5])
    assert got == pytest.approx(loss.data, rel=1e-12)
    assert gradient[0] == pytest.approx(w.grad, rel=1e-12)


@every_backend
def test_deep_chains(backend):
    """Deeper than Python's parentheses, indentation and recursion go."""
    g = Graph()
    w, x = g.value(1.01), g.value(0.5)
    loss = w * x
    for k in range(1500):
        loss = (loss + 0.001).relu() if k % 2 else -(loss * w).tanh()
        loss = loss.exp() * 0.5
    loss.backward()
    got, gradient = backend(lower(loss, [w], [x]))([1.01], [0.5])
    assert got == pytest.approx(loss.data, rel=1e-12)
    assert gradient[0] == pytest.approx(w.grad, rel=1e-10)


@every_backend
def test_gates_inside_gates(backend):
    """A value that several relus use, each shut or open on its own."""
    g = Graph()
    ws, x = [g.value(0.3 * (-1) ** k * k - 0.2) for k in range(6)], g.value(0.5)
    shared = ws[0] * x
    inner = [(w * shared + ws[1]).relu() for w in ws[2:]]
    outer = (dot(inner, ws[2:]) + shared).relu()
    loss = (outer * inner[1]).relu() + outer * shared
    for scale in (1.0, -1.0, 2.5, 0.0):
        x.data = scale
        g.replay()
        loss.backward()
        got, gradient = backend(lower(loss, ws, [x]))([w.data for w in ws], [scale])
        assert got == pytest.approx(loss.data, rel=1e-12, abs=1e-15)
        assert list(gradient) == pytest.approx([w.grad for w in ws], rel=1e-12, abs=1e-15)


@every_backend
def test_what_no_input_reaches_is_computed_once_and_right(backend):
    """A penalty on the weights, a loss without inputs, one that is a parameter, and a number."""
    g = Graph()
    w, x, y = g.value(0.5), g.value(1.0), g.value(2.0)
    penalty = (w * w).exp()
    run = backend(lower((w * x - y) * penalty + penalty, [w], [x], [y]))
    xs, ys = [1.0, -2.0, 0.5], [2.0, 0.0, 1.0]
    loss, slope = 0.0, 0.0
    total = g.value(0.0)
    for a, b in zip(xs, ys, strict=True):
        total = total + (w * a - b) * penalty + penalty
    total = total / 3
    total.backward()
    loss, slope = total.data, w.grad
    got, gradient = run([0.5], xs, ys)
    assert (got, gradient[0]) == pytest.approx((loss, slope), rel=1e-13)
    got, gradient = backend(lower(penalty, [w]))([0.5])
    penalty.backward()
    assert (got, gradient[0]) == pytest.approx((penalty.data, w.grad), rel=1e-13)
    assert backend(lower(w, [w]))([0.5]) == (0.5, array("d", [1.0]))
    assert backend(lower(x, [w], [x]))([0.5], [3.0]) == (3.0, array("d", [0.0]))
    assert backend(lower(w - w, [], [w]))([], [3.0]) == (0.0, array("d"))


def test_only_what_the_loss_needs_is_compiled():
    g = Graph()
    w, x = g.value(0.5), g.value(1.0)
    for _ in range(100):
        (w * x).log().exp()
    run = compile_loss(w * x, [w], [x])
    assert len(run.lowered) == 3
    assert "log" not in run.source


@every_backend
def test_large_graphs(backend):
    g = Tracer()
    ws, x = [g.value(0.01 * k) for k in range(40)], g.leaves(1)
    v = ws[0] * x[0]
    while len(g) < 2500:
        v = (v * ws[len(g) % 40] + ws[len(g) % 37] * x[0]).tanh()
    lowered = lower(v, ws, x)
    w = [g.data[p.index] for p in ws]
    loss, gradient = CompiledPython(lowered)(w, [0.5, 1.5])
    got, got_gradient = backend(lowered)(w, [0.5, 1.5])
    assert got == pytest.approx(loss, rel=1e-12)
    assert list(got_gradient) == pytest.approx(list(gradient), rel=1e-9, abs=1e-15)


def test_very_large_graphs_are_run_by_the_machine():
    g = Tracer()
    w, x = g.leaves(1), g.leaves(1)
    v = w[0] * x[0]
    for _ in range(50_000):
        v = v * 0.5 + w[0]
    run = compile_loss(v, w, x, backend="wasm")
    assert len(run.binary) < 2500
    # v -> 2w
    loss, gradient = run([0.25], [3.0])
    assert (loss, gradient[0]) == pytest.approx((0.5, 2.0), rel=1e-12)


def test_squares_are_products_and_other_powers_are_not():
    g = Graph()
    w, x = g.value(1.5), g.value(0.5)
    loss = (w * x) ** 2 + w**w
    loss.backward()
    run = compile_loss(loss, [w], [x])
    assert run.lowered.op.count("**") == 1
    value, gradient = run([1.5], [0.5])
    assert value == loss.data
    assert gradient[0] == pytest.approx(w.grad, rel=1e-14)


@every_backend
def test_picks_follow_their_place_sample_by_sample(backend):
    """An embedding's rows and a target's logit: places that are inputs, values that are computed,
    parameters, numbers, and one of them twice."""
    g = Tracer()
    ws, (x, y) = g.leaves(4), g.leaves(2)
    row = [pick(ws[:3], x), pick(ws[1:], x)]
    logits = [row[0] * 2, (row[1] * ws[0]).exp(), row[0] * 2, 0.5]
    lowered = lower(dot(row, row) - pick([*logits, logits[1]], y), ws, [x], [y])
    numbers = [0.5, -1.5, 2.0, 0.25]
    samples = [(0.0, 1.0), (1.0, 0.0), (2.0, 4.0), (2.0, 3.0), (1.0, 2.0)]
    total, slopes = 0.0, [0.0] * 4
    for place, target in samples:
        h = Graph()
        vs = [h.value(n) for n in numbers]
        row = [vs[int(place)], vs[int(place) + 1]]
        logits = [row[0] * 2, (row[1] * vs[0]).exp(), row[0] * 2, h.value(0.5)]
        loss = dot(row, row) - [*logits, logits[1]][int(target)]
        loss.backward()
        total += loss.data / len(samples)
        slopes = [s + v.grad / len(samples) for s, v in zip(slopes, vs, strict=True)]
    xs, ys = zip(*samples, strict=True)
    got, gradient = backend(lowered)(numbers, xs, ys)
    assert got == pytest.approx(total, rel=1e-14)
    assert list(gradient) == pytest.approx(slopes, rel=1e-14)
