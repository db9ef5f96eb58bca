"""The examples in docstrings run, and every public name has one."""

import doctest
import importlib
import pkgutil

import pytest

import engine
import engine.compile

# These can be imported only where their host is.
ELSEWHERE = {f"engine.compile.wasm.hosts.{name}" for name in ("javascript", "wasmtime")}
MODULES = [
    info.name
    for info in pkgutil.walk_packages(engine.__path__, "engine.")
    if info.name not in ELSEWHERE and not info.name.startswith("engine.runner")
]
EXAMPLES = [
    pytest.param(test, id=test.name)
    for name in MODULES
    for test in doctest.DocTestFinder().find(importlib.import_module(name))
    if test.examples
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_example_is_true(example):
    said, known = [], set(engine.OPS)
    example.globs = {**vars(engine), **example.globs}
    outcome = doctest.DocTestRunner().run(example, out=said.append)
    for name in set(engine.OPS) - known:  # what define() added
        del engine.OPS[name]
        delattr(engine.Value, name)
    assert outcome.attempted
    assert not outcome.failed, "".join(said)


def test_every_public_name_has_one():
    shown = {test.values[0].name.rpartition(".")[2] for test in EXAMPLES}
    assert {*engine.__all__} - shown == {"OPS"}
    assert "compile_loss" in shown
