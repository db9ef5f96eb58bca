"""What a tape cannot see is refused, with the way out; what it must know is asked for."""

import importlib.util
import math
import sys
from random import Random

import pytest

from engine import MLP
from engine.compile import HostMissingError, TraceError, Tracer, compile_loss
from engine.graph import OPS, Graph, dot, pick

from .random_programs import apply


def test_reading_a_number_is_refused():
    x = Tracer().value(2.0)
    for read in (lambda: x.data, lambda: float(x), lambda: int(x), lambda: round(x)):
        with pytest.raises(TraceError, match="has no number while it is traced: keep the arith"):
            read()


@pytest.mark.parametrize(
    "branch",
    [
        lambda x: 1 if x else 2,
        lambda x: not x,
        lambda x: x > 0,
        lambda x: x <= 0,
        lambda x: x == 0.0,
        lambda x: x != x,
        lambda x: max(x, 0.0),
        lambda x: sorted([x, x * 2]),
        lambda x: x in [1.0, 2.0],
        lambda x: abs(x),
    ],
)
def test_branching_is_refused(branch):
    x = Tracer().value(2.0) * 3
    with pytest.raises(TraceError, match=r"use max\(\) or relu\(\)|has no number"):
        branch(x)


def test_a_traced_value_shows_no_number():
    g = Tracer()
    assert repr(g.value(2.0) * 3) == "Value(traced node 2, op='*')"


def test_what_is_traced_is_not_swept():
    g = Tracer()
    x = g.leaves(1)[0]
    y = x * x
    for sweep in (y.backward, g.replay, lambda: g.jvp({x: 1.0})):
        with pytest.raises(TraceError, match="has no numbers: compile it, or record it on a Graph"):
            sweep()
    with pytest.raises(TraceError, match="has no number while it is traced"):
        format(y, ".2f")


def test_tracing_computes_nothing():
    g = Tracer()
    x = g.leaves(1)[0]
    loss = (1 / (x - x)).log()  # would divide by zero
    run = compile_loss(x.max(loss) * 0 + x, [], [x])
    with pytest.raises(ZeroDivisionError):
        run([], [1.0])


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_networks_are_traced_through(activation):
    g = Tracer()
    [score] = MLP(g, [2, 3, 1], Random(1), activation, last=activation)(g.leaves(2))
    with pytest.raises(TraceError, match="a branch on node"):
        bool(score)


def test_leaves_that_are_not_given():
    g = Graph()
    w, x, c = g.value(1.0), g.value(2.0), g.value(3.0)
    with pytest.raises(ValueError, match="node 2 is a leaf that is neither a parameter"):
        compile_loss(w * x + c, [w], [x])
    with pytest.raises(ValueError, match=r"node 6 is computed \(\*\): only leaves can be given"):
        compile_loss(w * x, [w], [w * x])
    with pytest.raises(ValueError, match="a leaf is given twice"):
        compile_loss(w * x, [w, x], [x])
    with pytest.raises(TypeError, match=r"compile: expected a Value, not float 3\.0"):
        compile_loss(3.0, [w])
    with pytest.raises(TypeError, match="compile: expected a Value, not int 1"):
        compile_loss(w * x, [w, 1])
    with pytest.raises(ValueError, match="graph"):
        compile_loss(w * x, [Graph().value(1.0)], [x])


def test_backends_that_are_not_there(monkeypatch):
    g = Graph()
    w = g.value(1.0)
    with pytest.raises(ValueError, match="there is no backend 'fortran': use python or wasm"):
        compile_loss(w * 2, [w], backend="fortran")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(HostMissingError, match=r"deep-learning-engine\[wasm\].*backend=\"python\""):
        compile_loss(w * 2, [w], backend="wasm")
    assert compile_loss(w * 2, [w])([3.0])[0] == 6.0


def test_every_operation_is_traced_and_none_computed():
    g = Tracer()
    x = g.value(2.0)
    for op, (_, _, second) in OPS.items():
        results = (
            [apply(op, x, x), apply(op, x, 0.5), apply(op, 0.5, x)] if second else [apply(op, x)]
        )
        for v in [*results, dot([x, 1.0], [x, x]), pick([x, 1.0], x)]:
            assert type(v) is type(x)
            assert math.isnan(g.data[v.index])
    assert set(g.op) == {*OPS, "leaf", "const", "dot", "pick"}
