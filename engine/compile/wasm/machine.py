"""A machine in WebAssembly that runs any graph: for those too large to become code of their own.

An instruction is three i32: the operation's number and the byte offsets of its operands' slots.
The result goes to the next slot. The machine's code is the same for every graph of the same
operations, about a kilobyte.
"""

from array import array

from engine.compile.expressions import Expr
from engine.compile.lowered import PICK, Lowered
from engine.compile.rules import contribution, local
from engine.compile.symbols import value
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.loops import MemoryMap, assemble
from engine.compile.wasm.operations import lines, push
from engine.ops import OPS

_STRIDE = 12  # bytes of an instruction
_D: Expr = ("d", 0)
_X: Expr = ("v", 0)
_Y: Expr = ("v", 1)
_V: Expr = ("v", 2)


def machine_code(lowered: Lowered) -> "tuple[bytes, MemoryMap, list[tuple[int, array[float]]]]":
    """The module, where it keeps its numbers, and what to write into its memory first."""
    size = 8 * len(lowered)  # the values; the adjoints follow
    second = 2 * size + 8 * lowered.parameters
    code = second + 8 * lowered.parameters
    ops = sorted(set(lowered.op[lowered.once :]))
    instructions = array("i")
    for i in range(lowered.once, len(lowered)):
        instructions.extend((ops.index(lowered.op[i]), 8 * lowered.a[i], 8 * max(lowered.b[i], 0)))
    if len(instructions) % 2:
        instructions.append(0)
    at = MemoryMap(
        parameters=lowered.parameters,
        inputs=lowered.inputs,
        targets=lowered.targets,
        sums=size,
        summed=len(lowered),
        first=2 * size,
        second=second,
        data=code + 4 * len(instructions),
    )
    functions = _step_functions(lowered, code)
    if ops:  # else the loss is a leaf or a number, and nothing calls the machine
        functions += [_forward(ops), _backward(ops, size)]
    numbers = [(8 * slot, array("d", [number])) for slot, number in lowered.numbers.items()]
    initial = [*numbers, (code, array("d", instructions.tobytes()))]
    return assemble(at, functions), at, initial


def _step_functions(lowered: Lowered, code: int) -> list[Function]:
    """`before`, `sample` and `after`: the machine on some of the slots, up or down."""

    def run(function: str, start: int, stop: int) -> str:
        """Arguments: the first instruction to run, the end, and the slot of the first."""
        if start == stop:
            return ""
        address = code + _STRIDE * (start - lowered.once)
        end = code + _STRIDE * (stop - lowered.once)
        down = function == "backward"
        first, slot = (end - _STRIDE, stop - 1) if down else (address, start)
        bound = address if down else end
        return f"i32.const {first}  i32.const {bound}  i32.const {8 * slot}  call {function}"

    def copy(base: int, count: int, slot: int) -> str:
        return "\n".join(
            f"i32.const 0  local.get {base}  f64.load {8 * k}  f64.store {8 * (slot + k)}"
            for k in range(count)
        )

    seed = 8 * (len(lowered) + lowered.root)
    sample = f"""
        {copy(0, lowered.inputs, lowered.parameters)}
        {copy(1, lowered.targets, lowered.parameters + lowered.inputs)}
        {run("forward", lowered.sample, len(lowered))}
        i32.const 0  i32.const 0  f64.load {seed}  f64.const 1.0  f64.add  f64.store {seed}
        {run("backward", lowered.sample, len(lowered))}
        i32.const 0  f64.load {8 * lowered.root}
    """
    before = run("forward", lowered.once, lowered.sample)
    after = run("backward", lowered.once, lowered.sample)
    return [
        Function("before", "", "", [], lines(before), exported=False),
        Function("sample", "i32 i32", "f64", [], lines(sample), exported=False),
        Function("after", "", "", [], lines(after), exported=False),
    ]


# Locals of both: the instruction, the bound, the result's slot; then the operands' slots; then
# the numbers x, y and, going down, v and d.
_P, _END, _SLOT, _A, _B, _XL, _YL, _VL, _DL = range(9)
_LOCAL = {_X: _XL, _Y: _YL, _V: _VL, _D: _DL}
_FETCH = f"""
    local.get {_P}  i32.load 4  local.tee {_A}  f64.load  local.set {_XL}
    local.get {_P}  i32.load 8  local.tee {_B}  f64.load  local.set {_YL}
"""


def _load(atom: Expr) -> list[str]:
    return [f"local.get {_LOCAL[atom]}"]


def _dispatch(cases: list[list[str]]) -> list[str]:
    """The case that the instruction's number names: nested blocks, one ending before each case."""
    out = ["block", *["block"] * len(cases), f"local.get {_P}", "i32.load 0"]
    out.append("br_table " + " ".join(str(n) for n in (*range(len(cases)), len(cases) - 1)))
    for n, case in enumerate(cases):
        out += ["end", *case, f"br {len(cases) - 1 - n}"]
    return [*out, "end"]


def _forward(ops: list[str]) -> Function:
    cases = []
    for op in ops:
        operands = (_X, _Y) if op in PICK or OPS[op].dy else (_X,)
        cases.append([f"local.get {_SLOT}", *push(value(op, *operands), _load), "f64.store"])
    code = [
        "loop",
        *lines(_FETCH),
        *_dispatch(cases),
        *lines(f"local.get {_SLOT}  i32.const 8  i32.add  local.set {_SLOT}"),
        *lines(f"local.get {_P}  i32.const {_STRIDE}  i32.add  local.tee {_P}"),
        *lines(f"local.get {_END}  i32.lt_u  br_if 0  end"),
    ]
    return Function("forward", "i32 i32 i32", "", [(2, "i32"), (2, "f64")], code, exported=False)


def _backward(ops: list[str], adjoints: int) -> Function:
    """Reads each adjoint; if it is not 0, sets it to 0 for the next sample and passes it on."""
    cases = []
    for op in ops:
        case: list[str] = []
        for n, operand in enumerate((_A, _B)):
            derivative = local(op, n, _X, _Y, _V)
            if derivative is not None:
                term = push(contribution(op, _D, derivative), _load)
                case += [f"local.get {operand}", f"local.get {operand}", f"f64.load {adjoints}"]
                case += [*term, "f64.add", f"f64.store {adjoints}"]
        cases.append(case)
    code = [
        "loop",
        *lines(f"local.get {_SLOT}  f64.load {adjoints}  local.tee {_DL}"),
        *lines("f64.const 0.0  f64.ne  if"),
        *lines(f"local.get {_SLOT}  f64.const 0.0  f64.store {adjoints}"),
        *lines(f"local.get {_SLOT}  f64.load  local.set {_VL}"),
        *lines(_FETCH),
        *_dispatch(cases),
        "end",
        *lines(f"local.get {_SLOT}  i32.const 8  i32.sub  local.set {_SLOT}"),
        *lines(f"local.get {_P}  i32.const {_STRIDE}  i32.sub  local.tee {_P}"),
        *lines(f"local.get {_END}  i32.ge_u  br_if 0  end"),
    ]
    return Function("backward", "i32 i32 i32", "", [(2, "i32"), (4, "f64")], code, exported=False)
