"""The data sets."""

import hashlib
import math
import re
from random import Random

import pytest

from engine import decode, encode, moons, names, spiral, xor


def test_xor():
    points, labels = xor()
    assert dict(zip(points, labels, strict=True)) == {
        (0.0, 0.0): -1,
        (1.0, 1.0): -1,
        (0.0, 1.0): 1,
        (1.0, 0.0): 1,
    }


@pytest.mark.parametrize("make", [moons, spiral])
@pytest.mark.parametrize("count", [2, 7, 100])
def test_both_labels_equally_and_the_same_for_a_seed(make, count):
    points, labels = make(count, Random(5))
    assert len(points) == len(labels) == count
    assert abs(sum(labels)) <= 1
    assert set(labels) == {-1, 1}
    assert make(count, Random(5)) == (points, labels)
    assert make(count, Random(6))[0] != points
    assert all(round(v, 6) == v for point in points for v in point)


def test_moons_are_half_circles():
    for (x, y), label in zip(*moons(50, Random(1), noise=0.0), strict=True):
        centre = (0.0, 0.0) if label < 0 else (1.0, 0.5)
        assert math.dist((x, y), centre) == pytest.approx(1.0, abs=1e-5)
        assert (y >= 0) if label < 0 else (y <= 0.5)


def test_spiral_arms_are_opposite():
    points, _ = spiral(60, Random(1), noise=0.0)
    for (x, y), (u, v) in zip(points[::2], points[1::2], strict=True):
        assert (x, y) == pytest.approx((-u, -v), abs=2e-6)
    assert math.hypot(*points[-1]) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("make", [moons, spiral])
def test_noise_has_its_size(make):
    clean, _ = make(400, Random(1), noise=0.0)
    noisy, _ = make(400, Random(1), noise=0.1)
    moved = [a - b for p, q in zip(clean, noisy, strict=True) for a, b in zip(p, q, strict=True)]
    assert sum(d * d for d in moved) / len(moved) == pytest.approx(0.01, rel=0.2)


@pytest.mark.parametrize("make", [moons, spiral])
def test_one_point_is_not_two_classes(make):
    with pytest.raises(ValueError, match="at least two points, not 1"):
        make(1, Random(1))


def test_names_are_those_of_the_census():
    """As PyPI's `names` 0.3.0 has them: the digest is of its two lists, merged."""
    found = names()
    assert (len(found), found[0], found[-1]) == (5163, "aaron", "zulma")
    assert found == sorted(set(found))
    assert {len(name) for name in found} == set(range(2, 12))
    assert set("".join(found)) == set("abcdefghijklmnopqrstuvwxyz")
    digest = hashlib.sha256("\n".join(found).encode()).hexdigest()
    assert digest == "9323f70f58aca13b8f04cd2f85c9c84384de118a16b28b978971f1ce5aec5126"
    found.clear()
    assert len(names()) == 5163, "every call gives a list of its own"


def test_names_become_numbers_and_back():
    assert encode("Ann,\n bo  cy") == encode(["ann", "BO", "Cy"])
    assert encode("ann", longest=3) == [[26, 0, 13, 13, 26]]
    assert [decode(numbers)[1:-1] for numbers in encode(names())] == names()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "no names: give at least one, in letters from a to z"),
        (" , ,", "no names: give at least one"),
        ([], "no names: give at least one"),
        (["ann", ""], "name 2 is empty"),
        ("ann, josé", "name 2, 'josé': 'é' is not a letter from a to z"),
        (["mary ann"], "name 1, 'mary ann': ' ' is not a letter from a to z"),
        ("o'neil", 'name 1, "o\'neil": "\'" is not a letter from a to z'),
        ("安娜", "name 1, '安娜': '安' is not a letter from a to z"),
        ("ann, mary, bob", "name 2, 'mary': it has 4 letters, 3 fit"),
    ],
)
def test_what_is_no_name_is_refused_with_its_place(given, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}") as caught:
        encode(given, longest=3 if "mary," in given else None)
    assert "\n" not in str(caught.value)
