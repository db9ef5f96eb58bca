"""Mutants of a program, and the budget that ends those which would not end."""

import pytest

from scripts.markdown.budget import Budget, OutOfSteps, counted
from scripts.markdown.mutants import mutants, normal


def changes(source: str) -> list[str]:
    return [str(mutant) for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = b + c", ["a = b + c -> pass", "a = b + c -> a = b - c"]),
        ("a = b // c", ["a = b // c -> pass", "a = b // c -> a = b / c"]),
        ("a = b**c", ["a = b ** c -> pass", "a = b ** c -> a = b * c"]),
        ("a += b", ["a += b -> pass", "a += b -> a = b", "a += b -> a -= b"]),
        ("return 1", ["return 1 -> pass", "return 1 -> return 2", "return 1 -> return 0"]),
        ("a = -b", ["a = -b -> pass", "a = -b -> a = b"]),
        ("a = True", ["a = True -> pass", "a = True -> a = False"]),
        ("a = 'x'", ["a = 'x' -> pass", "a = 'x' -> a = 'x?'"]),
        ("a = min(b)", ["a = min(b) -> pass", "a = min(b) -> a = max(b)"]),
        (
            "if a < b and c:\n    d()",
            [
                "if a < b and c: -> if a < b or c:",
                "if a < b and c: -> if a <= b and c:",
                "if a < b and c: -> if a >= b and c:",
                "d() -> pass",
            ],
        ),
        ("while a is not b:\n    break", ["while a is not b: -> while a is b:", "break -> pass"]),
        (
            "for i in range(n):\n    d(a[i:])",
            [
                "for i in range(n): -> for i in range(n + 1):",
                "for i in range(n): -> for i in range(n - 1):",
                "d(a[i:]) -> pass",
                "d(a[i:]) -> d(a[i + 1:])",
                "d(a[i:]) -> d(a[i - 1:])",
            ],
        ),
        (
            "@some\ndef f(a=1):\n    g()",
            ["def f(a=1): -> def f(a=2):", "def f(a=1): -> def f(a=0):"],
        ),
        # Nothing of these matters to an answer.
        ("'''doc'''\nimport a\nprint(a + 1)\ndisplay(a)", []),
        ("def f(a: 'int' = None) -> 'x':\n    '''doc'''", []),
        ("a: int\nf'{a:.3f} {a + 1}'", ["f'{a:.3f} {a + 1}' -> pass"]),
    ],
)
def test_one_change_each(source: str, expected: list[str]) -> None:
    assert changes(source)[: len(expected)] == expected
    assert len(changes(source)) == len(set(changes(source)))
    if "@some" not in source:
        assert len(changes(source)) == len(expected)


def test_mutants_are_whole_programs_and_name_their_lines() -> None:
    source = "x = 1\n\n\ndef f(y):\n    if y > x:\n        return y * 2\n    return y\n"
    found = mutants(source)
    assert {mutant.line for mutant in found} == {1, 5, 6, 7}
    for mutant in found:
        compile(mutant.source, "mutant", "exec")
        assert mutant.source != source
    [halved] = [mutant for mutant in found if mutant.new == "return y / 2"]
    assert halved.source == source.strip().replace("\n\n\n", "\n\n").replace("y * 2", "y / 2")


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("return (a,b)", "return (a, b)"),
        ('x = "a"', "x = 'a'"),
        ("for i in range( n )", "for i in range(n):"),
        ("while (a):", "while a:"),
        ("what is this", "what is this"),
    ],
)
def test_a_statement_is_found_however_it_is_spelled(written: str, same: str) -> None:
    assert normal(written) == same


def run(source: str, limit: int) -> int:
    with Budget(limit) as budget:
        exec(counted(source), {})
    return budget.steps


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "def f():\n    while True:\n        yield 1\nsum(f())",
        "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass",
        "while True:\n    try:\n        1 / 0\n    except:\n        pass",
        "def f(): f()\nwhile True:\n    try: f()\n    except RecursionError: pass",
        "from itertools import count\nnext(i for i in count() if i < 0)",
        "[0 for _ in iter(int, 1)]",
    ],
)
def test_what_does_not_end_is_ended(source: str) -> None:
    with pytest.raises(OutOfSteps):
        run(source, 2_000)
    with pytest.raises(NameError):
        exec(counted("while True: pass"), {})  # nothing is left behind


def test_counting_changes_nothing_else() -> None:
    source = (
        "class A:\n def f(self, n):\n  'doc'\n  return [i for i in range(n) if i % 2]\n"
        "for i in range(100):\n    A().f(i)\n"
        "assert A.f.__doc__ == 'doc' and A().f(5) == A().f(5) == [1, 3]\n"
    )
    assert run(source, 10_000) == 100 + 100 + 4950 + 2 * (1 + 5)
    assert counted("x = = 1") == "x = = 1"
