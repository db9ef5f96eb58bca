"""What each kind of instruction computes."""

from engine.compile.symbols import value
from engine.compile.wasm.machine.kinds import ROWS, Kind
from engine.compile.wasm.machine.operands import advance, listed, pick, row_offsets
from engine.compile.wasm.machine.registers import (
    DA,
    END_A,
    IA,
    IB,
    OUT,
    PA,
    PB,
    PE,
    STOP,
    X_ATOM,
    Y_ATOM,
    ZERO,
    A,
    B,
    R,
    S,
    X,
    Y,
    add,
    binary,
    step,
    term,
)


def forward(kind: Kind) -> str:
    if kind.form == "skip":
        return add(OUT, A)
    if kind.form == "one":
        return f"{_forward_node(kind)}  {step(OUT, 8)}"
    node = {"dot": _forward_dot, "pick": _forward_pick}.get(kind.op, _forward_node)(kind)
    loop = f"""
        loop
          {node}
          {advance(kind)}  {step(OUT, 8)}
          local.get {OUT}  local.get {STOP}  i32.ne  br_if 0
        end
    """
    start = f"local.get {OUT}  local.get {STOP}  i32.add  local.set {STOP}"
    if kind.op == "dot" and kind.form != "list":
        loop = _forward_rows(kind, loop) if kind.rows else loop
    return start + loop


def _forward_node(kind: Kind) -> str:
    op = kind.op
    y = f"local.get {B}  f64.load  local.set {Y}" if binary(op) else ""
    given = (X_ATOM, Y_ATOM) if binary(op) else (X_ATOM,)
    expr = ("*", X_ATOM, X_ATOM) if op == "square" else value(op, *given)
    return f"""
        local.get {A}  f64.load  local.set {X}  {y}
        local.get {OUT}  {term(expr)}  f64.store
    """


def _forward_pick(kind: Kind) -> str:
    store = f"local.get {OUT}  {{}}  f64.store"
    return pick(kind, store.format(f"local.get {PA}  f64.load"), store.format("f64.const nan"))


def _sum(a: str, b: str, at: int = 0) -> str:
    """One product more: of the numbers at two addresses, or that many bytes behind them."""
    product = f"{a}  f64.load {at}  {b}  f64.load {at}  f64.mul"
    return f"local.get {S[0]}  {product}  f64.add  local.set {S[0]}"


def _product(at: int) -> str:
    return _sum(f"local.get {PA}", f"local.get {PB}", at)


def _forward_dot(kind: Kind) -> str:
    if kind.form == "list":
        return f"""
            local.get {ZERO}  local.set {S[0]}
            local.get {IA}  local.set {PA}
            loop
              {_sum(*listed())}
              {step(PA, 8)}  local.get {PA}  local.get {IB}  i32.ne  br_if 0
            end
            local.get {OUT}  local.get {S[0]}  f64.store
        """
    if kind.form == "pairs":
        inner = _product(0) + "  " + _product(8) + f"  {step(PA, 16)}  {step(PB, 16)}"
    else:
        inner = _product(0) + f"  {add(PA, IA)}  {add(PB, IB)}"
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
        {row_offsets()}
        {_forward_block(ROWS)}
        local.get {OUT}  local.get {STOP}  i32.ne
        if
          {one}
        end
    """


def _forward_block(rows: int) -> str:
    def products(at: int) -> str:
        out = [f"local.get {PB}  f64.load {at}  local.set {Y}"]
        for n in range(rows):
            row = f"local.get {PA}" + (f"  local.get {R[n]}  i32.add" if n else "")
            product = f"{row}  f64.load {at}  local.get {Y}  f64.mul"
            out.append(f"local.get {S[n]}  {product}  f64.add  local.set {S[n]}")
        return "\n".join(out)

    inner = f"{products(0)}\n{products(8)}  {step(PA, 16)}  {step(PB, 16)}"
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
            {step(OUT, 8 * rows)}
            {left}  i32.ge_u  br_if 0
          end
        end
    """
