"""The module of the machine for a rolled program: its instructions, its memory, its functions.

It is for sequences, and for graphs too large to become code of their own. Its memory, in bytes:

    0        the values, as Rolled places them; behind them their adjoints
    first    Adam's m and v
    lists    the offsets of irregular operands
    code     the instructions, going forward, then those going back
    table    a row of i32 for each section: where it begins and ends, see _BEGIN …
    data     see engine.compile.wasm.loops
"""

from array import array
from collections.abc import Sequence

from engine.compile.rolled import Rolled
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.loops import ARGUMENTS, MemoryMap, assemble, even
from engine.compile.wasm.machine.dispatch import run
from engine.compile.wasm.machine.kinds import (
    Kind,
    arranged,
    backward,
    forward,
    kind,
    operands,
    reversed_operands,
)
from engine.compile.wasm.operations import lines

Initial = list[tuple[int, "array[float]"]]  # what has to be written where before the first run
_SKIP = Kind("", "skip")
_BEGIN, _END, _OUT, _BACK, _OUT_END, _LOSS = range(0, 24, 4)  # the columns of a section's row
_ROW = 24


def machine_code(rolled: Rolled, sequence: bool = False) -> tuple[bytes, MemoryMap, Initial]:
    """The module, where it keeps its numbers, and what to write into its memory first.

    A sample has one section; of a `sequence` it has several, and its "inputs" are a row of i32: the
    addresses of its inputs and of its targets, how many sections, and 0.
    """
    built = _Machine(rolled, sequence)
    return built.binary, built.at, built.initial


