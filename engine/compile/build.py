"""From a tape to a program: the backward statements first, as they say which values are read."""

from engine.compile.forward import atom, forward
from engine.compile.program import Program
from engine.compile.reverse import Reverse
from engine.compile.tape import Tape


def build(tape: Tape) -> Program:
    """The program of a tape: straight-line statements for the loss and its gradient."""
    reverse = Reverse(tape)
    before, sample = forward(tape, reverse.needed)
    return Program(
        tape=tape,
        before=before,
        sample=sample + reverse.sample,
        after=reverse.after,
        loss=atom(tape, tape.root),
        sums=list(reverse.sums),
    )
