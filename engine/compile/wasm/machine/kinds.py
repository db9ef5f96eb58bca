"""The kinds of instructions that the machine has, and how each is laid out.

An instruction is a row of i32: its kind, then its operands. They are byte addresses of values, of
the first round when going forward, of the last when going back; steps are in bytes too.

    "+" "exp" …      a  b                          one node
    "+ loop" …       a  b  da  db  size            a run of them; size: 8 bytes for each result
    "dot …" "pick …" a  b  da  db  size  …         see _DOT, _LIST, _PICK
    "skip"           size  0                       results that others computed, or nobody

The result is not named: it goes where the last one's ended.
"""

from dataclasses import dataclass, replace

from engine.compile.rolled import Loop
from engine.compile.wasm.machine.registers import DA, DB, IA, IB, PE, STOP, A, B

ROWS = 4  # dots with the same operand, at least, to be computed together


@dataclass(frozen=True)
class Kind:
    """A kind of instruction: what it computes, its form, and which operands a gradient goes to.

    Forms: "one", "loop"; of a dot "pairs" (contiguous operands, an even number: two numbers at a
    time going back), "steps", "list"; of a pick "steps", "list"; of what has no gradient, going
    back, "skip". `rows`: several dots with the same second operand can be computed together;
    `together`: so can their gradients.
    """

    op: str
    form: str
    varies: tuple[bool, bool] = (False, False)
    rows: bool = False
    together: bool = False


def arranged(loop: Loop) -> Loop:
    """A loop of dots whose first operand stays the same, with the operands exchanged."""
    fixed = loop.op == "dot" and loop.da == 0 and loop.db != 0 and not loop.offsets
    if not fixed or not _apart(loop):
        return loop
    return replace(
        loop,
        varies=loop.varies[::-1],
        a=loop.b,
        b=loop.a,
        inner=loop.inner[::-1],
        da=loop.db,
        db=loop.da,
    )


def _apart(loop: Loop) -> bool:
    """Whether no value is read as both operands."""
    (a, end_a), (b, end_b) = loop.reach(0), loop.reach(1)
    return end_a <= b or end_b <= a


def kind(loop: Loop) -> Kind:
    if loop.op not in ("dot", "pick"):
        return Kind(loop.op, "one" if loop.count == 1 else "loop", loop.varies)
    if loop.offsets:
        return Kind(loop.op, "list", loop.varies)
    if loop.op == "pick":
        return Kind("pick", "steps", loop.varies)
    # Values that are read as both operands would get their contributions in another order.
    same = (loop.a, loop.da) == (loop.b, loop.db)
    pairs = loop.inner == (1, 1) and loop.n % 2 == 0 and (same or _apart(loop))
    rows = pairs and loop.db == 0 and loop.count >= ROWS and not loop.chained
    together = rows and all(loop.varies) and _apart(loop) and abs(loop.da) >= loop.n
    return Kind("dot", "pairs" if pairs else "steps", loop.varies, rows, together)


def forward(kind: Kind) -> Kind:
    """The kind of the instruction that computes it, whatever has a gradient."""
    return replace(kind, varies=(False, False), together=False)


def backward(kind: Kind) -> Kind:
    """The kind of the instruction that passes its gradient on."""
    return replace(kind, rows=False) if any(kind.varies) else Kind("", "skip")


def operands(kind: Kind, loop: Loop, lists: dict[tuple[tuple[int, int], ...], int]) -> list[int]:
    """What follows the kind in an instruction that goes forward, in bytes."""
    if kind.form == "skip":
        return [8 * loop.count, 0]
    words = [8 * loop.a, 8 * loop.b]
    if kind.form != "one":
        words += [8 * loop.da, 8 * loop.db, 8 * loop.count]
    ia, ib = loop.inner
    if kind.op == "dot":
        at = lists.get(loop.offsets, 0)
        words += [at, at + 8 * loop.n] if at else [8 * ia, 8 * ib, 8 * ia * loop.n]
    elif kind.op == "pick":
        words += [lists.get(loop.offsets, 8 * ia), loop.n]
    return words


def reversed_operands(words: list[int], loop: Loop) -> list[int]:
    """The same, from the last round to the first."""
    if len(words) < 5:
        return words
    a, b, da, db, *rest = words
    return [a + da * (loop.count - 1), b + db * (loop.count - 1), -da, -db, *rest]


# What the words of an instruction are read into. All have the first two; "skip" has its size there.
_ONE = (A, B)
_LOOP = (A, B, DA, DB, STOP)
_DOT = (*_LOOP, IA, IB, PE)  # the steps of the inner loop, and how far it goes
_LIST = (*_LOOP, IA, IB)  # where the offsets of a dot begin and end
_PICK = (*_LOOP, IA, IB)  # the step or the list of offsets, and how many values there are


def words(kind: Kind) -> tuple[int, ...]:
    if kind.op == "dot":
        return _LIST if kind.form == "list" else _DOT
    if kind.op == "pick":
        return _PICK
    return _LOOP if kind.form == "loop" else _ONE


def stride(kind: Kind) -> int:
    """Bytes of an instruction."""
    return 4 + 4 * len(words(kind))
