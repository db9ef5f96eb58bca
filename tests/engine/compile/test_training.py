"""Training by every backend: steps fused into one call do what single steps do."""

import tracemalloc
from array import array

import pytest

from engine import SGD, Adam, linear
from engine.compile import CompiledPython, CompiledWasm, lower
from engine.graph import Graph

from .test_backends import every_backend

XS = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
YS = [-1.0, 1.0, 1.0, -1.0]
START = [0.1 * (k * 7 % 11 - 5) for k in range(13)]


def xor_loss():
    """A 2-3-1 network of tanh units with a squared error and a penalty on its weights."""
    g = Graph()
    ws = [g.value(0.0) for _ in START]
    x, y = [g.value(0.0), g.value(0.0)], g.value(0.0)
    hidden = [(ws[3 * k] * x[0] + ws[3 * k + 1] * x[1] + ws[3 * k + 2]).tanh() for k in range(3)]
    out = sum(w * h for w, h in zip(ws[9:12], hidden, strict=True)) + ws[12]
    return lower((out - y) ** 2 + 1e-3 * sum(w * w for w in ws), ws, x, [y])


@every_backend
def test_gradient_descent(backend):
    run = backend(xor_loss())
    rates = [0.3 - 0.002 * k for k in range(60)]
    w, losses = array("d", START), []
    for rate in rates:
        loss, gradient = run(w, XS, YS)
        losses.append(loss)
        w = array("d", [p - rate * g for p, g in zip(w, gradient, strict=True)])
    fused = array("d", START)
    assert list(run.train(fused, XS, YS, rates)) == pytest.approx(losses, rel=1e-12)
    assert list(fused) == pytest.approx(list(w), rel=1e-12)
    assert losses[-1] < 0.8 * losses[0]


@every_backend
def test_adam_moves_by_the_paper(backend):
    run = backend(xor_loss())
    w, m, v = list(START), [0.0] * 13, [0.0] * 13
    for t in range(1, 31):
        _, gradient = run(w, XS, YS)
        for k, g in enumerate(gradient):
            m[k] = 0.9 * m[k] + 0.1 * g
            v[k] = 0.999 * v[k] + 0.001 * g * g
            w[k] -= 0.05 * (m[k] / (1 - 0.9**t)) / ((v[k] / (1 - 0.999**t)) ** 0.5 + 1e-8)
    fused = array("d", START)
    adam = Adam(fused)
    for steps in (1, 9, 20):  # its state lives on between calls
        run.train(fused, XS, YS, [0.05] * steps, adam)
    assert list(fused) == pytest.approx(w, rel=1e-9)
    assert adam.steps == 30
    assert list(adam.square) == pytest.approx(v, rel=1e-9)


@every_backend
def test_batches_of_other_sizes(backend):
    run = backend(xor_loss())
    whole = run(START, XS, YS)[0]
    parts = [run(START, XS[2 * k : 2 * k + 2], YS[k : k + 1])[0] for k in range(4)]
    assert list(run.values(START, XS, YS)) == pytest.approx(parts, rel=1e-12)
    assert whole == pytest.approx(sum(parts) / 4, rel=1e-12)
    assert run(START, XS * 1000, YS * 1000)[0] == pytest.approx(whole, rel=1e-9)


def test_no_steps():
    for backend in (CompiledPython, CompiledWasm):
        w = array("d", START)
        assert backend(xor_loss()).train(w, XS, YS, []) == array("d")
        assert w == array("d", START)


@every_backend
def test_the_heap_stays_flat_over_10_000_steps(backend):
    g = Graph()
    w, x = [g.value(0.0), g.value(0.0)], g.value(0.0)
    run = backend(lower(((w[0] * x + w[1]).relu() - 1) ** 2, w, [x]))
    weights, rates = array("d", [0.5, 0.1]), [0.01] * 100
    run.train(weights, XS, [], rates)
    tracemalloc.start()
    try:
        run.train(weights, XS, [], rates)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(100):
            run.train(weights, XS, [], rates)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 4096


@every_backend
def test_what_does_not_fit_is_refused(backend):
    run = backend(xor_loss())
    w = array("d", START)
    with pytest.raises(ValueError, match="the loss has 13 parameters, not 2"):
        run([1.0, 2.0], XS, YS)
    with pytest.raises(ValueError, match="7 inputs do not make samples of 2"):
        run(w, XS[:7], YS)
    with pytest.raises(ValueError, match="8 inputs and 3 targets do not make samples of 2 and 1"):
        run(w, XS, YS[:3])
    with pytest.raises(ValueError, match="0 inputs and 0 targets"):
        run(w, [], [])
    with pytest.raises(TypeError, match=r'make them an array\("d"\)'):
        run.train(START, XS, YS, [0.1])
    with pytest.raises(ValueError, match="this Adam has 2 parameters, the loss 13"):
        run.train(w, XS, YS, [0.1], Adam(w[:2]))
    with pytest.raises(TypeError, match=r"for each of its steps: pass \[0.1\] \* steps"):
        run.train(w, XS, YS, 0.1)
    with pytest.raises(TypeError, match=r"pass \[rate\(k\) for k in range\(steps\)\]"):
        run.train(w, XS, YS, lambda step: 0.1)
    for rate in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"the rate of step 1 is {rate}"):
            run.train(w, XS, YS, [0.1, rate])
    assert w == array("d", START)


@every_backend
def test_an_optimiser_of_values_trains_a_compiled_loss_too(backend):
    """One Adam: five steps by the interpreter, then five compiled, are ten of either."""
    run, g = backend(xor_loss()), Graph()
    ws = [g.value(w) for w in START]
    adam = Adam(ws, linear(0.1, 0.0, 10))
    for _ in range(5):
        _, g.grad = run([w.data for w in ws], XS, YS)
        adam.step()
    half = array("d", [w.data for w in ws])
    run.train(half, XS, YS, [adam.rate(k) for k in range(5, 10)], adam)
    whole = array("d", START)
    run.train(whole, XS, YS, linear(0.1, 0.0, 10), Adam(whole))
    assert list(half) == pytest.approx(list(whole), rel=1e-12)
    assert adam.steps == 10


def test_momentum_is_python_only():
    w = array("d", START)
    sgd = SGD(w, 0.1, momentum=0.9)
    with pytest.raises(ValueError, match='plain SGD or by Adam: for others take backend="python"'):
        CompiledWasm(xor_loss()).train(w, XS, YS, [0.1], sgd)
    run = CompiledPython(xor_loss())
    first = run.train(w, XS, YS, [0.1] * 3, sgd)
    _, gradient = run(START, XS, YS)
    plain = array("d", START)
    assert first[:2] == run.train(plain, XS, YS, [0.1] * 2, SGD(plain, 0.1))
    assert w != plain
    assert list(sgd.velocity) != list(gradient)
    assert sgd.steps == 3
