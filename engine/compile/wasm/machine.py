"""A machine in WebAssembly that runs any tape: for graphs too large to become code of their own.

An instruction is three i32: the operation's number and the byte offsets of its operands' slots.
The result goes to the next slot. The machine's code is the same for every tape of the same
operations, about a kilobyte.
"""

from array import array

from engine.compile.program import Expr
from engine.compile.rules import CONTRIBUTIONS
from engine.compile.tape import Tape
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.module import Layout, assemble
from engine.compile.wasm.operations import Operations, lines
from engine.graph import OPS

_STRIDE = 12  # bytes of an instruction
_D: Expr = ("d", 0)
_X: Expr = ("v", 0)
_Y: Expr = ("v", 1)
_V: Expr = ("v", 2)


def tape_machine(tape: Tape) -> "tuple[bytes, Layout, list[tuple[int, array[float]]]]":
    """The module, where it keeps its numbers, and what to write into its memory first."""
    size = 8 * len(tape)  # the values; the adjoints follow
    second = 2 * size + 8 * tape.parameters
    code = second + 8 * tape.parameters
    ops = sorted(set(tape.op[tape.once :]))
    instructions = array("i")
    for i in range(tape.once, len(tape)):
        instructions.extend((ops.index(tape.op[i]), 8 * tape.a[i], 8 * max(tape.b[i], 0)))
    if len(instructions) % 2:
        instructions.append(0)
    layout = Layout(
        parameters=tape.parameters,
        inputs=tape.inputs,
        targets=tape.targets,
        sums=size,
        summed=len(tape),
        first=2 * size,
        second=second,
        data=code + 4 * len(instructions),
    )
    operations = Operations(ops, kernel=5)
    first = len(operations.imports)
    kernel = _kernel(tape, code, first + 3)
    if ops:  # else the loss is a leaf or a number, and nothing calls the machine
        kernel += [_forward(ops, operations), _backward(ops, operations, size)]
    numbers = [(8 * slot, array("d", [number])) for slot, number in tape.numbers.items()]
    initial = [*numbers, (code, array("d", instructions.tobytes()))]
    return assemble(layout, operations.imports, [*kernel, *operations.helpers]), layout, initial


def _kernel(tape: Tape, code: int, forward: int) -> list[Function]:
    """`before`, `sample` and `after`: the machine on a part of the tape, up or down."""

    def run(function: int, start: int, stop: int) -> str:
        """Arguments: the first instruction to run, the end, and the slot of the first."""
        if start == stop:
            return ""
        address = code + _STRIDE * (start - tape.once)
        end = code + _STRIDE * (stop - tape.once)
        down = function != forward
        first, slot = (end - _STRIDE, stop - 1) if down else (address, start)
        bound = address if down else end
        return f"i32.const {first}  i32.const {bound}  i32.const {8 * slot}  call {function}"

    def copy(base: int, count: int, slot: int) -> str:
        return "\n".join(
            f"i32.const 0  local.get {base}  f64.load {8 * k}  f64.store {8 * (slot + k)}"
            for k in range(count)
        )

    seed = 8 * (len(tape) + tape.root)
    sample = f"""
        {copy(0, tape.inputs, tape.parameters)}
        {copy(1, tape.targets, tape.parameters + tape.inputs)}
        {run(forward, tape.sample, len(tape))}
        i32.const 0  i32.const 0  f64.load {seed}  f64.const 1.0  f64.add  f64.store {seed}
        {run(forward + 1, tape.sample, len(tape))}
        i32.const 0  f64.load {8 * tape.root}
    """
    before = run(forward, tape.once, tape.sample)
    after = run(forward + 1, tape.once, tape.sample)
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


def _forward(ops: list[str], operations: Operations) -> Function:
    cases = []
    for op in ops:
        if op == "relu":
            zero = "f64.const 0.0"
            value = [zero, f"local.get {_XL}", f"local.get {_XL}", zero, "f64.le", "select"]
        else:
            operands = (_X,) if op in OPS and OPS[op].dy is None else (_X, _Y)
            value = operations.push((op, *operands), _load)
        cases.append([f"local.get {_SLOT}", *value, "f64.store"])
    code = [
        "loop",
        *lines(_FETCH),
        *_dispatch(cases),
        *lines(f"local.get {_SLOT}  i32.const 8  i32.add  local.set {_SLOT}"),
        *lines(f"local.get {_P}  i32.const {_STRIDE}  i32.add  local.tee {_P}"),
        *lines(f"local.get {_END}  i32.lt_u  br_if 0  end"),
    ]
    return Function("forward", "i32 i32 i32", "", [(2, "i32"), (2, "f64")], code, exported=False)


def _backward(ops: list[str], operations: Operations, adjoints: int) -> Function:
    """Reads each adjoint; if it is not 0, sets it to 0 for the next sample and passes it on."""
    cases = []
    for op in ops:
        rules = CONTRIBUTIONS.get(op) or (lambda d, x, y, v: ("where", v, d), None)
        case: list[str] = []
        for operand, rule in zip((_A, _B), rules, strict=True):
            if rule:
                term = operations.push(rule(_D, _X, _Y, _V), _load)
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
