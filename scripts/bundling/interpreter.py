"""Pyodide's interpreter, with deeper calls counted as what they cost.

CPython 3.14 guards itself against calls that go too deep by looking at the stack pointer. Compiled
to WebAssembly, that one counts only the part of the stack that lies in memory. What overflows first
is the browser's own stack, of which a call takes a share whether or not it takes memory: freeing a
tuple in a tuple in a tuple takes none, and 100,000 of them end Python. So the functions below, each
a part of such recursions, take some memory for every call. None is touched; only the pointer moves.
"""

import re
from collections.abc import Callable, Iterator

STEP = 1024  # bytes a level when objects are freed
FRAME = 192  # bytes a level in what calls itself through Python's protocols

_IMPORTS, _EXPORTS, _CODE = 2, 7, 10  # kinds of sections


class UnknownProgram(Exception):
    """Pyodide's program is not the one that this was written for."""


def with_counted_calls(program: bytes) -> bytes:
    """The WebAssembly program, changed so. Raises UnknownProgram: then look whether its CPython
    still needs this (tests/engine/runner/test_depth.py tells), and what its code looks like."""
    return _changed(
        program,
        {
            "_Py_Dealloc": _step,
            "PyObject_Repr": _frame,
            "PyObject_RichCompare": _frame,
        },
    )


def _step(name: str, body: bytes) -> bytes:
    """Where it has kept the stack pointer, to set it back at the end, and is about to compare what
    is left (`margin > 1`): move the pointer."""
    kept = re.match(rb"(?s).*?\x23(?P<sp>..)\x22(?P<local>.)", body)
    spots = [found.start() for found in re.finditer(rb"\x41\x01\x4a\x0d", body)]
    if (
        not kept
        or len(spots) != 1
        or body.count(b"\x20" + kept["local"] + b"\x24" + kept["sp"]) < 2
    ):
        raise UnknownProgram(f"{name} does not look as it should")
    move = b"\x20" + kept["local"] + b"\x41" + _signed(STEP) + b"\x6b\x24" + kept["sp"]
    return body[: spots[0]] + move + body[spots[0] :]


def _frame(name: str, body: bytes) -> bytes:
    """Make the part of the stack that it takes at its start, and gives back at its end, larger."""
    taken = re.search(rb"(?s)\x23(?P<sp>..)\x41(?P<size>.)\x6b", body[:32])
    if not taken or taken["size"][0] >= 64:
        raise UnknownProgram(f"{name} does not look as it should")
    size, sp = taken["size"], taken["sp"]
    given = b"\x41" + size + b"\x6a\x24" + sp
    if body.count(taken[0]) != 1 or not body.count(given):
        raise UnknownProgram(f"{name} does not look as it should")
    larger = _signed(size[0] + FRAME)
    return body.replace(taken[0], b"\x23" + sp + b"\x41" + larger + b"\x6b").replace(
        given, b"\x41" + larger + b"\x6a\x24" + sp
    )


def _changed(program: bytes, changes: dict[str, Callable[[str, bytes], bytes]]) -> bytes:
    parts = dict(_sections(program))
    imported = _imported_functions(program, parts[_IMPORTS][0])
    exported = _exported_functions(program, parts[_EXPORTS][0])
    missing = changes.keys() - exported.keys()
    if missing:
        raise UnknownProgram(f"{', '.join(sorted(missing))}: not exported")
    wanted = {exported[name] - imported: name for name in changes}
    start, end = parts[_CODE]
    count, at = _unsigned(program, start)
    bodies = [_leb(count)]
    for number in range(count):
        size, at = _unsigned(program, at)
        body = program[at : at + size]
        if name := wanted.get(number):
            body = changes[name](name, body)
        bodies += [_leb(len(body)), body]
        at += size
    if at != end:
        raise UnknownProgram("its code does not end where it should")
    code = b"".join(bodies)
    head = _section_start(program, start)
    return program[:head] + bytes([_CODE]) + _leb(len(code)) + code + program[end:]


def _sections(program: bytes) -> Iterator[tuple[int, tuple[int, int]]]:
    """Kinds, and where their content begins and ends."""
    at = 8
    while at < len(program):
        kind = program[at]
        size, start = _unsigned(program, at + 1)
        yield kind, (start, start + size)
        at = start + size


def _section_start(program: bytes, content: int) -> int:
    at = 8
    while True:
        size, start = _unsigned(program, at + 1)
        if start == content:
            return at
        at = start + size


def _imported_functions(program: bytes, at: int) -> int:
    """How many functions are imported: they are numbered first."""
    count, at = _unsigned(program, at)
    functions = 0
    for _ in range(count):
        for _name in range(2):
            size, at = _unsigned(program, at)
            at += size
        kind = program[at]
        at += 1
        if kind == 0:
            functions += 1
            _, at = _unsigned(program, at)
        elif kind in (1, 2):  # a table, which has a type; a memory
            flags, at = _unsigned(program, at + (kind == 1))
            for _limit in range(1 + (flags & 1)):
                _, at = _unsigned(program, at)
        elif kind == 3:
            at += 2
        else:
            _, at = _unsigned(program, at + 1)
    return functions


def _exported_functions(program: bytes, at: int) -> dict[str, int]:
    count, at = _unsigned(program, at)
    found = {}
    for _ in range(count):
        size, at = _unsigned(program, at)
        name = program[at : at + size].decode()
        kind = program[at + size]
        number, at = _unsigned(program, at + size + 1)
        if kind == 0:
            found[name] = number
    return found


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number in LEB128, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _leb(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _signed(value: int) -> bytes:
    """A positive number where a signed one is read: its highest bit must not look like a sign."""
    out = bytearray()
    while value > 63:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
