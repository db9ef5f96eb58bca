"""What all contenders are given: names, weights, rates."""

from array import array
from itertools import pairwise
from random import Random

from engine import linear, names
from scripts.bench.gpt.model import SHAPES

STEPS = 1000
RATES = list(linear(0.01, 0.0, STEPS))
BETA1, BETA2, EPSILON = 0.85, 0.99, 1e-8
DEVIATION = (
    0.08  # of the weights; from `uniform`, which gives the same everywhere, as gauss does not
)


def records() -> list[list[int]]:
    """The names, shuffled, as numbers: 26 is before and after each."""
    shuffled = names()
    Random(42).shuffle(shuffled)
    return [[26, *(ord(letter) - ord("a") for letter in name), 26] for name in shuffled]


def start() -> "array[float]":
    """The weights that every way begins with."""
    rng, bound = Random(42), DEVIATION * 3**0.5
    count = sum(rows * columns for rows, columns in SHAPES.values())
    return array("d", [rng.uniform(-bound, bound) for _ in range(count)])


def offsets() -> dict[str, int]:
    """Where the parameters of each matrix begin."""
    sizes = [rows * columns for rows, columns in SHAPES.values()]
    ends = [sum(sizes[:k]) for k in range(len(sizes) + 1)]
    return {name: begin for name, (begin, _) in zip(SHAPES, pairwise(ends), strict=True)}
