"""What the machine does for each kind of instruction, down the program and back up.

An instruction is a row of i32: its kind, then its operands. They are byte addresses of values, of
the first round when going forward, of the last when going back; steps are in bytes too.

    "+" "exp" …      a  b                          one node
    "+ loop" …       a  b  da  db  size            a run of them; size: 8 bytes for each result
    "dot …" "pick …" a  b  da  db  size  …         see _DOT, _PICK
    "skip"           size                          results that others computed, or nobody

The result is not named: it goes where the last one's ended. Adjoints lie a fixed distance behind
the values. An adjoint that is 0 is skipped; else it is set to 0, for the next sample, and passed
on, in the order in which engine.graph.Graph.backward passes it on, so that sums round the same.
"""

from dataclasses import dataclass, replace

from engine.compile.expressions import Expr
from engine.compile.rolled import Loop
from engine.compile.rules import contribution, local
from engine.compile.symbols import value
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.operations import lines, push
from engine.ops import OPS

# Parameters of both functions: the instruction, where the program ends, the next result's address.
P, END, OUT = range(3)
# Other locals: addresses and steps; numbers; two numbers.
A, B, DA, DB, STOP, IA, IB, PA, PB, PE, END_A = range(3, 14)  # END_A: where an inner loop ends
R = range(13, 17)  # R[1] … how far rows are from the first
X, Y, V, D = range(17, 21)
S = range(21, 25)  # a sum for each row
ZERO = 25  # stays 0: two bytes in the code, where a constant is nine
DD, BB, W = 26, 27, 28
DS = range(29, 33)  # an adjoint for each row
_LOCALS = [(14, "i32"), (9, "f64"), (7, "v128")]
_ATOMS = {("d", 0): D, ("v", 0): X, ("v", 1): Y, ("v", 2): V}
_D, _X, _Y, _V = _ATOMS
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


def _words(kind: Kind) -> tuple[int, ...]:
    if kind.op == "dot":
        return _LIST if kind.form == "list" else _DOT
    if kind.op == "pick":
        return _PICK
    return _LOOP if kind.form == "loop" else _ONE


def stride(kind: Kind) -> int:
    """Bytes of an instruction."""
    return 4 + 4 * len(_words(kind))


def _decode(kind: Kind) -> str:
    """Read the words after the first two, and go on to the next instruction."""
    reads = [_read(n, to) for n, to in enumerate(_words(kind)) if n > 1]
    return "  ".join([*reads, _step(P, stride(kind))])


def _read(n: int, to: int) -> str:
    return f"local.get {P}  i32.load {4 + 4 * n}  local.set {to}"


def _load(atom: Expr) -> list[str]:
    return [f"local.get {_ATOMS[atom]}"]


def _term(expr: Expr) -> str:
    return "  ".join(push(expr, _load))


def _step(n: int, bytes: int) -> str:
    return f"local.get {n}  i32.const {bytes}  i32.add  local.set {n}"


def _add(n: int, m: int) -> str:
    return f"local.get {n}  local.get {m}  i32.add  local.set {n}"


def _binary(op: str) -> bool:
    return op in ("dot", "pick") or (op != "square" and OPS[op].dy is not None)


def _advance(kind: Kind) -> str:
    """On to the operands of the next round."""
    return f"{_add(A, DA)}  {_add(B, DB)}" if _binary(kind.op) else _add(A, DA)


def run(name: str, kinds: list[Kind], adjoints: int) -> Function:
    """A function (first instruction, end, address of a result) that runs instructions: "forward",
    or "backward", where the address is behind the last result."""
    going_back = name == "backward"
    cases = [_backward(kind, adjoints) if going_back else _forward(kind) for kind in kinds]
    out = ["block", *lines(f"local.get {P}  local.get {END}  i32.eq  br_if 0"), "loop"]
    out += lines(f"{_read(0, A)}  {_read(1, B)}")
    out += ["block", *["block"] * len(cases), f"local.get {P}", "i32.load"]
    out.append("br_table " + " ".join(str(n) for n in (*range(len(cases)), len(cases) - 1)))
    for n, (kind, case) in enumerate(zip(kinds, cases, strict=True)):
        out += ["end", *lines(_decode(kind)), *lines(case), f"br {len(cases) - 1 - n}"]
    out += ["end", *lines(f"local.get {P}  local.get {END}  i32.ne  br_if 0"), "end", "end"]
    return Function(name, "i32 i32 i32", "", _LOCALS, out, exported=False)


