"""Emits statements as straight-line WebAssembly: a local for each, no loop, no table."""

from engine.compile.expressions import Expr
from engine.compile.statements import Accumulate, Assign, Gate, Statement, Statements
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.loops import MemoryMap, assemble, even
from engine.compile.wasm.operations import push


def straight_line(statements: Statements) -> tuple[bytes, MemoryMap]:
    """The module, and where it keeps its numbers."""
    at = memory_map(statements)
    return assemble(at, step_functions(statements)), at


def memory_map(statements: Statements) -> MemoryMap:
    lowered = statements.lowered
    padded = even(lowered.parameters)
    kept = padded + lowered.sample - lowered.once  # values that outlive a sample
    summed = padded + len(statements.sums) - lowered.parameters
    first = 8 * (kept + summed)
    return MemoryMap(
        parameters=lowered.parameters,
        inputs=lowered.inputs,
        targets=lowered.targets,
        sums=8 * kept,
        summed=summed,
        first=first,
        second=first + 8 * padded,
        data=first + 16 * padded,
    )


def step_functions(statements: Statements) -> list[Function]:
    """The functions `before`, `sample` and `after`, statement by statement."""
    at = memory_map(statements)
    places = [*range(at.parameters), *range(even(at.parameters), at.summed)]
    address = {slot: at.sums + 8 * n for n, slot in zip(places, statements.sums, strict=True)}
    writers = [_Writer(statements, address, given) for given in (0, 2, 0)]
    before, sample, after = writers
    before.body(statements.before)
    sample.body(statements.sample)
    sample.code += push(statements.loss, sample.load)
    after.body(statements.after)
    return [
        Function("before", "", "", [(before.locals, "f64")], before.code, exported=False),
        Function("sample", "i32 i32", "f64", [(sample.locals, "f64")], sample.code, exported=False),
        Function("after", "", "", [(after.locals, "f64")], after.code, exported=False),
    ]


class _Writer:
    """Writes one function. Its locals start at 0: so does an adjoint whose gate stays shut."""

    def __init__(self, statements: Statements, sums: dict[int, int], given: int) -> None:
        self.code: list[str] = []
        self._lowered = statements.lowered
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
                self.code += [*push(s.expr, self.load), "f64.add"]
                self.code.append(f"f64.store {address}")
            elif isinstance(s, Gate):
                self.code += [*self.load(("v", s.slot)), "f64.const 0.0", "f64.ne", "if"]
                self.body(s.body)
                self.code.append("end")

    def _assign(self, s: Assign) -> None:
        kind, slot = s.target
        if s.expr[0] == "relu":
            value = push(s.expr[1], self.load)
            n = self._new_local(s.target)
            self.code += ["f64.const 0.0", *value, f"local.tee {n}"]
            self.code += [f"local.get {n}", "f64.const 0.0", "f64.le", "select"]
        else:
            value = push(s.expr, self.load)
            n = self._new_local(s.target)
            self.code += value
        self.code.append(f"local.set {n}")
        if kind == "v" and slot < self._lowered.sample:
            self.code += ["i32.const 0", f"local.get {n}", f"f64.store {self._kept(slot)}"]

    def _new_local(self, target: Expr) -> int:
        n = self._local.setdefault(target, self._given + len(self._local))
        self._loads[target] = [f"local.get {n}"]
        return n

    def _kept(self, slot: int) -> int:
        """The address of a value that outlives a sample."""
        lowered = self._lowered
        computed = even(lowered.parameters) + slot - lowered.once
        return 8 * (slot if slot < lowered.parameters else computed)

    def load(self, atom: Expr) -> list[str]:
        """The instructions that push an atom."""
        code = self._loads.get(atom)
        if code is None:
            code = self._loads[atom] = self._fetch(*atom)
        return code

    def _fetch(self, kind: str, slot: int) -> list[str]:
        if kind == "g":
            return ["i32.const 0", f"f64.load {self._sums[slot]}"]
        lowered = self._lowered
        if slot < lowered.parameters or slot >= lowered.once:
            return ["i32.const 0", f"f64.load {self._kept(slot)}"]
        place = slot - lowered.parameters
        if place < lowered.inputs:
            return ["local.get 0", f"f64.load {8 * place}"]
        return ["local.get 1", f"f64.load {8 * (place - lowered.inputs)}"]