class _Machine:
    def __init__(self, rolled: Rolled, sequence: bool) -> None:
        self.rolled = rolled
        self.sequence = sequence
        lowered = rolled.lowered
        size = 8 * even(rolled.places)  # of the values
        padded = 8 * even(lowered.parameters)
        self.adjoints, first = size, 2 * size
        lists, self.lists = self._lists(first + 2 * padded)
        self.words = array("i")
        self.code = first + 2 * padded + 4 * len(lists)
        self.stages = [
            [(kind(loop), loop) for loop in map(arranged, stage.loops)]
            for stage in (rolled.once, *rolled.sections)
        ]
        kinds = {k for stage in self.stages for k, _ in stage}
        self.down = sorted({_SKIP, *map(forward, kinds)}, key=str)
        self.up = sorted({_SKIP, *map(backward, kinds)}, key=str)
        rows = self._program()
        self.table = self._here
        self.words.extend(word for row in rows for word in row)
        self.words.extend([0] * (len(self.words) % 2))
        self.at = MemoryMap(
            parameters=lowered.parameters,
            inputs=2 if sequence else lowered.inputs,
            targets=0 if sequence else lowered.targets,
            sums=size,
            summed=lowered.parameters,
            first=first,
            second=first + padded,
            data=self._here + -self._here % 16 + ARGUMENTS,
        )
        self.initial = [(8 * place, array("d", [x])) for place, x in rolled.numbers.items()]
        self.initial.append((first + 2 * padded, array("d", (lists + self.words).tobytes())))
        self.binary = assemble(self.at, self._functions(), from_memory=not sequence)

    @property
    def _here(self) -> int:
        """The address of the next word."""
        return self.code + 4 * len(self.words)

    def _lists(self, address: int) -> tuple["array[int]", dict[tuple[tuple[int, int], ...], int]]:
        """The offsets of irregular operands in bytes, and at which addresses they are to be."""
        words, found = array("i"), {}
        for section in (self.rolled.once, *self.rolled.sections):
            for loop in section.loops:
                if loop.offsets and loop.offsets not in found:
                    found[loop.offsets] = address + 4 * len(words)
                    words.extend(8 * offset for pair in loop.offsets for offset in pair)
        return words, found

    def _program(self) -> list[list[int]]:
        """Write the instructions of all stages, and return the table."""
        rolled = self.rolled
        stages = [rolled.once, *rolled.sections]
        rows: list[list[int]] = []
        for n, stage in enumerate(stages):
            begin, out = self._here, stage.start
            if n > 1:  # across the rest of the frame before, and what is given of this one
                out = stages[n - 1].end
                self._append(self.down, _SKIP, [8 * (stage.start - out), 0])
            for found, loop in self.stages[n]:
                k = forward(found)
                self._append(self.down, k, operands(k, loop, self.lists))
            root = rolled.roots[n - 1] if n else 0
            rows.append([begin, self._here, 8 * out, 0, 8 * stage.end, 8 * root])
        for n in range(len(stages) - 1, -1, -1):
            if n == 0:
                self.sections_end = self._here
            rows[n][3] = self._here
            for found, loop in reversed(self.stages[n]):
                k = backward(found)
                words = operands(k, loop, self.lists)
                self._append(self.up, k, reversed_operands(words, loop))
            if n > 1:
                self._append(self.up, _SKIP, [8 * (stages[n].start - stages[n - 1].end), 0])
        self.once = [*rows[0], self._here]
        return rows[1:]

    def _append(self, kinds: list[Kind], k: Kind, words: Sequence[int]) -> None:
        self.words.append(kinds.index(k))
        self.words.extend(words)

    # The functions of a step: see engine.compile.wasm.loops ---------------------------------

    def _functions(self) -> list[Function]:
        begin, end, out, up, out_end, _, last = self.once
        before = f"i32.const {begin}  i32.const {end}  i32.const {out}  call forward"
        after = f"i32.const {up}  i32.const {last}  i32.const {out_end}  call backward"
        return [
            Function("before", "", "", [], lines(before if begin != end else "")),
            self._sample(),
            Function("after", "", "", [], lines(after if up != last else ""), exported=False),
            self._sections(),
            self._advance(),
            run("forward", self.down, self.adjoints),
            run("backward", self.up, self.adjoints),
        ]

    def _sample(self) -> Function:
        """The loss of a sample, whose inputs and targets are at the addresses x and y."""
        lowered, rolled = self.rolled.lowered, self.rolled
        x, y, count, frame, left = range(5)
        read = "local.get 0  i32.load 8  local.set 2  local.get 0  i32.load 4  local.set 1"
        start = f"{read}  local.get 0  i32.load  local.set 0"
        if not self.sequence:
            start = "i32.const 1  local.set 2"
        places = [(x, n, n) for n in range(lowered.inputs)]
        places += [(y, n, lowered.inputs + n) for n in range(lowered.targets)]
        copy = "\n".join(
            f"local.get {frame}  local.get {given}  f64.load {8 * n}  f64.store {8 * to}"
            for given, n, to in places
        )
        code = f"""
            {start}
            i32.const {8 * rolled.frames}  local.set {frame}
            local.get {count}  local.set {left}
            loop
              {copy}
              local.get {x}  i32.const {8 * lowered.inputs}  i32.add  local.set {x}
              local.get {y}  i32.const {8 * lowered.targets}  i32.add  local.set {y}
              local.get {frame}  i32.const {8 * rolled.frame}  i32.add  local.set {frame}
              local.get {left}  i32.const 1  i32.sub  local.tee {left}  br_if 0
            end
            local.get {count}  call sections
        """
        return Function("sample", "i32 i32", "f64", [(3, "i32")], lines(code), exported=False)

    def _sections(self) -> Function:
        """The mean of the first `count` losses. Adds its gradient to the parameters' adjoints."""
        count, row, last, seed, total = range(5)
        code = f"""
            local.get {count}  i32.const {_ROW}  i32.mul  i32.const {self.table - _ROW}  i32.add
            local.set {last}
            i32.const {self.table}  local.tee {row}  i32.load {_BEGIN}
            local.get {last}  i32.load {_END}
            local.get {row}  i32.load {_OUT}
            call forward
            f64.const 1.0  local.get {count}  f64.convert_i32_u  f64.div  local.set {seed}
            loop
              local.get {row}  i32.load {_LOSS}  f64.load  local.get {total}  f64.add
              local.set {total}
              local.get {row}  i32.load {_LOSS}
              local.get {row}  i32.load {_LOSS}  f64.load {self.adjoints}
              local.get {seed}  f64.add  f64.store {self.adjoints}
              local.get {row}  i32.const {_ROW}  i32.add  local.tee {row}
              local.get {last}  i32.le_u  br_if 0
            end
            local.get {last}  i32.load {_BACK}
            i32.const {self.sections_end}
            local.get {last}  i32.load {_OUT_END}
            call backward
            local.get {total}  local.get {count}  f64.convert_i32_u  f64.div
        """
        locals_ = [(2, "i32"), (2, "f64")]
        return Function("sections", "i32", "f64", locals_, lines(code), exported=False)

    def _advance(self) -> Function:
        """Run section k, given its inputs, on what the sections before it left behind."""
        inputs, rolled = self.rolled.lowered.inputs, self.rolled
        k, row = 0, inputs + 1
        copy = "\n".join(
            f"local.get {k}  i32.const {8 * rolled.frame}  i32.mul  local.get {1 + n}"
            f"  f64.store {8 * (rolled.frames + n)}"
            for n in range(inputs)
        )
        code = f"""
            {copy}
            local.get {k}  i32.const {_ROW}  i32.mul  local.tee {row}
            i32.load {self.table + _BEGIN}
            local.get {row}  i32.load {self.table + _END}
            local.get {row}  i32.load {self.table + _OUT}
            call forward
        """
        given = " ".join(["i32", *["f64"] * inputs])
        return Function("advance", given, "", [(1, "i32")], lines(code))