# Forward ----------------------------------------------------------------------------------------


def _forward(kind: Kind) -> str:
    if kind.form == "skip":
        return _add(OUT, A)
    if kind.form == "one":
        return f"{_forward_node(kind)}  {_step(OUT, 8)}"
    node = {"dot": _forward_dot, "pick": _forward_pick}.get(kind.op, _forward_node)(kind)
    loop = f"""
        loop
          {node}
          {_advance(kind)}  {_step(OUT, 8)}
          local.get {OUT}  local.get {STOP}  i32.ne  br_if 0
        end
    """
    start = f"local.get {OUT}  local.get {STOP}  i32.add  local.set {STOP}"
    if kind.op == "dot" and kind.form != "list":
        loop = _forward_rows(kind, loop) if kind.rows else loop
    return start + loop


def _forward_node(kind: Kind) -> str:
    op = kind.op
    y = f"local.get {B}  f64.load  local.set {Y}" if _binary(op) else ""
    expr = ("*", _X, _X) if op == "square" else value(op, *((_X, _Y) if _binary(op) else (_X,)))
    return f"""
        local.get {A}  f64.load  local.set {X}  {y}
        local.get {OUT}  {_term(expr)}  f64.store
    """


def _pick(kind: Kind, found: str, missing: str = "") -> str:
    """Code for the value at the place that is the number at B, with its address in PA; or for a
    number that is no place."""
    if kind.form == "steps":
        offset = f"local.get {PE}  local.get {IA}  i32.mul"
    else:
        offset = f"local.get {PE}  i32.const 3  i32.shl  local.get {IA}  i32.add  i32.load"
    return f"""
        local.get {B}  f64.load  local.tee {X}  local.get {ZERO}  f64.ge
        local.get {X}  local.get {IB}  f64.convert_i32_u  f64.lt  i32.and
        local.get {X}  local.get {X}  f64.floor  f64.eq  i32.and
        if
          local.get {X}  i32.trunc_f64_u  local.set {PE}
          local.get {A}  {offset}  i32.add  local.set {PA}
          {found}
          {"else" if missing else ""}
          {missing}
        end
    """


def _forward_pick(kind: Kind) -> str:
    store = f"local.get {OUT}  {{}}  f64.store"
    return _pick(kind, store.format(f"local.get {PA}  f64.load"), store.format("f64.const nan"))


def _sum(a: str, b: str, at: int = 0) -> str:
    """One product more: of the numbers at two addresses, or that many bytes behind them."""
    product = f"{a}  f64.load {at}  {b}  f64.load {at}  f64.mul"
    return f"local.get {S[0]}  {product}  f64.add  local.set {S[0]}"


def _product(at: int) -> str:
    return _sum(f"local.get {PA}", f"local.get {PB}", at)


def _listed() -> tuple[str, str]:
    """The addresses of the pair that the list at PA says."""
    return (
        f"local.get {A}  local.get {PA}  i32.load  i32.add",
        f"local.get {B}  local.get {PA}  i32.load 4  i32.add",
    )


def _forward_dot(kind: Kind) -> str:
    if kind.form == "list":
        return f"""
            local.get {ZERO}  local.set {S[0]}
            local.get {IA}  local.set {PA}
            loop
              {_sum(*_listed())}
              {_step(PA, 8)}  local.get {PA}  local.get {IB}  i32.ne  br_if 0
            end
            local.get {OUT}  local.get {S[0]}  f64.store
        """
    if kind.form == "pairs":
        inner = _product(0) + "  " + _product(8) + f"  {_step(PA, 16)}  {_step(PB, 16)}"
    else:
        inner = _product(0) + f"  {_add(PA, IA)}  {_add(PB, IB)}"
    return f"""
        local.get {ZERO}  local.set {S[0]}
        local.get {A}  local.set {PA}  local.get {B}  local.set {PB}
        local.get {A}  local.get {PE}  i32.add  local.set {END_A}
        loop
          {inner}
          local.get {PA}  local.get {END_A}  i32.ne  br_if 0
        end
        local.get {OUT}  local.get {S[0]}  f64.store
    """


