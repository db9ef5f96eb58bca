"""The compiled losses of a sequence: evaluated, trained, and continued."""

from array import array
from collections.abc import Sequence

from engine.compile.compiled import Numbers, check_trained, doubles, parameters_of, rates_of
from engine.compile.rolled import Rolled
from engine.compile.sequence.records import Limits, Record
from engine.compile.wasm.hosts import host
from engine.compile.wasm.machine import machine_code
from engine.compile.wasm.training import check_supported, train
from engine.optim import Optimiser

_ROW = 16  # bytes that say where a record is: its inputs, its targets, how many


class CompiledSequence:
    """The mean loss over the positions of a record, the mean of it over records, its gradient.

    `rolled` is the program, which prints itself; `binary` the WebAssembly module that runs it.
    """

    def __init__(self, rolled: Rolled) -> None:
        self.rolled = rolled
        self.binary, self._at, initial = machine_code(rolled, sequence=True)
        self._limits = Limits(rolled.lowered)
        self._instance = host().Instance(self.binary)
        for address, numbers in initial:
            self._instance.write(address, numbers)
        self._uses = 0  # how often the module was used: a Memory is valid until the next use

    @property
    def positions(self) -> int:
        """How many a record has at most: one number less than it has itself."""
        return len(self.rolled.sections)

    def __call__(
        self, parameters: Numbers, records: Sequence[Record]
    ) -> "tuple[float, array[float]]":
        """(mean loss, its gradient by each parameter)."""
        w = parameters_of(parameters, self.rolled.lowered.parameters)
        rows, _ = self._place(w, records, range(len(records)), 0)
        loss = self._instance.call("evaluate", len(records), rows, 0)
        return loss, self._instance.read(self._at.sums, len(w))

    def values(self, parameters: Numbers, records: Sequence[Record]) -> "array[float]":
        """The loss of each record."""
        w = parameters_of(parameters, self.rolled.lowered.parameters)
        count = len(records)
        rows, free = self._place(w, records, range(count), 8 * count)
        self._instance.call("each", count, rows, 0, free)
        losses: array[float] = self._instance.read(free, count)
        return losses

    def train(
        self,
        parameters: "array[float]",
        records: Sequence[Record],
        rates: Numbers,
        optimiser: Optimiser | None = None,
        batch: int = 1,
        start: int = 0,
    ) -> "array[float]":
        """One step for each learning rate, over the next `batch` records; the loss before each.

        The first step takes records[start] and those after it; after the last record comes the
        first again. Moves the parameters, an array("d"), in place: by gradient descent, or by the
        given optimiser, whose state lives on between calls. `rates` may be a schedule.
        """
        check_trained(parameters, self.rolled.lowered.parameters, optimiser)
        check_supported(optimiser)
        steps = rates_of(rates)
        for name, number, least in (("batch", batch, 1), ("start", start, 0)):
            if not isinstance(number, int) or number < least:
                raise ValueError(f"{name} must be a whole number from {least} on, not {number!r}")
        order = [(start + k) % max(len(records), 1) for k in range(len(steps) * batch)]
        rows, free = self._place(parameters, records, order, 16 * len(steps))
        where = (batch, rows, 0)
        losses = train(
            self._instance, self._at, where, free, parameters, steps, optimiser, walks=True
        )
        if len(losses) < len(steps):
            raise FloatingPointError(
                f"step {len(losses)}: the loss or a gradient is not finite; "
                "the parameters are as before this step"
            )
        return losses

    def start(self, parameters: Numbers) -> "Memory":
        """An empty sequence, to feed numbers to."""
        w = parameters_of(parameters, self.rolled.lowered.parameters)
        self._instance.write(0, w)
        self._instance.call("before")
        self._uses += 1
        return Memory(self, self._uses)

    def _place(
        self,
        w: "array[float]",
        records: Sequence[Record],
        order: Sequence[int],
        more: int,
    ) -> tuple[int, int]:
        """Write the parameters, and the records in this order: (address of the rows that say where
        each is, first free byte). There are `more` bytes from there on."""
        self._limits.check(records, set(order))
        rows = self._at.data
        here = rows + _ROW * len(order)
        numbers, places = array("d"), {}
        for n in dict.fromkeys(order):
            places[n] = here + 8 * len(numbers)
            numbers.extend(records[n])
        table = array("i")
        for n in order:
            table.extend((places[n], places[n] + 8, len(records[n]) - 1, 0))
        free = here + 8 * len(numbers)
        self._instance.reserve(free + more)
        self._instance.write(0, w)
        self._instance.write(rows, array("d", table.tobytes()))
        self._instance.write(here, numbers)
        self._uses += 1
        return rows, free

    # What a Memory asks for ------------------------------------------------------------------

    def advance(self, memory: "Memory", number: float) -> None:
        """Run the next section of a sequence, which reads what the sections before it left."""
        self._check(memory)
        if memory.length == self.positions:
            raise ValueError(f"the sequence is full: the program has {self.positions} positions")
        self._limits.check_numbers([number], memory.length, "the sequence")
        self._instance.call("advance", memory.length, float(number))

    def output(self, memory: "Memory") -> "array[float]":
        """The outputs of a sequence's last position."""
        self._check(memory)
        if not memory.length:
            raise ValueError("an empty sequence has no outputs: feed it a number")
        places = self.rolled.outputs[memory.length - 1]
        if not places:
            raise ValueError("the program was compiled without outputs")
        first, count = min(places), max(places) + 1 - min(places)
        found: array[float] = self._instance.read(8 * first, count)
        return doubles([found[place - first] for place in places])

    def _check(self, memory: "Memory") -> None:
        if memory.use != self._uses:
            raise ValueError("this sequence is over: the module has computed something else since")


class Memory:
    """A sequence that grows number by number. Each runs one section of the program, which finds
    what the earlier ones computed, such as keys and values of attention, where they left it."""

    def __init__(self, program: CompiledSequence, use: int) -> None:
        self.program = program
        self.use = use
        self.length = 0

    def feed(self, *numbers: float) -> "array[float]":
        """Append these numbers, and return the outputs of the last one's position."""
        for number in numbers:
            self.program.advance(self, number)
            self.length += 1
        return self.program.output(self)
