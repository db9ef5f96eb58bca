"""The words with which checks refuse."""

import math

import pytest

from engine import Graph
from engine.exercise import alike, attempt, compare, number, refuse, shown


def refused(check, *arguments, **options):
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **options)
    return str(caught.value)


def twice(x):
    return 2 * x


def test_a_right_answer_is_not_refused():
    compare(twice, lambda x: x + x, [(1,), (-2.5,), (0.1 + 0.2,)], kind="a number")
    compare(sorted, lambda xs: tuple(sorted(xs)), [([3, 1],)], kind="a list")
    number("x", 1 / 3, 0.3333333333333, kind="a third")


def test_what_was_tried_what_came_out_and_what_would_be_right():
    told = refused(compare, twice, abs, [(1,), (3.0000000001,)], kind="no more than it was")
    assert told == "Tried twice(1): it gave 2. Right would be no more than it was."


def test_a_mistake_gets_its_own_words_only_if_it_is_the_readers():
    mistakes = {"That is half of it.": lambda x: x, "That is a square.": lambda x: x * x}
    cases = [(0,), (2,), (3,), (-1.5,)]

    def told(answer):
        return refused(compare, answer, twice, cases, kind="a number", mistakes=mistakes)

    assert told(lambda x: x).endswith("a number. That is half of it.")
    assert told(lambda x: x * x).endswith("a number. That is a square.")
    assert told(lambda x: x * x if x < 3 else 0).endswith("a number.")
    assert told(lambda x: x if x >= 0 else 1 / 0).endswith("Right would be a number.")


def test_an_error_of_the_answer_is_told_with_what_was_tried():
    def fails(xs):
        return xs[7]

    told = refused(compare, fails, len, [([1, 2],)], kind="a number")
    assert told == "Tried fails([1, 2]): it raised IndexError: list index out of range"
    with pytest.raises(AssertionError) as caught:
        attempt(fails, [])
    assert isinstance(caught.value.__cause__, IndexError)
    assert refused(attempt, 3, 1) == "A function was expected, but there is 3."


def test_an_answer_that_changes_its_arguments_harms_nobody():
    def pops(xs, rest):
        rest["b"].append(1)
        return xs.pop()

    compare(pops, lambda xs, rest: xs[-1] + len(rest["b"]), [([1, 2], {"b": []})] * 2, kind="it")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (..., "slope has no value yet: put a number in its place, how steep it is."),
        (None, "slope has no value yet: put a number in its place, how steep it is."),
        (12, "slope is 12. Right would be another number: how steep it is. Half of it."),
        (12.0, "slope is 12. Right would be another number: how steep it is. Half of it."),
        (23.9999, "slope is 23.9999. Right would be another number: how steep it is."),
        ("24", "slope is '24'. Right would be a number: how steep it is."),
        ("no", "slope is 'no'. Right would be a number: how steep it is. There is one."),
        (twice, "slope is twice. Right would be a number: how steep it is."),
        (math.nan, "slope is nan. Right would be another number: how steep it is."),
    ],
)
def test_numbers(value, told):
    mistakes = {"Half of it.": 12, "There is one.": "no"}
    assert refused(number, "slope", value, 24, kind="how steep it is", mistakes=mistakes) == told


@pytest.mark.parametrize(
    ("got", "wanted", "same"),
    [
        (1, 1.0, True),
        (1 + 1e-12, 1, True),
        (1 + 1e-6, 1, False),
        (1e-12, 0, True),
        (True, 1, False),
        (1, True, False),
        (True, True, True),
        (math.nan, math.nan, True),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        ([1, 2.0], (1.0, 2), True),
        ([1, 2], [1, 2, 3], False),
        ([1, [2]], [1, [2 + 1e-15]], True),
        ({"a": 1.0}, {"a": 1}, True),
        ({"a": 1.0}, {"b": 1}, False),
        ({1}, [1], False),
        ("a", "a", True),
        ("a", "b", False),
        (None, None, True),
        (0, None, False),
        ({1, 2}, {2, 1}, True),
        (frozenset({1}), {1}, False),
    ],
)
def test_alike(got, wanted, same):
    assert alike(got, wanted) is same


def test_values_are_shown_short_and_the_same_everywhere():
    class Broken:
        def __repr__(self):
            raise KeyError(1)

    assert shown(0.1 + 0.2) == "0.3"
    assert shown([1 / 3, (2.0,), ()]) == "[0.333333, (2,), ()]"
    assert len(shown(list(range(10_000)))) < 100
    assert len(shown("x" * 10_000)) < 100
    assert shown(Broken()) == "<Broken whose repr raised KeyError>"
    assert shown(lambda: 1) == "<lambda>"
    assert shown(Graph().value(2.0)) == repr(Graph().value(2.0))


def test_refuse():
    assert refused(refuse, "no") == "no"
