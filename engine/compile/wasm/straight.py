"""Emits statements as straight-line WebAssembly: a local for each, no loop, no table."""

from collections import Counter
from collections.abc import Iterator

from engine.compile.expressions import ZERO, Expr
from engine.compile.statements import Accumulate, Assign, Gate, Statement, Statements
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.loops import ARGUMENTS, MemoryMap, assemble, even
from engine.compile.wasm.operations import push


def straight_line(statements: Statements) -> tuple[bytes, MemoryMap]:
    """The module, and where it keeps its numbers."""
    at = memory_map(statements)
    functions = step_functions(statements)
    pairs = bool(at.inputs or at.targets)
    if pairs:
        functions.append(pair_function(statements))
    return assemble(at, functions, pairs), at


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
        data=first + 16 * padded + ARGUMENTS,
    )


def step_functions(statements: Statements) -> list[Function]:
    """The functions `before`, `sample` and `after`, statement by statement."""
    before, sample, after = [_Writer(statements, given) for given in (0, 2, 0)]
    before.body(statements.before)
    sample.body(statements.sample)
    sample.code += sample.push(statements.loss)
    after.body(statements.after)
    return [
        Function("before", "", "", [(before.locals, "f64")], before.code, exported=False),
        Function("sample", "i32 i32", "f64", [(sample.locals, "f64")], sample.code, exported=False),
        Function("after", "", "", [(after.locals, "f64")], after.code, exported=False),
    ]


def pair_function(statements: Statements) -> Function:
    """The function `pair`: `sample` for two at a time, one in each half of a v128.

    Its arguments are the addresses of the one sample's inputs and targets, and of the other's. Sums
    take all of the one, then all of the other, so that their bits are those of `sample` twice.
    """
    writer = _PairWriter(statements, 4)
    writer.body(statements.sample)
    writer.add_up()
    code = writer.given + writer.code + writer.push(statements.loss)
    local = [(writer.locals, "v128")]
    return Function("pair", "i32 i32 i32 i32", "v128", local, code, exported=False)


class _Writer:
    """Writes one function. Its locals start at 0: so does an adjoint whose gate stays shut."""

    def __init__(self, statements: Statements, given: int) -> None:
        self.code: list[str] = []
        self._lowered = statements.lowered
        at = memory_map(statements)
        places = [*range(at.parameters), *range(even(at.parameters), at.summed)]
        self._sums = {s: at.sums + 8 * n for n, s in zip(places, statements.sums, strict=True)}
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
                self._accumulate(s)
            elif isinstance(s, Gate):
                self._gate(s)

    def push(self, expr: Expr) -> list[str]:
        return push(expr, self.load)

    def _accumulate(self, s: Accumulate) -> None:
        self.code += ["i32.const 0", *self.load(("g", s.slot))]
        self.code += [*self.push(s.expr), "f64.add", f"f64.store {self._sums[s.slot]}"]

    def _gate(self, s: Gate) -> None:
        self.code += [*self.load(("v", s.slot)), "f64.const 0.0", "f64.ne", "if"]
        self.body(s.body)
        self.code.append("end")

    def _relu(self, value: list[str], n: int) -> None:
        self.code += ["f64.const 0.0", *value, f"local.tee {n}"]
        self.code += [f"local.get {n}", "f64.const 0.0", "f64.le", "select"]

    def _assign(self, s: Assign) -> None:
        kind, slot = s.target
        relu = s.expr[0] == "relu"
        value = self.push(s.expr[1] if relu else s.expr)
        n = self._new_local(s.target)
        if relu:
            self._relu(value, n)
        else:
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


class _PairWriter(_Writer):
    """Writes `pair`. Where a gate is open for one sample and shut for the other, both go through,
    the other with an adjoint of 0."""

    def __init__(self, statements: Statements, given: int) -> None:
        super().__init__(statements, given)
        self._accumulations = Counter(_accumulated(statements.sample))
        self.given: list[str] = []  # the code that reads inputs and targets: comes first
        self._terms: dict[int, list[int]] = {}  # slot of a sum -> locals with what it gets

    def push(self, expr: Expr) -> list[str]:
        return push(expr, self.load, pair=True)

    def _accumulate(self, s: Accumulate) -> None:
        if self._accumulations[s.slot] == 1:
            n = self._new_local(("term", 0))  # used again for the next
            self.code += [*self.push(s.expr), f"local.set {n}"]
            self._add(s.slot, [n])
        else:  # all that the one sample adds comes before what the other adds
            terms = self._terms.setdefault(s.slot, [])
            terms.append(self._new_local(("term", s.slot, len(terms))))
            self.code += [*self.push(s.expr), f"local.set {terms[-1]}"]

    def _add(self, slot: int, terms: list[int]) -> None:
        self.code += ["i32.const 0", *self.load(("g", slot))]
        for lane in (0, 1):
            for n in terms:
                self.code += [f"local.get {n}", f"f64x2.extract_lane {lane}", "f64.add"]
        self.code.append(f"f64.store {self._sums[slot]}")

    def add_up(self) -> None:
        """Add to the sums what has been held back: a term whose gate stayed shut is 0."""
        for slot, terms in self._terms.items():
            self._add(slot, terms)

    def _gate(self, s: Gate) -> None:
        opens: Expr = ("!=", ("v", s.slot), ZERO)
        self.code += [*self.push(opens), "v128.any_true", "if"]
        first = s.body[0]
        assert isinstance(first, Assign)
        assert first.target == ("d", s.slot)
        self._assign(first)
        self._assign(Assign(first.target, ("where", opens, first.target, ZERO)))
        self.body(s.body[1:])
        self.code.append("end")

    def _relu(self, value: list[str], n: int) -> None:
        self.code += [*value, f"local.tee {n}", f"local.get {n}"]
        self.code += ["f64.const 0.0", "f64x2.splat", "f64x2.le", "v128.andnot"]

    def _fetch(self, kind: str, slot: int) -> list[str]:
        address, load = super()._fetch(kind, slot)
        if kind == "g":
            return [address, load]
        offset = load.split()[1]
        if address == "i32.const 0":
            return [address, f"v128.load64_splat {offset}"]
        one = int(address.split()[1])
        n = self._new_local((kind, slot))
        self.given += [f"local.get {one + 2}", f"local.get {one}", f"v128.load64_zero {offset}"]
        self.given += [f"v128.load64_lane {offset} 1", f"local.set {n}"]
        return [f"local.get {n}"]


def _accumulated(body: list[Statement]) -> Iterator[int]:
    """The slots that the statements add to, once for each time."""
    for s in body:
        if isinstance(s, Accumulate):
            yield s.slot
        elif isinstance(s, Gate):
            yield from _accumulated(s.body)
