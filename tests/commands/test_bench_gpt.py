"""What `bench gpt` says, and that its models are the same one, without measuring anything."""

import pytest

from engine import Graph
from scripts.bench.gpt import __main__ as bench
from scripts.bench.gpt.model import losses, matrices, total
from scripts.bench.gpt.scalar import Training
from scripts.bench.gpt.setting import RATES, offsets, records, start


def result(step, **more):
    return {"losses": [3.5, 3.25, 3.125], "last": 2.25, "step": step, **more}


def contest(**other):
    """Rolled takes 30 µs and 0.1 s to prepare, as written 90 ms, C -O2 40 µs."""
    rolled = result(30e-6, prepare=0.1, bytes=8000)
    found = {
        ("CPython", "as written"): result(0.2),
        ("CPython", "rolled"): rolled,
        ("Pyodide, Node", "rolled"): rolled,
        ("Pyodide, Chromium", "as written"): result(0.09),
        ("Pyodide, Chromium", "rolled"): rolled,
        ("CPython", "C by hand, gcc -O2"): result(40e-6),
        ("CPython", "JAX, jit"): None,
    }
    return found | other


def test_the_report_compares_with_what_was_to_be_reached():
    lines = bench.report(contest()).splitlines()
    assert lines[0] == "The losses of all: 3.500000, 3.250000, 3.125000, 2.250000"
    assert "  JAX, jit                             not installed" in lines
    assert "  C by hand, gcc -O2                           40.0 µs" in lines
    assert "  rolled, wasmtime                             30.0 µs  and 100 ms to prepare" in lines
    assert "rolled in Chromium, × as written there: 3,000, to be at least 2,500" in lines
    assert "rolled in Chromium, of the time of C -O2: 0.75, to be at most 0.9" in lines
    assert "bytes of the module: 8,000, to be at most 8,192" in lines
    [missed] = [line for line in lines if line.endswith("missed")]
    assert missed.startswith("1,000 steps with tracing and compiling, × as written: 692.3, to b")
    assert all(met for name, (_, _, met) in bench.judged(contest()).items() if "with" not in name)


def test_without_a_c_compiler_nothing_is_said_of_it():
    found = contest()
    found["CPython", "C by hand, gcc -O2"] = None
    assert "C -O2" not in bench.judged(found)


def test_who_trains_otherwise_ends_the_contest(monkeypatch):
    own = {**result(1e-3), "losses": [3.5, 3.25, 3.126]}
    entries = {("CPython", "rolled"): lambda: result(1e-3), ("CPython", "odd"): lambda: own}
    monkeypatch.setattr(bench, "contenders", lambda: entries)
    with pytest.raises(ArithmeticError, match=r"'odd'.*does not train as the others"):
        bench.measured(1)
    entries.pop(("CPython", "odd"))
    assert bench.measured(2)["CPython", "rolled"]["step"] == 1e-3


def test_as_written_and_on_the_tape_it_is_the_same_model():
    record = records()[0]
    graph = Graph()
    parameters = [graph.value(w) for w in start()]
    found = losses(matrices(parameters), record[:-1], record[1:])
    loss = total(found) / len(found)
    loss.backward()
    scalar = Training(start())
    assert scalar.step(record, RATES[0]) == pytest.approx(loss.data, rel=1e-13)
    moved = [p.grad > 0 for p in parameters if p.grad]
    down = [
        p.data < w
        for p, w, own in zip(scalar.parameters, start(), parameters, strict=True)
        if own.grad
    ]
    assert moved == down


def test_where_the_matrices_begin():
    assert offsets() == {
        "letter": 0, "place": 432, "score": 688, "query": 1120, "key": 1376, "value": 1632,
        "output": 1888, "up": 2144, "down": 3168,
    }  # fmt: skip
