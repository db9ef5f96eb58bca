"""The change of Pyodide's interpreter: it is what it says, or is refused. What it does is tested by
tests/engine/runner/test_depth.py, inside."""

import pytest

from scripts.bundling.interpreter import STEP, UnknownProgram, with_counted_calls
from scripts.in_pyodide import stock


@pytest.fixture(scope="module")
def program():
    return stock("pyodide.asm.wasm").read_bytes()


def test_only_a_few_bytes_are_others(program):
    changed = with_counted_calls(program)
    assert changed[:8] == program[:8]
    assert 0 < len(changed) - len(program) < 40
    assert STEP > 127, "a number of two bytes"


def test_a_program_that_was_changed_already_is_refused(program):
    with pytest.raises(UnknownProgram, match="does not look as it should"):
        with_counted_calls(with_counted_calls(program))


def test_a_program_of_another_kind_is_refused():
    # Exports one function, of another name; see the specification of WebAssembly's binary format.
    module = b"\0asm\1\0\0\0" + b"\2\1\0" + b"\3\2\1\0" + b"\7\5\1\1x\0\0" + b"\n\4\1\2\0\x0b"
    with pytest.raises(UnknownProgram, match=r"_Py_Dealloc.*: not exported"):
        with_counted_calls(module)
