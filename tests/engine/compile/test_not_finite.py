"""Infinity and nan: every backend says what the interpreter says, and training stops at them."""

import math
import re
from array import array

import pytest

from engine.compile import Tracer, lower
from engine.graph import Graph, pick
from engine.optim import Adam

from .test_backends import every_backend

INF, NAN = math.inf, math.nan


def lowered_of(function):
    g = Tracer()
    w, x = g.leaves(2)
    return lower(function(w, x), [w], [x])


@every_backend
@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda w, x: w * x, INF),
        (lambda w, x: w * x, NAN),
        (lambda w, x: (w * x).exp(), 1000.0),
        (lambda w, x: (w * x).exp() - (w * x).exp(), 1000.0),
        (lambda w, x: (w * x).relu(), NAN),
        (lambda w, x: (w * x).relu(), -INF),
        (lambda w, x: (w * 0.5).max(x), NAN),
        (lambda w, x: (w * x) ** 3.0, 1e200),
        (lambda w, x: w / x, INF),
    ],
)
def test_they_propagate_as_in_the_interpreter(backend, function, x):
    g = Graph()
    w, leaf = g.value(1.0), g.value(1.0)
    loss = function(w, leaf)
    leaf.data = x
    g.replay()
    loss.backward()
    got, gradient = backend(lowered_of(function))([1.0], [x])
    assert got == pytest.approx(loss.data, nan_ok=True)
    assert gradient[0] == pytest.approx(w.grad, nan_ok=True)


UNDEFINED = [
    (lambda w, x: w / x, 0.0, ZeroDivisionError),
    (lambda w, x: -w / x, 0.0, ZeroDivisionError),
    (lambda w, x: (w * x).log(), 0.0, ValueError),
    (lambda w, x: (w * x).log(), -1.0, ValueError),
    (lambda w, x: (w * x) ** -1.0, 0.0, ZeroDivisionError),
    (lambda w, x: (w * x) ** -3.0, -0.0, ZeroDivisionError),
    (lambda w, x: (w * x) ** 0.5, -1.0, ValueError),
    (lambda w, x: (w * x).sin(), INF, ValueError),
    (lambda w, x: (w * x).cos(), -INF, ValueError),
    (lambda w, x: pick([w, 2 * w], x), 2.0, IndexError),
    (lambda w, x: pick([w, 2 * w], x), -1.0, IndexError),
    (lambda w, x: pick([w, 2 * w], x), 0.5, IndexError),
    (lambda w, x: pick([w, 2 * w], x), NAN, IndexError),
    (lambda w, x: pick([w, 2 * w], x), INF, IndexError),
]


@every_backend
@pytest.mark.parametrize(("function", "x", "error"), UNDEFINED)
def test_what_is_undefined_raises_with_the_interpreters_words(backend, function, x, error):
    g = Graph()
    leaves = g.value(1.0), g.value(1.0)
    function(*leaves)
    leaves[1].data = x
    with pytest.raises(error) as expected:
        g.replay()
    run = backend(lowered_of(function))
    for ask in (run, run.values):
        with pytest.raises(error) as raised:
            ask([1.0], [1.0, x])  # the second sample of two
        assert str(raised.value) == str(expected.value)
    w = array("d", [1.0])
    with pytest.raises(error) as raised:
        run.train(w, [x], [], [0.1, 0.1])
    assert str(raised.value) == f"step 0: {expected.value}"
    assert w[0] == 1.0


@every_backend
@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda w, x: (w * x) * 0.0, INF),
        (lambda w, x: (w * x).tanh(), INF),
        (lambda w, x: (w * x).log(), INF),
        (lambda w, x: (w * x).max(0.5), NAN),
        (lambda w, x: 1.0 / (w * x).exp().exp(), 900.0),
    ],
)
def test_an_adjoint_of_0_passes_nothing_on(backend, function, x):
    g = Graph()
    w = g.value(1.0)
    loss = function(w, g.value(x))
    loss.backward()
    assert w.grad == 0.0
    got, gradient = backend(lowered_of(function))([1.0], [x])
    assert (got, gradient[0]) == (pytest.approx(loss.data, nan_ok=True), 0.0)


@every_backend
def test_training_goes_on_past_a_gradient_that_only_looks_infinite(backend):
    """∂/∂w of tanh(w · inf) is 0: the sweep's 0 · inf is looked at again, and the step is taken."""
    optimisers = {None: None, "adam": lambda w: Adam(w, 0.1)}
    for make in optimisers.values():
        run = backend(lowered_of(lambda w, x: (w * x).tanh() + (w - 3) ** 2))
        w, expected = array("d", [1.0]), array("d", [1.0])
        smooth = backend(lowered_of(lambda w, x: (w - 3) ** 2 + 1.0 + x * 0.0))
        one, other = (make(w), make(expected)) if make else (None, None)
        losses = run.train(w, [INF], [], [0.1] * 5, one)
        assert losses == smooth.train(expected, [0.0], [], [0.1] * 5, other)
        assert list(w) == pytest.approx(list(expected), rel=1e-12)
        if make:
            assert (one.steps, list(one.mean)) == (other.steps, pytest.approx(list(other.mean)))


