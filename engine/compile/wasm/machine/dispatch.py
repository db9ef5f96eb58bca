"""The machine's two functions: each reads instructions, and does what their kinds say."""

from engine.compile.wasm.encoder import Function
from engine.compile.wasm.machine.going_back import backward
from engine.compile.wasm.machine.going_forward import forward
from engine.compile.wasm.machine.kinds import Kind
from engine.compile.wasm.machine.operands import decode, read
from engine.compile.wasm.machine.registers import END, LOCALS, A, B, P
from engine.compile.wasm.operations import lines


def run(name: str, kinds: list[Kind], adjoints: int) -> Function:
    """A function (first instruction, end, address of a result) that runs instructions: "forward",
    or "backward", where the address is behind the last result."""
    going_back = name == "backward"
    cases = [backward(kind, adjoints) if going_back else forward(kind) for kind in kinds]
    out = ["block", *lines(f"local.get {P}  local.get {END}  i32.eq  br_if 0"), "loop"]
    out += lines(f"{read(0, A)}  {read(1, B)}")
    out += ["block", *["block"] * len(cases), f"local.get {P}", "i32.load"]
    out.append("br_table " + " ".join(str(n) for n in (*range(len(cases)), len(cases) - 1)))
    for n, (kind, case) in enumerate(zip(kinds, cases, strict=True)):
        out += ["end", *lines(decode(kind)), *lines(case), f"br {len(cases) - 1 - n}"]
    out += ["end", *lines(f"local.get {P}  local.get {END}  i32.ne  br_if 0"), "end", "end"]
    return Function(name, "i32 i32 i32", "", LOCALS, out, exported=False)
