"""What `bench engine` says of its contenders, without measuring anything."""

import pytest

from scripts.bench import moons
from scripts.bench.engine import compare_losses, report_contest


def measured(**other):
    """A result for every contender; torch is not installed."""
    found = {
        name: {"losses": [0.75, 0.5], "seconds": [2e-6, 1e-6, 3e-6]} for name in moons.CONTENDERS
    }
    found |= dict.fromkeys((name for name in found if "torch" in name), None)
    found[moons.MICROGRAD] = {"losses": [0.75, 0.5 + 1e-9], "seconds": [0.5]}
    found[moons.NO_COLLECTOR] = {"losses": [0.75, 0.5], "seconds": [0.05]}
    return found | other


def test_losses_are_compared_before_times_are_shown():
    assert compare_losses(measured())["relu"] == pytest.approx(2e-9)
    for losses, message in (
        ([0.75, 0.6], "numpy by hand, a step a call: loss 0.6 in step 1, 0.5"),
        ([0.75, float("nan")], "loss nan in step 1"),
        ([0.75], "1 losses of 2 steps"),
    ):
        other = {"numpy by hand, a step a call": {"losses": losses, "seconds": [1e-6]}}
        with pytest.raises(AssertionError, match=message):
            report_contest("cpython", measured(**other))


def test_the_table_has_both_rows_of_micrograd_and_names_what_is_missing():
    lines, met = report_contest("cpython", measured())
    text = "\n".join(lines)
    assert "losses 0.750000 … 0.500000; apart by 2e-09 (relu) and 0e+00 (tanh)" in text
    rows = [" ".join(line.split()) for line in lines]
    assert "micrograd 500,000.0 µs × 0.1 ( 1.0) 250,000.00 of C" in rows
    assert "micrograd, collector off 50,000.0 µs × 1.0 ( 10.0) 25,000.00 of C" in rows
    assert "torch, a step a call not installed" in rows
    assert "torch, a step a call:" not in text
    assert "tanh: compiled to wasm / compiled to wasm: 1.00, to be at most 6.0" in text
    assert met
    slow = {"losses": [0.75, 0.5], "seconds": [1e-3]}
    lines, met = report_contest("cpython", measured(**{moons.WASM: slow}))
    assert not met
    assert sum("missed" in line for line in lines) == 1


def test_every_contender_takes_the_same_steps():
    """Those of this machine that are quick to ask: the first three losses."""
    found = {
        name: moons.measure(name, 1, 3)
        for name in ("replay, dot", "compiled to python", moons.WASM, moons.WASM_STEPS)
    }
    assert compare_losses(found)["relu"] < 1e-12
