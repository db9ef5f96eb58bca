"""Small data sets: points in the plane with labels -1 and 1, and first names, also as numbers.

Coordinates are rounded to six decimals: math.sin and Random.gauss differ between C libraries in the
last digit, and the same seed should give the same data everywhere.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from random import Random

Points = list[tuple[float, float]]

END = 26  # begins and ends a name; a to z are 0 to 25


def xor() -> tuple[Points, list[int]]:
    """The four corners of a square; 1 where exactly one coordinate is 1. No line separates them.

    >>> points, labels = xor()
    >>> points[1], labels
    ((0.0, 1.0), [-1, 1, 1, -1])
    """
    return [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)], [-1, 1, 1, -1]


def moons(count: int, rng: Random, noise: float = 0.1) -> tuple[Points, list[int]]:
    """Two interleaving half circles of radius 1, as in scikit-learn's make_moons.

    The first half of the points, label -1, is the upper moon. `noise` is the standard deviation
    that is added to each coordinate.

    >>> points, labels = moons(4, Random(1), noise=0.0)
    >>> points[0], labels
    ((1.0, 0.0), [-1, -1, 1, 1])
    """
    upper = _count(count) // 2
    points, labels = [], []
    for i in range(count):
        if i < upper:
            angle = math.pi * i / max(upper - 1, 1)
            x, y = math.cos(angle), math.sin(angle)
        else:
            angle = math.pi * (i - upper) / max(count - upper - 1, 1)
            x, y = 1 - math.cos(angle), 0.5 - math.sin(angle)
        points.append(_blur(x, y, noise, rng))
        labels.append(-1 if i < upper else 1)
    return points, labels


def spiral(
    count: int, rng: Random, noise: float = 0.02, turns: float = 1.5
) -> tuple[Points, list[int]]:
    """Two arms that wind around the origin `turns` times, out to radius 1; taken in turn.

    >>> points, labels = spiral(4, Random(1), noise=0.0)
    >>> points[2], labels
    ((-1.0, 0.0), [-1, 1, -1, 1])
    """
    points, labels = [], []
    for i in range(_count(count)):
        arm, along = i % 2, (i // 2 + 1) / ((count + 1) // 2)
        angle = 2 * math.pi * turns * along + math.pi * arm
        points.append(_blur(along * math.cos(angle), along * math.sin(angle), noise, rng))
        labels.append(1 if arm else -1)
    return points, labels


def names() -> list[str]:
    """The 5,163 first names of the US census of 1990: a to z only, 2 to 11 letters, from a to z.

    >>> names()[:3], len(names())
    (['aaron', 'abbey', 'abbie'], 5163)
    """
    text = Path(__file__).with_name("names.txt").read_text(encoding="ascii")
    return [name for line in text.splitlines() if line[0] != "#" for name in line.split()]


def encode(names: str | Iterable[str], longest: int | None = None) -> list[list[int]]:
    """Each name as numbers: a to z are 0 to 25, and 26 stands before and after the name.

    A text is taken apart at commas and white space. Capitals are as good as small letters.

    >>> encode("Ann, bo")
    [[26, 0, 13, 13, 26], [26, 1, 14, 26]]

    Raises ValueError, which names place and name, for a letter outside a to z, an empty name, a
    name of more than `longest` letters; and if there is no name at all.
    """
    split = names.replace(",", " ").split() if isinstance(names, str) else list(names)
    if not split:
        raise ValueError("no names: give at least one, in letters from a to z")
    for n, name in enumerate(split, 1):
        if not name:
            raise ValueError(f"name {n} is empty")
        for letter in name.lower():
            if not "a" <= letter <= "z":
                raise ValueError(f"name {n}, {name!r}: {letter!r} is not a letter from a to z")
        if longest is not None and len(name) > longest:
            raise ValueError(f"name {n}, {name!r}: it has {len(name)} letters, {longest} fit")
    return [[END, *(ord(letter) - ord("a") for letter in name.lower()), END] for name in split]


def decode(numbers: Iterable[int]) -> str:
    """The letters of these numbers; a dot for 26, the beginning or end of a name.

    >>> decode([26, 0, 13, 13, 26])
    '.ann.'
    """
    return "".join("." if number == END else chr(ord("a") + number) for number in numbers)


def _count(count: int) -> int:
    if count < 2:
        raise ValueError(f"two classes need at least two points, not {count}")
    return count


def _blur(x: float, y: float, noise: float, rng: Random) -> tuple[float, float]:
    return round(x + rng.gauss(0, noise), 6), round(y + rng.gauss(0, noise), 6)
