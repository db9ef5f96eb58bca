"""Encodes a WebAssembly module: instructions in their text form go in, bytes come out.

Source: WebAssembly Core Specification 2.0, chapter 5, "Binary format".
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

_TYPES = {"i32": 0x7F, "i64": 0x7E, "f64": 0x7C, "v128": 0x7B}
PAGE = 65536  # bytes; the unit of memory

# Instructions without an immediate.
_PLAIN = {
    "return": 0x0F, "select": 0x1B, "else": 0x05, "end": 0x0B, "drop": 0x1A,
    "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_u": 0x49, "i32.gt_u": 0x4B,
    "i32.le_u": 0x4D, "i32.ge_u": 0x4F, "i32.add": 0x6A, "i32.sub": 0x6B, "i32.mul": 0x6C,
    "i32.and": 0x71, "i32.or": 0x72, "i32.xor": 0x73, "i32.shl": 0x74, "i32.shr_u": 0x76,
    "i64.eqz": 0x50, "i64.eq": 0x51, "i64.lt_u": 0x54, "f64.convert_i64_s": 0xB9,
    "i64.add": 0x7C, "i64.sub": 0x7D, "i64.mul": 0x7E, "i64.and": 0x83, "i64.or": 0x84,
    "i64.xor": 0x85, "i64.shl": 0x86, "i64.shr_s": 0x87, "i64.shr_u": 0x88,
    "f64.eq": 0x61, "f64.ne": 0x62, "f64.lt": 0x63, "f64.gt": 0x64, "f64.le": 0x65, "f64.ge": 0x66,
    "f64.abs": 0x99, "f64.neg": 0x9A, "f64.floor": 0x9C, "f64.nearest": 0x9E,
    "f64.sqrt": 0x9F, "f64.add": 0xA0, "f64.sub": 0xA1, "f64.mul": 0xA2, "f64.div": 0xA3,
    "f64.copysign": 0xA6,
    "i32.trunc_f64_u": 0xAB, "f64.convert_i32_s": 0xB7, "f64.convert_i32_u": 0xB8,
    "i64.reinterpret_f64": 0xBD, "f64.reinterpret_i64": 0xBF,
}  # fmt: skip
# Two numbers at a time; the prefix 0xFD comes first.
_VECTOR = {
    "f64x2.splat": 0x14, "i64x2.splat": 0x12,
    "f64x2.eq": 0x47, "f64x2.ne": 0x48, "f64x2.lt": 0x49, "f64x2.gt": 0x4A, "f64x2.le": 0x4B,
    "f64x2.ge": 0x4C, "v128.not": 0x4D, "v128.and": 0x4E, "v128.andnot": 0x4F, "v128.or": 0x50,
    "v128.xor": 0x51, "v128.bitselect": 0x52, "v128.any_true": 0x53, "f64x2.nearest": 0x94,
    "i64x2.all_true": 0xC3, "i64x2.shl": 0xCB, "i64x2.shr_s": 0xCC, "i64x2.shr_u": 0xCD,
    "i64x2.add": 0xCE, "i64x2.sub": 0xD1, "i64x2.mul": 0xD5, "f64x2.abs": 0xEC, "f64x2.neg": 0xED,
    "f64x2.sqrt": 0xEF, "f64x2.add": 0xF0, "f64x2.sub": 0xF1, "f64x2.mul": 0xF2, "f64x2.div": 0xF3,
}  # fmt: skip
_LANE = {"f64x2.extract_lane": 0x21, "f64x2.replace_lane": 0x22}  # the number of a lane follows
# Instructions followed by an index, and those that open a block (0x40: it leaves no value).
_INDEXED = {
    "br": 0x0C, "br_if": 0x0D, "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22,
}  # fmt: skip
_BLOCKS = {"block": 0x02, "loop": 0x03, "if": 0x04}
# Access to memory: the alignment that is promised (log₂ of bytes) and an offset follow.
_MEMORY = {
    "i32.load": (b"\x28", 2), "i32.store": (b"\x36", 2),
    "f64.load": (b"\x2b", 3), "f64.store": (b"\x39", 3),
    "v128.load": (b"\xfd\x00", 3), "v128.store": (b"\xfd\x0b", 3),
    "v128.load64_splat": (b"\xfd\x0a", 3), "v128.load64_zero": (b"\xfd\x5d", 3),
}  # fmt: skip
# The same for one lane, whose number comes last: "v128.load64_lane 16 1".
_MEMORY_LANE = {"v128.load64_lane": (b"\xfd\x57", 3), "v128.store64_lane": (b"\xfd\x5b", 3)}


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


def instruction(text: str, functions: Mapping[str, int] = MappingProxyType({})) -> bytes:
    """The bytes of one instruction: "local.get 2", "f64.const 0.5", "f64.load 16", "f64.add".

    `functions` are the numbers of those that "call exp" may name.
    """
    name, _, rest = text.partition(" ")
    if name in _PLAIN:
        return bytes([_PLAIN[name]])
    if name in _INDEXED:
        return bytes([_INDEXED[name]]) + unsigned(int(rest))
    if name in _MEMORY:
        opcode, alignment = _MEMORY[name]
        return opcode + bytes([alignment]) + unsigned(int(rest or 0))
    if name == "call":
        if rest not in functions:
            raise ValueError(f"a call of {rest!r}, but the module has no function of that name")
        return b"\x10" + unsigned(functions[rest])
    if name in _VECTOR:
        return b"\xfd" + unsigned(_VECTOR[name])
    if name in _LANE:
        return b"\xfd" + unsigned(_LANE[name]) + bytes([int(rest)])
    if name in _MEMORY_LANE:
        (opcode, alignment), (offset, lane) = _MEMORY_LANE[name], rest.split()
        return opcode + bytes([alignment]) + unsigned(int(offset)) + bytes([int(lane)])
    if name in _BLOCKS:
        return bytes([_BLOCKS[name], 0x40])
    if name in ("i32.const", "i64.const"):
        return (b"\x41" if name == "i32.const" else b"\x42") + signed(int(rest, 0))
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
    code: Sequence[str]  # one instruction each
    exported: bool = True

    def calls(self) -> set[str]:
        """The names of the functions that it calls."""
        return {text[5:] for text in self.code if text.startswith("call ")}

    def __str__(self) -> str:
        """The function in WebAssembly's text form: what stores, calls or branches ends a line."""
        parts = [("param", self.parameters), ("result", self.results)]
        types = [f" ({part} {t})" for part, t in parts if t]
        names = [f"    (local {' '.join([t] * n)})" for n, t in self.locals if n]
        out, line, depth = [f"(func ${self.name}{''.join(types)}", *names], "", 1
        for text in self.code:
            word = text.partition(" ")[0]
            if word in ("end", "else") and line:
                out.append("    " * depth + line)
                line = ""
            depth -= word in ("end", "else")
            line += ("  " if line else "") + text
            if word in _ENDS_A_LINE or len(line) > 70:
                out.append("    " * depth + line)
                line = ""
            depth += word in _BLOCKS or word == "else"
        return "\n".join([*out, *(["    " + line] if line else [])]) + ")"


