"""Two samples a register: the same bits as one after the other, for every program and batch."""

import math
from array import array

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.compile import CompiledPython, CompiledWasm, Tracer, build, lower
from engine.compile.wasm import host, step_functions
from engine.compile.wasm.loops import assemble
from engine.compile.wasm.straight import memory_map, pair_function
from engine.graph import Graph, dot

from .random_programs import cases, interpret, lowered_of

many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def one_by_one(lowered, parameters, inputs, targets):
    """(loss, gradient) by the module without pairs."""
    statements = build(lowered)
    at = memory_map(statements)
    instance = host().Instance(assemble(at, step_functions(statements)))
    addresses = (at.data, at.data + 8 * len(inputs))
    instance.reserve(addresses[1] + 8 * len(targets))
    for address, numbers in zip((0, *addresses), (parameters, inputs, targets), strict=True):
        instance.write(address, array("d", numbers))
    count = len(inputs) // lowered.inputs if lowered.inputs else len(targets) // lowered.targets
    return instance.call("evaluate", count, *addresses), instance.read(at.sums, len(parameters))


def bits(loss, gradient):
    return array("d", [loss, *gradient]).tobytes()


@given(case=cases(), repeat=st.integers(1, 3))
@many
def test_as_one_after_the_other(case, repeat):
    assume(sum(case.sizes[1:]))
    case.samples = case.samples * repeat
    interpret(case)  # assumes moderate numbers
    lowered = lowered_of(case, Tracer())
    expected = one_by_one(lowered, *case.flat())
    assert bits(*CompiledWasm(lowered, machine=False)(*case.flat())) == bits(*expected)


@given(case=cases(), repeat=st.integers(1, 3))
@many
def test_as_python_where_python_has_the_same_functions(case, repeat):
    same = ("+", "-", "*", "/", "max", "neg", "relu", "dot", "pick")
    case.steps = [step for step in case.steps if step[0] in same] or [("neg", 0)]
    case.samples = case.samples * repeat
    interpret(case)
    lowered = lowered_of(case, Tracer())
    expected = CompiledPython(lowered)(*case.flat())
    got = CompiledWasm(lowered, machine=False)(*case.flat())
    assert (got[0], list(got[1])) == (expected[0], list(expected[1]))


@pytest.mark.parametrize("count", range(1, 8))
def test_gates_open_for_one_sample_and_shut_for_the_other(count):
    """Relus inside relus, and an adjoint that is read behind a gate that no sample opens."""
    g = Graph()
    ws, x, y = [g.value(0.3 * (-1) ** k * k - 0.2) for k in range(6)], g.value(0.5), g.value(1.0)
    shared = ws[0] * x
    inner = [(w * shared + ws[1] * y).relu() for w in ws[2:]]
    outer = (dot(inner, ws[2:]) + shared).relu()
    loss = (outer * inner[1]).relu() + outer * shared + (shared - 9).relu() * inner[0]
    lowered = lower(loss, ws, [x], [y])
    w = [p.data for p in ws]
    xs = [1.0, -1.0, 2.5, 0.0, -3.0, 20.0, 0.125][:count]
    ys = [1.0, 2.0, -1.0, 0.5, -2.0, 3.0, 1.0][:count]
    got = CompiledWasm(lowered, machine=False)(w, xs, ys)
    assert bits(*got) == bits(*one_by_one(lowered, w, xs, ys))
    assert bits(*got) == bits(*CompiledPython(lowered)(w, xs, ys))
    assert math.isfinite(got[0])


@pytest.mark.parametrize("count", [2, 3, 8])
def test_a_parameter_that_is_used_many_times(count):
    """Its sum takes all of one sample before the next, behind gates or not."""
    g = Graph()
    w, v, x = g.value(0.7), g.value(-0.3), g.value(0.5)
    penalty = (w * v).relu() + w * w
    loss = sum(((w * (x + 0.1 * k) - v) * w + w).relu() * (0.1 * k - 0.3) * w for k in range(9))
    lowered = lower(loss * penalty + penalty * w, [w, v], [x])
    xs = [0.37 * k * (-1) ** k + 0.1 for k in range(count)]
    got = CompiledWasm(lowered, machine=False)([0.7, -0.3], xs)
    assert bits(*got) == bits(*one_by_one(lowered, [0.7, -0.3], xs, []))
    assert bits(*got) == bits(*CompiledPython(lowered)([0.7, -0.3], xs))


def test_what_is_read_of_a_sample_is_read_first():
    """A gate may be shut for the first that reads an input, and another reads it later."""
    g = Graph()
    w, x = g.value(1.0), [g.value(1.0), g.value(2.0)]
    loss = (w * x[0]).relu() * x[1] + x[1]
    code = pair_function(build(lower(loss, [w], x))).code
    reads = [k for k, text in enumerate(code) if text.startswith("v128.load64_lane")]
    assert len(reads) == 2
    assert max(reads) < code.index("f64x2.mul")
