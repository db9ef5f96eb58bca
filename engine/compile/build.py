"""From nodes to statements: the backward ones first, as they say which values are read."""

from engine.compile.expanded import expanded
from engine.compile.forward import atom, forward
from engine.compile.lowered import Lowered
from engine.compile.reverse import Reverse
from engine.compile.statements import Statements


def build(lowered: Lowered) -> Statements:
    """Straight-line statements for the loss and its gradient."""
    lowered = expanded(lowered)
    reverse = Reverse(lowered)
    before, sample = forward(lowered, reverse.needed)
    return Statements(
        lowered=lowered,
        before=before,
        sample=sample + reverse.sample,
        after=reverse.after,
        loss=atom(lowered, lowered.root),
        sums=list(reverse.sums),
    )
