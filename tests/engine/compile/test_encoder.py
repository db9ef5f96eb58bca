"""The WebAssembly encoder, against the examples of the specification and of LEB128."""

import struct

import pytest

from engine.compile.wasm.encoder import Function, instruction, module, signed, unsigned
from engine.compile.wasm.hosts import host
from engine.compile.wasm.library import library


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, "00"), (127, "7f"), (128, "80 01"), (624485, "e5 8e 26"), (2**32 - 1, "ff ff ff ff 0f")],
)
def test_unsigned_leb128(number, code):
    assert unsigned(number) == bytes.fromhex(code)


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, "00"), (63, "3f"), (64, "c0 00"), (-1, "7f"), (-64, "40"), (-65, "bf 7f"),
     (-123456, "c0 bb 78"), (-(2**31), "80 80 80 80 78")],
)  # fmt: skip
def test_signed_leb128(number, code):
    assert signed(number) == bytes.fromhex(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("f64.add", "a0"),
        ("local.get 300", "20 ac 02"),
        ("i32.const -1", "41 7f"),
        ("f64.const 1.0", "44 00 00 00 00 00 00 f0 3f"),
        ("f64.load 16", "2b 03 10"),
        ("f64.store", "39 03 00"),
        ("loop", "03 40"),
        ("br_table 0 1 1", "0e 02 00 01 01"),
        ("memory.fill", "fc 0b 00"),
        ("i64.const -0x1", "42 7f"),
        ("f64x2.add", "fd f0 01"),
        ("f64x2.extract_lane 1", "fd 21 01"),
        ("v128.load 16", "fd 00 03 10"),
        ("v128.load64_lane 16 1", "fd 57 03 10 01"),
    ],
)
def test_instructions(text, code):
    assert instruction(text) == bytes.fromhex(code)


def test_an_unknown_instruction():
    with pytest.raises(ValueError, match=r"unknown WebAssembly instruction: 'f64\.sin'"):
        instruction("f64.sin")


def test_a_module_byte_by_byte():
    add = Function("add", "f64 f64", "f64", [], ["local.get 0", "local.get 1", "f64.add"])
    assert module([add], pages=1) == bytes.fromhex(
        "00 61 73 6d  01 00 00 00"  # magic, version
        "01 07  01 60 02 7c 7c 01 7c"  # types: (f64, f64) -> f64
        "03 02  01 00"  # functions: number 0 has type 0
        "05 03  01 00 01"  # one memory of one page
        "07 10  02  06 6d 65 6d 6f 72 79 02 00  03 61 64 64 00 00"  # exports: memory, add
        "0a 09  01 07 00  20 00 20 01 a0 0b"  # code
    )


def test_calls_are_by_name_in_any_order_and_bring_what_they_need():
    def constant(name, number, exported=False):
        return Function(name, "", "f64", [], [f"f64.const {number}"], exported)

    twice = Function("twice", "", "f64", [], ["call one", "call one", "f64.add"], exported=False)
    shelf = {"unused": constant("unused", 7.0), "twice": twice, "one": constant("one", 1.0)}.get
    first = Function("first", "", "f64", [], ["call second", "call twice", "f64.mul"])
    binary = module([first, constant("second", 5.0, True)], pages=1, library=shelf)
    assert host().Instance(binary).call("first") == 10.0
    assert struct.pack("<d", 1.0) in binary
    assert struct.pack("<d", 7.0) not in binary
    with pytest.raises(ValueError, match="a call of 'second', but the module has no function of"):
        module([first], pages=1, library=shelf)


def test_a_function_prints_itself():
    code = ["local.get 0", "f64.const 0.0", "f64.gt", "if", "local.get 0", "local.set 1", "else",
            "f64.const 2.0", "call exp", "local.set 1", "end", "local.get 1"]  # fmt: skip
    assert str(Function("f", "f64", "f64", [(1, "f64")], code)) == (
        """\
(func $f (param f64) (result f64)
    (local f64)
    local.get 0  f64.const 0.0  f64.gt  if
        local.get 0  local.set 1
    else
        f64.const 2.0  call exp  local.set 1
    end
    local.get 1)"""
    )


def test_modules_run():
    double = Function("double", "f64", "f64", [(1, "f64")], [
        "local.get 0", "call cos", "local.tee 1", "local.get 1", "f64.add",
    ])  # fmt: skip
    binary = module([double], pages=1, library=library)
    instance = host().Instance(binary)
    assert instance.call("double", 0.0) == 2.0
    instance.reserve(3 * 65536)
    from array import array

    numbers = array("d", [1.5, -2.5])
    instance.write(2 * 65536, numbers)
    assert instance.read(2 * 65536, 2) == numbers