def _forward_rows(kind: Kind, one: str) -> str:
    """Some dots at a time, while there are as many; each adds up in its own order."""
    return f"""
        {_row_offsets()}
        {_forward_block(ROWS)}
        local.get {OUT}  local.get {STOP}  i32.ne
        if
          {one}
        end
    """


def _row_offsets() -> str:
    offsets = [f"local.get {DA}  local.set {R[1]}"]
    for n in range(2, ROWS):
        offsets.append(f"local.get {R[n - 1]}  local.get {DA}  i32.add  local.set {R[n]}")
    return "  ".join(offsets)


def _forward_block(rows: int) -> str:
    def products(at: int) -> str:
        out = [f"local.get {PB}  f64.load {at}  local.set {Y}"]
        for n in range(rows):
            row = f"local.get {PA}" + (f"  local.get {R[n]}  i32.add" if n else "")
            product = f"{row}  f64.load {at}  local.get {Y}  f64.mul"
            out.append(f"local.get {S[n]}  {product}  f64.add  local.set {S[n]}")
        return "\n".join(out)

    inner = f"{products(0)}\n{products(8)}  {_step(PA, 16)}  {_step(PB, 16)}"
    zeros = "  ".join(f"local.tee {S[n]}" for n in range(1, rows))
    stores = "  ".join(f"local.get {OUT}  local.get {S[n]}  f64.store {8 * n}" for n in range(rows))
    left = f"local.get {STOP}  local.get {OUT}  i32.sub  i32.const {8 * rows}"
    return f"""
        block
          {left}  i32.lt_u  br_if 0
          loop
            local.get {ZERO}  {zeros}  local.set {S[0]}
            local.get {A}  local.tee {PA}  local.get {PE}  i32.add  local.set {END_A}
            local.get {B}  local.set {PB}
            loop
              {inner}
              local.get {PA}  local.get {END_A}  i32.ne  br_if 0
            end
            {stores}
            local.get {A}  local.get {DA}  i32.const {rows}  i32.mul  i32.add  local.set {A}
            {_step(OUT, 8 * rows)}
            {left}  i32.ge_u  br_if 0
          end
        end
    """


# Backward ---------------------------------------------------------------------------------------


def _backward(kind: Kind, adjoints: int) -> str:
    if kind.form == "skip":
        return f"local.get {OUT}  local.get {A}  i32.sub  local.set {OUT}"
    passed = {"dot": _backward_dot, "pick": _backward_pick}.get(kind.op, _backward_node)
    node = f"""
        {_step(OUT, -8)}
        local.get {OUT}  f64.load {adjoints}  local.tee {D}  local.get {ZERO}  f64.ne
        if
          local.get {OUT}  local.get {ZERO}  f64.store {adjoints}
          {passed(kind, adjoints)}
        end
    """
    if kind.form == "one":
        return node
    one = f"{node}  {_advance(kind)}"
    return f"""
        local.get {OUT}  local.get {STOP}  i32.sub  local.set {STOP}
        loop
          {_backward_rows(one, adjoints) if kind.together else one}
          local.get {OUT}  local.get {STOP}  i32.ne  br_if 0
        end
    """


