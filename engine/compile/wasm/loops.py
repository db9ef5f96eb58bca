"""Where a compiled module keeps its numbers, and the loops that every module shares.

Memory, in bytes:

    0           value of each parameter, then what else a backend keeps there
    sums        ∂loss/∂parameter summed over the batch, then other adjoints that are summed
    first, second    Adam's m and v
    arguments   of a call, for a host that passes them in memory
    data        from here on: inputs, targets, rates, losses; the host says where

A backend adds three functions: `before` and `after`, called once a step, and `sample`, called with
the addresses of a sample's inputs and targets, which returns its loss. It may add `pair`: the same
for two samples, whose losses are the halves of a v128.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.compile.wasm.encoder import PAGE, Function, module
from engine.compile.wasm.library import library
from engine.compile.wasm.operations import lines

ARGUMENTS = 16 * 8  # bytes before `data` that a backend leaves for arguments


@dataclass(frozen=True)
class MemoryMap:
    """Where things are; see above."""

    parameters: int
    inputs: int
    targets: int
    sums: int  # address of the summed adjoints
    summed: int  # how many there are
    first: int
    second: int
    data: int

    @property
    def arguments(self) -> int:
        return self.data - ARGUMENTS


def even(count: int) -> int:
    """Places for that many parameters: Adam moves two at a time, and the last may be padding."""
    return count + count % 2


def assemble(
    at: MemoryMap, step: Sequence[Function], pairs: bool = False, from_memory: bool = True
) -> bytes:
    """The module: the functions of a step (before, sample, after, what they call) and the loops.
    `from_memory` adds what takes its arguments from there, for who is called often."""
    functions = [*step, _evaluate(at, pairs), _sgd(at), _adam(at), _each(at)]
    if from_memory:
        functions += [_from_memory(f, at) for f in functions if f.exported and f.parameters]
        functions.append(Function("arguments", "", "i32", [], [f"i32.const {at.arguments}"]))
    return module(functions, -(-at.data // PAGE), library)


def _from_memory(function: Function, at: MemoryMap) -> Function:
    """The same without arguments: they are at `arguments`, a float64 each. To wasmtime's Python an
    argument is dearer than the call."""
    code = []
    for n, kind in enumerate(function.parameters.split()):
        code += ["i32.const 0", f"f64.load {at.arguments + 8 * n}"]
        code += ["i32.trunc_f64_u"] if kind == "i32" else []
    name, code = f"{function.name} from memory", [*code, f"call {function.name}"]
    return Function(name, "", function.results, [], code)


_BATCH = "i32 i32 i32"  # samples, address of inputs, of targets: locals 0, 1, 2 of each loop


def _each(at: MemoryMap) -> Function:
    """The loss of every sample, to the address in local 3."""
    code = f"""
        call before
        loop
          local.get 3  local.get 1  local.get 2  call sample  f64.store
          local.get 1  i32.const {8 * at.inputs}  i32.add  local.set 1
          local.get 2  i32.const {8 * at.targets}  i32.add  local.set 2
          local.get 3  i32.const 8  i32.add  local.set 3
          local.get 0  i32.const 1  i32.sub  local.tee 0
          br_if 0
        end
    """
    return Function("each", _BATCH + " i32", "", [], lines(code))


def _evaluate(at: MemoryMap, pairs: bool) -> Function:
    """The mean loss, or nan if it or a gradient is not finite; the mean gradient goes to `sums`. An
    odd sample comes last."""
    count, x, y, left, k, total, scale, both, check = range(9)
    mean = f"""
        local.get {k}
        local.get {k}  v128.load {at.sums}  local.get {scale}  f64x2.splat  f64x2.mul
        local.tee {both}  v128.store {at.sums}
        local.get {check}  local.get {both}  f64.const 0.0  f64x2.splat  f64x2.mul  f64x2.add
        local.set {check}
    """
    in_pairs = f"""
        local.get {count}  i32.const 1  i32.shr_u  local.tee {left}
        if
          loop
            local.get {total}
            local.get {x}  local.get {y}
            local.get {x}  i32.const {8 * at.inputs}  i32.add
            local.get {y}  i32.const {8 * at.targets}  i32.add
            call pair  local.tee {both}  f64x2.extract_lane 0  f64.add
            local.get {both}  f64x2.extract_lane 1  f64.add  local.set {total}
            local.get {x}  i32.const {16 * at.inputs}  i32.add  local.set {x}
            local.get {y}  i32.const {16 * at.targets}  i32.add  local.set {y}
            local.get {left}  i32.const 1  i32.sub  local.tee {left}
            br_if 0
          end
        end
        local.get {count}  i32.const 1  i32.and
        if
          local.get {total}  local.get {x}  local.get {y}  call sample  f64.add  local.set {total}
        end
    """
    one_by_one = f"""
        local.get {count}  local.set {left}
        loop
          local.get {total}
          local.get {x}  local.get {y}  call sample
          f64.add  local.set {total}
          local.get {x}  i32.const {8 * at.inputs}  i32.add  local.set {x}
          local.get {y}  i32.const {8 * at.targets}  i32.add  local.set {y}
          local.get {left}  i32.const 1  i32.sub  local.tee {left}
          br_if 0
        end
    """
    code = f"""
        i32.const {at.sums}  i32.const 0  i32.const {8 * at.summed}  memory.fill
        call before
        {in_pairs if pairs else one_by_one}
        call after
        f64.const 1.0  local.get {count}  f64.convert_i32_u  f64.div  local.set {scale}
        {_each_parameter(at, k, mean, 16)}
        local.get {total}  local.get {scale}  f64.mul
        local.get {check}  f64x2.extract_lane 0  local.get {check}  f64x2.extract_lane 1  f64.add
        f64.add
    """
    local = [(2, "i32"), (2, "f64"), (2, "v128")]
    return Function("evaluate", _BATCH, "f64", local, lines(code))


def _each_parameter(at: MemoryMap, k: int, body: str, step: int = 8) -> str:
    """A loop with local k = 0, 8, 16 …, the offset of each parameter; or of each second, with the
    padding behind the last if they are odd."""
    if not at.parameters:
        return ""
    return f"""
        i32.const 0  local.set {k}
        loop
          {body}
          local.get {k}  i32.const {step}  i32.add  local.tee {k}
          i32.const {8 * at.parameters}  i32.lt_u
          br_if 0
        end
    """


def _each_step(at: MemoryMap, loss: int, step: str) -> str:
    """A loop over local 3 steps. Local 4 walks along the rates, 5 along the losses; with local 6
    the samples of a step follow those of the last, else every step has the same. It ends before a
    step whose numbers are not finite, and leaves the number of steps that it has not taken."""
    moves = "\n".join(
        f"local.get {x}  i32.const {8 * each}  local.get 0  i32.mul  local.get 6  i32.mul  i32.add"
        f"  local.set {x}"
        for x, each in ((1, at.inputs), (2, at.targets))
    )
    return f"""
        block
          loop
            local.get 5
            local.get 0  local.get 1  local.get 2  call evaluate
            local.tee {loss}  f64.store
            local.get {loss}  local.get {loss}  f64.sub  f64.const 0.0  f64.ne  br_if 1
            {step}
            {moves}
            local.get 4  i32.const 8  i32.add  local.set 4
            local.get 5  i32.const 8  i32.add  local.set 5
            local.get 3  i32.const 1  i32.sub  local.tee 3
            br_if 0
          end
        end
        local.get 3
    """


# How many, address of the rates, of the losses, 1 to go through the samples: locals 3, 4, 5, 6.
_STEPS = _BATCH + " i32 i32 i32 i32"


def _sgd(at: MemoryMap) -> Function:
    k, loss = 7, 8
    update = f"""
        local.get {k}
        local.get {k}  f64.load
        local.get 4  f64.load  local.get {k}  f64.load {at.sums}  f64.mul
        f64.sub  f64.store
    """
    code = _each_step(at, loss, _each_parameter(at, k, update))
    return Function("sgd", _STEPS, "i32", [(1, "i32"), (1, "f64")], lines(code))


def _adam(at: MemoryMap) -> Function:
    """As Adam.update of engine.optim, two parameters at a time: each with the same operations in
    the same order, so that the bits are the same. p1 and p2 are β₁ᵗ and β₂ᵗ."""
    b1, b2, epsilon, p1, p2, k, root, loss = range(7, 15)
    decay1, decay2, rest1, rest2, scale, small, g, m, v = range(15, 24)
    decays = "\n".join(
        f"local.get {b}  f64x2.splat  local.set {decay}"
        f"  f64.const 1.0  local.get {b}  f64.sub  f64x2.splat  local.set {rest}"
        for b, decay, rest in ((b1, decay1, rest1), (b2, decay2, rest2))
    )
    start = f"""
        local.get {p1}  local.get {b1}  f64.mul  local.set {p1}
        local.get {p2}  local.get {b2}  f64.mul  local.set {p2}
        f64.const 1.0  local.get {p2}  f64.sub  f64.sqrt  local.set {root}
        local.get 4  f64.load  local.get {root}  f64.mul  f64.const 1.0  local.get {p1}  f64.sub
        f64.div  f64x2.splat  local.set {scale}
        local.get {epsilon}  local.get {root}  f64.mul  f64x2.splat  local.set {small}
    """

    def mean(to: int, address: int, decay: int, rest: int, x: str) -> str:
        return f"""
            local.get {k}
            local.get {decay}  local.get {k}  v128.load {address}  f64x2.mul
            local.get {rest}  {x}  f64x2.mul
            f64x2.add  local.tee {to}  v128.store {address}
        """

    update = f"""
        local.get {k}  v128.load {at.sums}  local.set {g}
        {mean(m, at.first, decay1, rest1, f"local.get {g}")}
        {mean(v, at.second, decay2, rest2, f"local.get {g}  local.get {g}  f64x2.mul")}
        local.get {k}
        local.get {k}  v128.load
        local.get {scale}  local.get {m}  f64x2.mul
        local.get {v}  f64x2.sqrt  local.get {small}  f64x2.add
        f64x2.div  f64x2.sub  v128.store
    """
    code = decays + _each_step(at, loss, start + _each_parameter(at, k, update, 16))
    locals_ = [(1, "i32"), (2, "f64"), (9, "v128")]
    return Function("adam", _STEPS + " f64 f64 f64 f64 f64", "i32", locals_, lines(code))