@every_backend
def test_training_stops_at_a_loss_that_is_not_finite(backend):
    """A rate that is too large: w doubles its exponent at each step, until it overflows."""
    run = backend(lowered_of(lambda w, x: w**4.0 * x))
    w = array("d", [1.0])
    with pytest.raises(FloatingPointError) as raised:
        run.train(w, [1.0], [], [1.0] * 30)
    message = re.fullmatch(
        r"step (\d): the (loss is inf|∂loss/∂w0 is -?inf); the parameters are as before this step",
        str(raised.value),
    )
    before = array("d", [1.0])
    run.train(before, [1.0], [], [1.0] * int(message[1]))
    assert w == before
    assert math.isfinite(w[0])
    with pytest.raises(FloatingPointError, match="step 0: the loss is nan"):
        run.train(array("d", [NAN]), [1.0], [], [1.0])


@every_backend
def test_the_optimiser_is_as_before_the_step_that_failed(backend):
    run = backend(lowered_of(lambda w, x: 1.0 / (w - x)))
    w = array("d", [1.5])
    adam = Adam(w, 0.5)
    run.train(w, [0.0], [], [0.25], adam)
    kept = (adam.steps, list(adam.mean), list(adam.square), list(w))
    with pytest.raises(ZeroDivisionError, match=r"step 0: division by zero: 1\.0 / 0\.0 \(node"):
        run.train(w, [w[0]], [], [0.25, 0.25], adam)
    assert (adam.steps, list(adam.mean), list(adam.square), list(w)) == kept


@every_backend
def test_a_relu_that_is_shut_passes_nothing_on(backend):
    assert backend(lowered_of(lambda w, x: (w * x).relu()))([1.0], [-INF])[1][0] == 0.0


@every_backend
@pytest.mark.parametrize("exponent", [NAN, INF, -INF])
def test_one_to_the_power_of_what_is_not_finite(backend, exponent):
    assert (Graph().value(1.0) ** exponent).data == 1.0
    assert backend(lowered_of(lambda w, x: w**x)).values([1.0], [exponent])[0] == 1.0


@every_backend
def test_a_power_passes_on_no_gradient_of_zero(backend):
    function = lambda w, x: ((w * x) ** 0.5) * 0.0  # noqa: E731
    loss, gradient = backend(lowered_of(function))([1.0], [0.0])
    assert (loss, gradient[0]) == (0.0, 0.0)


@every_backend
def test_a_batch_that_is_looked_at_again_has_its_own_inputs_and_targets(backend):
    """tanh' · inf is 0 · inf in the sweep, and 0 as the interpreter has it."""
    g = Graph()
    ws, xs, ys = [[g.value(1.0) for _ in range(n)] for n in (2, 2, 2)]
    loss = (ws[0] * xs[0]).tanh() * ys[0] + 0.5 * (ws[1] * xs[1] - ys[1]) ** 2 + ws[1] ** 2.0
    inputs, targets = [0.3, 2.0, INF, -1.0, 0.7, 0.5], [2.0, 1.0, 3.0, -2.0, 0.5, 4.0]
    losses, slopes = [], [0.0, 0.0]
    for n in range(3):
        for leaf, number in zip(
            [*xs, *ys], inputs[2 * n :][:2] + targets[2 * n :][:2], strict=True
        ):
            leaf.data = number
        g.replay()
        loss.backward()
        losses.append(loss.data)
        slopes = [s + w.grad for s, w in zip(slopes, ws, strict=True)]
    run = backend(lower(loss, ws, xs, ys))
    got, gradient = run([1.0, 1.0], inputs, targets)
    assert got == pytest.approx(sum(losses) / 3, rel=1e-15)
    assert list(gradient) == pytest.approx([s / 3 for s in slopes], rel=1e-15)
    overflow = backend(lower((ws[0] * xs[0]).exp() * ys[0] - xs[1] * ys[1], ws, xs, ys))
    values = overflow.values(
        [1.0, 1.0], [1.0, 2.0, 1e4, 3.0, 0.0, 4.0], [1.0, 5.0, 2.0, 6.0, 3.0, 7.0]
    )
    assert list(values) == pytest.approx([math.e - 10, INF, 3 - 28], rel=1e-15)
