"""Trains by the loops of a module: whose memory has the samples, and room for rates and losses."""

from array import array
from typing import Any

from engine.compile.wasm.loops import MemoryMap
from engine.optim import SGD, Adam, Optimiser


def check_supported(optimiser: Optimiser | None) -> None:
    """Raises ValueError for an optimiser that the module does not have."""
    plain = optimiser is None or (isinstance(optimiser, SGD) and not optimiser.momentum)
    if not plain and not isinstance(optimiser, Adam):
        raise ValueError(
            'the module trains by plain SGD or by Adam: for others take backend="python"'
        )


def train(
    instance: Any,
    at: MemoryMap,
    batch: tuple[int, int, int],
    free: int,
    w: "array[float]",
    rates: "array[float]",
    optimiser: Optimiser | None,
    walks: bool = False,
) -> "array[float]":
    """A step for each rate, up to one whose loss or gradient is not finite; the loss before each.
    Moves w and the optimiser's state.

    `batch` is the number of samples in a step, and where their inputs and targets are; if it
    `walks`, those of the next step follow them. From `free` on there is room for 2 · len(rates)
    numbers.
    """
    if not rates:
        return array("d")
    steps = len(rates)
    losses = free + 8 * steps
    instance.write(free, rates)
    arguments = (*batch, steps, free, losses, int(walks))
    if isinstance(optimiser, Adam):
        b1, b2 = optimiser.beta1, optimiser.beta2
        instance.write(at.first, optimiser.mean)
        instance.write(at.second, optimiser.square)
        powers = b1**optimiser.steps, b2**optimiser.steps
        left = instance.call("adam", *arguments, b1, b2, optimiser.epsilon, *powers)
        optimiser.mean = instance.read(at.first, len(w))
        optimiser.square = instance.read(at.second, len(w))
    else:
        left = instance.call("sgd", *arguments)
    taken = steps - int(left)
    if optimiser is not None:
        optimiser.steps += taken
    w[:] = instance.read(0, len(w))
    found: array[float] = instance.read(losses, taken)
    return found