_ENDS_A_LINE = {*_BLOCKS, "end", "else", "local.set", "f64.store", "v128.store", "br", "br_if"}


Library = Callable[[str], Function | None]  # the function of a name, if there is one


def module(
    functions: Sequence[Function],
    pages: int,
    library: Library = lambda name: None,
) -> bytes:
    """A module with one memory, exported as "memory".

    "call" names a function, in whatever order they stand; one that is missing comes from the
    `library`, with what it calls. Raises ValueError for a call of one that neither has.
    """
    functions = [*functions, *_called(functions, library)]
    signatures = [_signature(f.parameters, f.results) for f in functions]
    types = list(dict.fromkeys(signatures))
    numbers = [unsigned(types.index(s)) for s in signatures]
    index = {f.name: n for n, f in enumerate(functions)}
    exports = [_name("memory") + b"\x02\x00"] + [
        _name(f.name) + b"\x00" + unsigned(index[f.name]) for f in functions if f.exported
    ]
    return b"".join([
        b"\x00asm" + struct.pack("<I", 1),  # magic number and version
        _section(1, types),
        _section(3, numbers),
        _section(5, [b"\x00" + unsigned(pages)]),
        _section(7, exports),
        _section(10, [_body(f, index) for f in functions]),
    ])  # fmt: skip


def _called(functions: Sequence[Function], library: Library) -> list[Function]:
    """The functions of the library that these call, and that those call."""
    known = {f.name for f in functions}
    found: list[Function] = []
    waiting = [*functions]
    while waiting:
        for name in sorted(waiting.pop().calls() - known):
            known.add(name)
            if function := library(name):
                found.append(function)
                waiting.append(function)
    return found


def _name(text: str) -> bytes:
    return _sized(text.encode())


def _body(function: Function, functions: Mapping[str, int]) -> bytes:
    """A function's locals and code. An instruction that recurs is encoded once."""
    known: dict[str, bytes] = {}
    code = bytearray()
    for text in function.code:
        if text not in known:
            known[text] = instruction(text, functions)
        code += known[text]
    groups = [unsigned(count) + bytes([_TYPES[t]]) for count, t in function.locals if count]
    return _sized(vector(groups) + bytes(code) + b"\x0b")