def _backward_rows(one: str, adjoints: int) -> str:
    """Four dots with the same second operand, if there are four and no adjoint of them is 0; else
    one. What goes to the second operand is added from the last dot to the first, as one by one."""
    read = [
        f"local.get {OUT}  i32.const {8 * n + 8}  i32.sub  f64.load {adjoints}  local.tee {S[n]}"
        f"  f64x2.splat  local.set {DS[n]}  local.get {S[n]}  local.get {ZERO}  f64.eq  br_if 0"
        for n in range(ROWS)
    ]
    rows = []
    for n in range(ROWS):
        row = f"local.get {PA}" + (f"  local.get {R[n]}  i32.add" if n else "")
        rows.append(f"{row}  {row}  v128.load {adjoints}  local.get {DS[n]}  local.get {BB}")
        rows.append(f"f64x2.mul  f64x2.add  v128.store {adjoints}")
        rows.append(f"local.get {W}  local.get {DS[n]}  {row}  v128.load")
        rows.append(f"f64x2.mul  f64x2.add  local.set {W}")
    return f"""
        block
        block
          local.get {OUT}  local.get {STOP}  i32.sub  i32.const {8 * ROWS}  i32.lt_u  br_if 0
          {"  ".join(read)}
          {_step(OUT, -8 * ROWS)}
          local.get {OUT}  local.get {ZERO}  f64x2.splat  v128.store {adjoints}
          local.get {OUT}  local.get {ZERO}  f64x2.splat  v128.store {adjoints + 16}
          {_row_offsets()}
          local.get {A}  local.tee {PA}  local.get {PE}  i32.add  local.set {END_A}
          local.get {B}  local.set {PB}
          loop
            local.get {PB}  v128.load {adjoints}  local.set {W}
            local.get {PB}  v128.load  local.set {BB}
            {"  ".join(rows)}
            local.get {PB}  local.get {W}  v128.store {adjoints}
            {_step(PA, 16)}  {_step(PB, 16)}
            local.get {PA}  local.get {END_A}  i32.ne  br_if 0
          end
          local.get {A}  local.get {DA}  i32.const {ROWS}  i32.mul  i32.add  local.set {A}
          br 1
        end
        {one}
        end
    """


def _contribute(to: str, term: str, adjoints: int) -> str:
    return f"{to}  {to}  f64.load {adjoints}  {term}  f64.add  f64.store {adjoints}"


def _backward_node(kind: Kind, adjoints: int) -> str:
    op, code = kind.op, []
    code.append(f"local.get {A}  f64.load  local.set {X}")
    if _binary(op):
        code.append(f"local.get {B}  f64.load  local.set {Y}")
    code.append(f"local.get {OUT}  f64.load  local.set {V}")
    for n, (operand, varies) in enumerate(zip((A, B), kind.varies, strict=True)):
        if not varies:
            continue
        derivative = ("+", _X, _X) if op == "square" else local(op, n, _X, _Y, _V)
        if derivative is not None:
            term = _term(contribution(op, _D, derivative))
            code.append(_contribute(f"local.get {operand}", term, adjoints))
    return "\n".join(code)


def _backward_pick(kind: Kind, adjoints: int) -> str:
    return _pick(kind, _contribute(f"local.get {PA}", f"local.get {D}", adjoints))


def _backward_dot(kind: Kind, adjoints: int) -> str:
    if kind.form == "pairs":
        body = [
            f"local.get {to}  local.get {to}  v128.load {adjoints}  local.get {DD}"
            f"  local.get {of}  v128.load  f64x2.mul  f64x2.add  v128.store {adjoints}"
            for to, of, varies in zip((PA, PB), (PB, PA), kind.varies, strict=True)
            if varies
        ]
        more = [_step(PA, 16), _step(PB, 16)]
        start = [f"local.get {D}  f64x2.splat  local.set {DD}"]
    else:
        a, b = _listed() if kind.form == "list" else (f"local.get {PA}", f"local.get {PB}")
        body = [
            _contribute(to, f"local.get {D}  {of}  f64.load  f64.mul", adjoints)
            for to, of, varies in zip((a, b), (b, a), kind.varies, strict=True)
            if varies
        ]
        more = [_step(PA, 8)] if kind.form == "list" else [_add(PA, IA), _add(PB, IB)]
        start = []
    if kind.form == "list":
        start += [f"local.get {IA}  local.set {PA}"]
        ends = IB
    else:
        start += [
            f"local.get {A}  local.tee {PA}  local.get {PE}  i32.add  local.set {END_A}",
            f"local.get {B}  local.set {PB}",
        ]
        ends = END_A
    return "\n".join([
        *start, "loop", *body, *more, f"local.get {PA}  local.get {ends}  i32.ne  br_if 0", "end",
    ])  # fmt: skip
