"""Infinity and nan. Python raises where the interpreter does; WebAssembly goes on, by IEEE 754."""

import math

import pytest

from engine.compile import CompiledPython, lower
from engine.graph import Graph, pick

from .test_backends import BACKENDS, every_backend

INF, NAN = math.inf, math.nan
WASM = [BACKENDS["wasm"], BACKENDS["machine"]]


def lowered_of(function):
    g = Graph()
    w, x = g.value(1.0), g.value(1.0)
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
    (lambda w, x: w / x, 0.0, ZeroDivisionError, INF),
    (lambda w, x: -w / x, 0.0, ZeroDivisionError, -INF),
    (lambda w, x: (w * x).log(), 0.0, ValueError, -INF),
    (lambda w, x: (w * x).log(), -1.0, ValueError, NAN),
    (lambda w, x: (w * x) ** -1.0, 0.0, ZeroDivisionError, INF),
    (lambda w, x: (w * x) ** -3.0, -0.0, ZeroDivisionError, -INF),
    (lambda w, x: (w * x) ** 0.5, -1.0, ValueError, NAN),
    (lambda w, x: (w * x).sin(), INF, ValueError, NAN),
    (lambda w, x: (w * x).cos(), -INF, ValueError, NAN),
    (lambda w, x: pick([w, 2 * w], x), 2.0, IndexError, NAN),
    (lambda w, x: pick([w, 2 * w], x), -1.0, IndexError, NAN),
    (lambda w, x: pick([w, 2 * w], x), 0.5, IndexError, NAN),
    (lambda w, x: pick([w, 2 * w], x), NAN, IndexError, NAN),
    (lambda w, x: pick([w, 2 * w], x), INF, IndexError, NAN),
]


@pytest.mark.parametrize(("function", "x", "error", "_value"), UNDEFINED)
def test_python_raises_where_the_interpreter_does(function, x, error, _value):
    g = Graph()
    loss_of = function
    with pytest.raises(error):
        loss_of(g.value(1.0), g.value(x))
    with pytest.raises(error):
        CompiledPython(lowered_of(function))([1.0], [x])


@pytest.mark.parametrize("backend", WASM)
@pytest.mark.parametrize(("function", "x", "_error", "value"), UNDEFINED)
def test_webassembly_follows_ieee_754(backend, function, x, _error, value):
    assert backend(lowered_of(function))([1.0], [x])[0] == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("backend", [CompiledPython, BACKENDS["wasm"]])
@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda w, x: (w * x) * 0.0, INF),
        (lambda w, x: (w * x).tanh(), INF),
        (lambda w, x: (w * x).log(), INF),
        (lambda w, x: (w * x).max(0.5), NAN),
    ],
)
def test_an_adjoint_of_0_times_what_is_not_finite_is_nan(backend, function, x):
    """The interpreter passes nothing on from a gradient of 0, and so does the machine."""
    g = Graph()
    w = g.value(1.0)
    function(w, g.value(x)).backward()
    assert w.grad == 0.0
    assert BACKENDS["machine"](lowered_of(function))([1.0], [x])[1][0] == 0.0
    assert math.isnan(backend(lowered_of(function))([1.0], [x])[1][0])


@every_backend
def test_a_relu_that_is_shut_passes_nothing_on(backend):
    assert backend(lowered_of(lambda w, x: (w * x).relu()))([1.0], [-INF])[1][0] == 0.0


@pytest.mark.parametrize("exponent", [NAN, INF, -INF])
def test_one_to_the_power_of_what_is_not_finite(exponent):
    lowered = lowered_of(lambda w, x: w**x)
    assert CompiledPython(lowered)([1.0], [exponent])[0] == 1.0
    assert (Graph().value(1.0) ** exponent).data == 1.0
    for backend in WASM:
        assert backend(lowered)([1.0], [exponent])[0] == 1.0


@pytest.mark.parametrize("backend", [CompiledPython, *WASM])
def test_a_power_passes_on_no_gradient_of_zero(backend):
    function = lambda w, x: ((w * x) ** 0.5) * 0.0  # noqa: E731
    loss, gradient = backend(lowered_of(function))([1.0], [0.0])
    assert (loss, gradient[0]) == (0.0, 0.0)
