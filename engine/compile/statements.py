"""The statements made from a lowered loss: what every backend reads, and none knows more than."""

from dataclasses import dataclass, field

from engine.compile.expressions import Atom, Expr, Writer
from engine.compile.lowered import Lowered

MAX_TERMS = 256  # of a statement: CPython's compiler recurses into expressions, and can die there
MAX_DEPTH = 40  # of parentheses in it: CPython's tokenizer stops at 200
MAX_GATES = 8  # gates inside each other: Python stops at 100 levels of indentation


@dataclass(eq=False)
class Assign:
    """target = expr."""

    target: Atom
    expr: Expr


@dataclass(eq=False)
class Accumulate:
    """("g", slot) += expr."""

    slot: int
    expr: Expr


@dataclass(eq=False)
class Gate:
    """Run the body only if the relu in `slot` lets a gradient through: its value is not 0.

    The adjoints of `zeros` are read outside the body too, and are 0 if it did not run.
    """

    slot: int
    body: "list[Statement]" = field(default_factory=list)
    zeros: dict[int, None] = field(default_factory=dict)  # an ordered set


Statement = Assign | Accumulate | Gate


@dataclass(eq=False)
class Statements:
    """The loss of one sample and its gradient.

    A step over a batch is: `before`; `sample` for each sample, with ("g", …) summing up; `after`.
    """

    lowered: Lowered
    before: list[Statement]
    sample: list[Statement]
    after: list[Statement]
    loss: Expr
    sums: list[int]  # slots whose adjoint is summed over the batch: parameters come first

    def __str__(self) -> str:
        writer = Writer(lambda kind, slot: name(self.lowered, kind, slot))
        out = ["before:", *_listing(self.before, writer), "sample:"]
        out += [*_listing(self.sample, writer), f"    loss += {writer.text(self.loss)}"]
        return "\n".join([*out, "after:", *_listing(self.after, writer)])


def name(lowered: Lowered, kind: str, slot: int) -> str:
    """What an atom is called: w0 x0 y0 a parameter, input, target; v a value; d g adjoints."""
    return lowered.name(slot) if kind == "v" else f"{kind}{slot}"


def _listing(body: list[Statement], writer: Writer, indent: str = "    ") -> list[str]:
    out: list[str] = []
    for s in body:
        if isinstance(s, Assign):
            out.append(f"{indent}{writer.text(s.target)} = {writer.text(s.expr)}")
        elif isinstance(s, Accumulate):
            out.append(f"{indent}g{s.slot} += {writer.text(s.expr)}")
        else:
            zeros = f"    # else {', '.join(f'd{n}' for n in s.zeros)} = 0" if s.zeros else ""
            out.append(f"{indent}if {writer.text(('v', s.slot))} != 0:{zeros}")
            out += _listing(s.body, writer, indent + "    ")
    return out
