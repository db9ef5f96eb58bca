"""Encodes a WebAssembly module: instructions in their text form go in, bytes come out.

Source: WebAssembly Core Specification 2.0, chapter 5, "Binary format".
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

I32, F64 = 0x7F, 0x7C  # value types
_TYPES = {"i32": I32, "f64": F64}
PAGE = 65536  # bytes; the unit of memory

# Instructions without an immediate.
_PLAIN = {
    "return": 0x0F, "select": 0x1B, "else": 0x05, "end": 0x0B,
    "i32.eqz": 0x45, "i32.lt_u": 0x49, "i32.ge_u": 0x4F,
    "i32.add": 0x6A, "i32.sub": 0x6B, "i32.mul": 0x6C, "i32.and": 0x71, "i32.or": 0x72,
    "i32.shl": 0x74,
    "f64.eq": 0x61, "f64.ne": 0x62, "f64.lt": 0x63, "f64.gt": 0x64, "f64.le": 0x65, "f64.ge": 0x66,
    "f64.neg": 0x9A, "f64.floor": 0x9C, "f64.sqrt": 0x9F, "f64.add": 0xA0, "f64.sub": 0xA1,
    "f64.mul": 0xA2, "f64.div": 0xA3, "f64.convert_i32_u": 0xB8,
}  # fmt: skip
# Instructions followed by an index, and those that open a block (0x40: it leaves no value).
_INDEXED = {
    "br": 0x0C, "br_if": 0x0D, "call": 0x10,
    "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22,
}  # fmt: skip
_BLOCKS = {"block": 0x02, "loop": 0x03, "if": 0x04}
# Access to memory: the alignment (log₂ of 4 or 8 bytes) and an offset follow.
_MEMORY = {"i32.load": (0x28, 2), "f64.load": (0x2B, 3), "f64.store": (0x39, 3)}


def unsigned(n: int) -> bytes:
    """LEB128: seven bits a byte, lowest first; the top bit says that more follow."""
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def signed(n: int) -> bytes:
    """Signed LEB128: two's complement, cut where bit 6 of the last byte is the sign."""
    out = bytearray()
    while not -0x40 <= n < 0x40:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n & 0x7F)
    return bytes(out)


def instruction(text: str) -> bytes:
    """The bytes of one instruction: "local.get 2", "f64.const 0.5", "f64.load 16", "f64.add"."""
    name, _, rest = text.partition(" ")
    if name in _PLAIN:
        return bytes([_PLAIN[name]])
    if name in _INDEXED:
        return bytes([_INDEXED[name]]) + unsigned(int(rest))
    if name in _MEMORY:
        opcode, alignment = _MEMORY[name]
        return bytes([opcode, alignment]) + unsigned(int(rest or 0))
    if name in _BLOCKS:
        return bytes([_BLOCKS[name], 0x40])
    if name == "i32.const":
        return b"\x41" + signed(int(rest))
    if name == "f64.const":
        return b"\x44" + struct.pack("<d", float(rest))
    if name == "br_table":  # the labels, of which the last is the default
        labels = [int(label) for label in rest.split()]
        return b"\x0e" + vector([unsigned(n) for n in labels[:-1]]) + unsigned(labels[-1])
    if name == "memory.fill":
        return b"\xfc\x0b\x00"
    raise ValueError(f"unknown WebAssembly instruction: {text!r}")


def vector(items: Sequence[bytes]) -> bytes:
    return unsigned(len(items)) + b"".join(items)


def _sized(content: bytes) -> bytes:
    return unsigned(len(content)) + content


def _section(number: int, items: Sequence[bytes]) -> bytes:
    return bytes([number]) + _sized(vector(items)) if items else b""


def _signature(parameters: str, results: str) -> bytes:
    """A function type, from types named as in "i32 f64"."""
    kinds = [bytes([_TYPES[t] for t in text.split()]) for text in (parameters, results)]
    return b"\x60" + b"".join(_sized(kind) for kind in kinds)


@dataclass(frozen=True)
class Function:
    """A function: its types ("i32 f64"), the locals it has besides its parameters, its code."""

    name: str
    parameters: str
    results: str
    locals: Sequence[tuple[int, str]]  # (how many, type)
    code: Iterable[str]  # one instruction each
    exported: bool = True


@dataclass(frozen=True)
class Import:
    """A function of the host, as "math" . name."""

    name: str
    parameters: str
    results: str


def module(imports: Sequence[Import], functions: Sequence[Function], pages: int) -> bytes:
    """A module with one memory, exported as "memory". Functions are numbered imports first."""
    signatures = [_signature(f.parameters, f.results) for f in imports]
    signatures += [_signature(f.parameters, f.results) for f in functions]
    types = list(dict.fromkeys(signatures))
    numbers = [unsigned(types.index(s)) for s in signatures]
    imported = [
        _name("math") + _name(f.name) + b"\x00" + number
        for f, number in zip(imports, numbers, strict=False)
    ]
    exports = [_name("memory") + b"\x02\x00"] + [
        _name(f.name) + b"\x00" + unsigned(n)
        for n, f in enumerate(functions, len(imports))
        if f.exported
    ]
    return b"".join([
        b"\x00asm" + struct.pack("<I", 1),  # magic number and version
        _section(1, types),
        _section(2, imported),
        _section(3, numbers[len(imports) :]),
        _section(5, [b"\x00" + unsigned(pages)]),
        _section(7, exports),
        _section(10, [_body(f) for f in functions]),
    ])  # fmt: skip


def _name(text: str) -> bytes:
    return _sized(text.encode())


def _body(function: Function) -> bytes:
    """A function's locals and code. An instruction that recurs is encoded once."""
    known: dict[str, bytes] = {}
    code = bytearray()
    for text in function.code:
        if text not in known:
            known[text] = instruction(text)
        code += known[text]
    groups = [unsigned(count) + bytes([_TYPES[t]]) for count, t in function.locals if count]
    return _sized(vector(groups) + bytes(code) + b"\x0b")
