"""Losses of a sequence, compiled to one program that runs records of every length.

    letters, following = g.leaves(16), g.leaves(16)          # on a Tracer; 16 positions at most
    scores = model(letters)                                  # a list of Values for each position
    losses = [surprise(z, y) for z, y in zip(scores, following)]
    run = compile_sequence(losses, parameters, letters, following, outputs=scores)
    print(run.rolled)                                        # the loops
    loss, gradient = run(w, records)                         # records: [[26, 0, 13, 13, 26], …]
    history = run.train(w, records, rates, Adam(w))          # one record a step, or batch=…
    next_scores = run.start(w).feed(26, 0, 13)               # after these letters

A record of k + 1 numbers gives each of the first k positions its input, and the number after it as
its target. It runs the first k sections of the program, so nothing is padded or masked.
"""

from collections.abc import Sequence

from engine.compile.lowered import lower_sections
from engine.compile.rolled import roll
from engine.compile.sequence.alike import check_alike, check_given
from engine.compile.sequence.compiled import CompiledSequence, Memory
from engine.compile.tracer import Tracer
from engine.graph import Value

__all__ = ["CompiledSequence", "Memory", "compile_sequence"]


def compile_sequence(
    losses: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    targets: Sequence[Value],
    outputs: Sequence[Sequence[Value]] = (),
) -> CompiledSequence:
    """Compile the losses of the positions of a sequence, each with one input and one target.

    Position k may use the inputs up to its own and whatever the positions before it computed, and
    every position has to be computed alike, over more and more of what came before: else a short
    record would not be the beginning of a long one. `outputs` are Values that each position has to
    tell when a sequence is fed to it (Memory.feed), such as the scores of what comes next.

    Needs a Tracer, and a host for WebAssembly: a page, Node, or the package wasmtime. Raises
    ValueError for what does not fit together, and TraceError, which names position and node, where
    a position reads what comes later, or is not computed as the others are.

    Cost: tracing and compiling take a time in proportion to the nodes, some 7 µs for each on
    CPython and 10 µs in a page, and some 30 bytes each of the module's memory. Attention over k
    positions has nodes in proportion to k². Nothing is refused for its size: 62,000 nodes, the GPT
    of scripts/bench over 64 positions, take half a second on CPython; beyond some 70,000 a reader
    waits for a second or more.
    """
    if not losses:
        raise ValueError("a sequence needs at least one position: the list of losses is empty")
    counts = {"inputs": len(inputs), "targets": len(targets), "outputs": len(outputs)}
    if not outputs:
        del counts["outputs"]
    for name, count in counts.items():
        if count != len(losses):
            raise ValueError(f"{len(losses)} losses, but {count} {name}: one for each position")
    if not isinstance(losses[0].graph, Tracer):
        raise ValueError("a sequence has to be recorded on a Tracer: a Graph builds its numbers in")
    lowered = lower_sections(
        losses, parameters, [[x] for x in inputs], [[y] for y in targets], outputs
    )
    late = check_given(lowered)
    rolled = roll(lowered)
    check_alike(rolled, late)
    return CompiledSequence(rolled)
