"""Emits a program as straight-line WebAssembly: one local for each statement, no loop, no table."""

from engine.compile.program import Accumulate, Assign, Expr, Gate, Program, Statement
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.module import Layout, assemble
from engine.compile.wasm.operations import Operations


def straight_line(program: Program) -> tuple[bytes, Layout]:
    """The module, and where it keeps its numbers."""
    functions, operations, layout = kernel(program)
    return assemble(layout, operations.imports, [*functions, *operations.helpers]), layout


def _layout(program: Program) -> Layout:
    tape = program.tape
    kept = tape.parameters + tape.sample - tape.once  # values that outlive a sample
    first = 8 * (kept + len(program.sums))
    return Layout(
        parameters=tape.parameters,
        inputs=tape.inputs,
        targets=tape.targets,
        sums=8 * kept,
        summed=len(program.sums),
        first=first,
        second=first + 8 * tape.parameters,
        data=first + 16 * tape.parameters,
    )


def kernel(program: Program) -> tuple[list[Function], Operations, Layout]:
    """The functions `before`, `sample` and `after`: the program, statement by statement."""
    layout = _layout(program)
    operations = Operations(program.tape.op, kernel=3)
    address = {slot: layout.sums + 8 * n for n, slot in enumerate(program.sums)}
    writers = [_Writer(program, operations, address, given) for given in (0, 2, 0)]
    before, sample, after = writers
    before.body(program.before)
    sample.body(program.sample)
    sample.code += operations.push(program.loss, sample.load)
    after.body(program.after)
    functions = [
        Function("before", "", "", [(before.locals, "f64")], before.code, exported=False),
        Function("sample", "i32 i32", "f64", [(sample.locals, "f64")], sample.code, exported=False),
        Function("after", "", "", [(after.locals, "f64")], after.code, exported=False),
    ]
    return functions, operations, layout


class _Writer:
    """Writes one function. Its locals start at 0: so does an adjoint whose gate stays shut."""

    def __init__(
        self, program: Program, operations: Operations, sums: dict[int, int], given: int
    ) -> None:
        self.code: list[str] = []
        self._tape = program.tape
        self._operations = operations
        self._sums = sums
        self._given = given  # locals 0 … given - 1 are the function's parameters
        self._local: dict[Expr, int] = {}
        self._loads: dict[Expr, list[str]] = {}

    @property
    def locals(self) -> int:
        return len(self._local)

    def body(self, body: list[Statement]) -> None:
        for s in body:
            if isinstance(s, Assign):
                self._assign(s)
            elif isinstance(s, Accumulate):
                address = self._sums[s.slot]
                self.code += ["i32.const 0", *self.load(("g", s.slot))]
                self.code += [*self._operations.push(s.expr, self.load), "f64.add"]
                self.code.append(f"f64.store {address}")
            elif isinstance(s, Gate):
                self.code += [*self.load(("v", s.slot)), "f64.const 0.0", "f64.ne", "if"]
                self.body(s.body)
                self.code.append("end")

    def _assign(self, s: Assign) -> None:
        kind, slot = s.target
        if s.expr[0] == "relu":
            value = self._operations.push(s.expr[1], self.load)
            n = self._new_local(s.target)
            self.code += ["f64.const 0.0", *value, f"local.tee {n}"]
            self.code += [f"local.get {n}", "f64.const 0.0", "f64.le", "select"]
        else:
            value = self._operations.push(s.expr, self.load)
            n = self._new_local(s.target)
            self.code += value
        self.code.append(f"local.set {n}")
        if kind == "v" and slot < self._tape.sample:
            self.code += ["i32.const 0", f"local.get {n}", f"f64.store {self._kept(slot)}"]

    def _new_local(self, target: Expr) -> int:
        n = self._local.setdefault(target, self._given + len(self._local))
        self._loads[target] = [f"local.get {n}"]
        return n

    def _kept(self, slot: int) -> int:
        """The address of a value that outlives a sample."""
        tape = self._tape
        return 8 * (slot if slot < tape.parameters else tape.parameters + slot - tape.once)

    def load(self, atom: Expr) -> list[str]:
        """The instructions that push an atom."""
        code = self._loads.get(atom)
        if code is None:
            code = self._loads[atom] = self._fetch(*atom)
        return code

    def _fetch(self, kind: str, slot: int) -> list[str]:
        if kind == "g":
            return ["i32.const 0", f"f64.load {self._sums[slot]}"]
        tape = self._tape
        if slot < tape.parameters or slot >= tape.once:
            return ["i32.const 0", f"f64.load {self._kept(slot)}"]
        place = slot - tape.parameters
        if place < tape.inputs:
            return ["local.get 0", f"f64.load {8 * place}"]
        return ["local.get 1", f"f64.load {8 * (place - tape.inputs)}"]
