"""Hints: each mistake gets its own words, and what is no such mistake gets none."""

import pytest

from engine.runner import Cell, Session

BELOW = [
    Cell("later", "later.py", "import math as m\nfrom a.b import c\nfor i in []: area = 2\n"),
    Cell("broken", "", "x = = 1"),
    Cell(
        "last", "", "def area(): inner = 1\nclass Net: width = 2\n[k for k in ()]\nw = lambda q: 0"
    ),
]


def hint_of(source: str, below=BELOW) -> str | None:
    events = []
    Session(events.append).run([Cell("a", "a.py", source)], below)
    (error,) = (event for event in events if event["type"] == "error")
    return error["hint"]


@pytest.mark.parametrize(
    ("name", "where"),
    [("area", "later.py"), ("m", "later.py"), ("c", "later.py"), ("Net", "last"), ("w", "last")],
)
def test_a_name_from_a_block_below(name, where):
    assert hint_of(f"print({name})").startswith(f"{name} comes from {where}, further down the page")


@pytest.mark.parametrize("name", ["inner", "width", "k", "q", "nowhere", "math"])
def test_names_that_no_block_binds_get_no_hint(name):
    assert hint_of(f"print({name})") is None


def test_a_local_without_a_value_gets_no_hint():
    assert hint_of("def f():\n    print(area)\n    area = 1\nf()") is None


def test_modules_that_are_not_here():
    assert hint_of("import no_such_thing").startswith("no_such_thing is not here: ")
    assert hint_of("import no_such_thing.part as p").startswith("no_such_thing is not here: ")
    assert hint_of("import math.nothing") is None
    assert hint_of("import engine.nothing") is None
    windows_or_not = "import winreg, posix"
    assert "needs what a browser does not give" in hint_of(windows_or_not)


@pytest.mark.parametrize("source", ["1 / 0", "x = = 1", "raise NameError('plain')"])
def test_other_errors_get_no_hint(source):
    assert hint_of(source) is None
