"""How the machine comes to the operands of an instruction."""

from engine.compile.wasm.machine.kinds import ROWS, Kind, stride, words
from engine.compile.wasm.machine.registers import (
    DA,
    DB,
    IA,
    IB,
    PA,
    PE,
    ZERO,
    A,
    B,
    P,
    R,
    X,
    add,
    binary,
    step,
)


def decode(kind: Kind) -> str:
    """Read the words after the first two, and go on to the next instruction."""
    reads = [read(n, to) for n, to in enumerate(words(kind)) if n > 1]
    return "  ".join([*reads, step(P, stride(kind))])


def read(n: int, to: int) -> str:
    return f"local.get {P}  i32.load {4 + 4 * n}  local.set {to}"


def advance(kind: Kind) -> str:
    """On to the operands of the next round."""
    return f"{add(A, DA)}  {add(B, DB)}" if binary(kind.op) else add(A, DA)


def pick(kind: Kind, found: str, missing: str = "") -> str:
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


def listed() -> tuple[str, str]:
    """The addresses of the pair that the list at PA says."""
    return (
        f"local.get {A}  local.get {PA}  i32.load  i32.add",
        f"local.get {B}  local.get {PA}  i32.load 4  i32.add",
    )


def row_offsets() -> str:
    offsets = [f"local.get {DA}  local.set {R[1]}"]
    for n in range(2, ROWS):
        offsets.append(f"local.get {R[n - 1]}  local.get {DA}  i32.add  local.set {R[n]}")
    return "  ".join(offsets)
