"""How each kind of instruction passes a gradient on.

Adjoints lie a fixed distance behind the values. One that is 0 is skipped; else it is set to 0, for
the next sample, and passed on, in the order in which engine.graph.Graph.backward passes it on, so
that sums round the same.
"""

from engine.compile.expressions import Expr
from engine.compile.rules import contribution, local
from engine.compile.wasm.machine.kinds import ROWS, Kind
from engine.compile.wasm.machine.operands import advance, listed, pick, row_offsets
from engine.compile.wasm.machine.registers import (
    BB,
    D_ATOM,
    DA,
    DD,
    DS,
    END_A,
    IA,
    IB,
    OUT,
    PA,
    PB,
    PE,
    STOP,
    V_ATOM,
    X_ATOM,
    Y_ATOM,
    ZERO,
    A,
    B,
    D,
    R,
    S,
    V,
    W,
    X,
    Y,
    add,
    binary,
    step,
    term,
)

TWICE: Expr = ("+", X_ATOM, X_ATOM)  # the derivative of a square


def backward(kind: Kind, adjoints: int) -> str:
    if kind.form == "skip":
        return f"local.get {OUT}  local.get {A}  i32.sub  local.set {OUT}"
    passed = {"dot": _backward_dot, "pick": _backward_pick}.get(kind.op, _backward_node)
    node = f"""
        {step(OUT, -8)}
        local.get {OUT}  f64.load {adjoints}  local.tee {D}  local.get {ZERO}  f64.ne
        if
          local.get {OUT}  local.get {ZERO}  f64.store {adjoints}
          {passed(kind, adjoints)}
        end
    """
    if kind.form == "one":
        return node
    one = f"{node}  {advance(kind)}"
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
          {step(OUT, -8 * ROWS)}
          local.get {OUT}  local.get {ZERO}  f64x2.splat  v128.store {adjoints}
          local.get {OUT}  local.get {ZERO}  f64x2.splat  v128.store {adjoints + 16}
          {row_offsets()}
          local.get {A}  local.tee {PA}  local.get {PE}  i32.add  local.set {END_A}
          local.get {B}  local.set {PB}
          loop
            local.get {PB}  v128.load {adjoints}  local.set {W}
            local.get {PB}  v128.load  local.set {BB}
            {"  ".join(rows)}
            local.get {PB}  local.get {W}  v128.store {adjoints}
            {step(PA, 16)}  {step(PB, 16)}
            local.get {PA}  local.get {END_A}  i32.ne  br_if 0
          end
          local.get {A}  local.get {DA}  i32.const {ROWS}  i32.mul  i32.add  local.set {A}
          br 1
        end
        {one}
        end
    """


def _contribute(to: str, more: str, adjoints: int) -> str:
    return f"{to}  {to}  f64.load {adjoints}  {more}  f64.add  f64.store {adjoints}"


def _backward_node(kind: Kind, adjoints: int) -> str:
    op, code = kind.op, []
    code.append(f"local.get {A}  f64.load  local.set {X}")
    if binary(op):
        code.append(f"local.get {B}  f64.load  local.set {Y}")
    code.append(f"local.get {OUT}  f64.load  local.set {V}")
    for n, (operand, varies) in enumerate(zip((A, B), kind.varies, strict=True)):
        if not varies:
            continue
        derivative = local(op, n, X_ATOM, Y_ATOM, V_ATOM) if op != "square" else TWICE
        if derivative is not None:
            more = term(contribution(op, D_ATOM, derivative))
            code.append(_contribute(f"local.get {operand}", more, adjoints))
    return "\n".join(code)


def _backward_pick(kind: Kind, adjoints: int) -> str:
    return pick(kind, _contribute(f"local.get {PA}", f"local.get {D}", adjoints))


def _backward_dot(kind: Kind, adjoints: int) -> str:
    if kind.form == "pairs":
        body = [
            f"local.get {to}  local.get {to}  v128.load {adjoints}  local.get {DD}"
            f"  local.get {of}  v128.load  f64x2.mul  f64x2.add  v128.store {adjoints}"
            for to, of, varies in zip((PA, PB), (PB, PA), kind.varies, strict=True)
            if varies
        ]
        more = [step(PA, 16), step(PB, 16)]
        start = [f"local.get {D}  f64x2.splat  local.set {DD}"]
    else:
        a, b = listed() if kind.form == "list" else (f"local.get {PA}", f"local.get {PB}")
        body = [
            _contribute(to, f"local.get {D}  {of}  f64.load  f64.mul", adjoints)
            for to, of, varies in zip((a, b), (b, a), kind.varies, strict=True)
            if varies
        ]
        more = [step(PA, 8)] if kind.form == "list" else [add(PA, IA), add(PB, IB)]
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
