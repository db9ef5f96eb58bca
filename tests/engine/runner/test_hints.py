"""Hints: each mistake gets its own words, and what is no such mistake gets none."""

import sys

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


def test_recursion_and_commands():
    assert "within itself too often" in hint_of("def f(): f()\nf()")
    for command in ("!pip install numpy", "pip install numpy", "%timeit 1", "  !ls"):
        assert "command for a notebook" in hint_of(command), command
    assert "Leave out the >>>" in hint_of(">>> 1 + 1")


def test_streams_that_take_text_only():
    assert "take text only" in hint_of("import sys\nsys.stdout.buffer.write(b'x')")
    assert hint_of("class A: pass\nA().buffer") is None


@pytest.mark.parametrize(
    ("name", "words"),
    [("numpy", "on a smaller scale"), ("matplotlib", "engine draws"), ("torch", "trains here")],
)
def test_packages_that_readers_reach_for(name, words, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    assert words in hint_of(f"import {name}")


def test_files_that_are_not_there():
    assert "There is no file 'data.csv' here" in hint_of("open('data.csv')")
    assert "There is no file" in hint_of("import pathlib\npathlib.Path('data.csv').read_text()")


@pytest.mark.skipif(sys.platform != "emscripten", reason="CPython can do it")
@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import threading\nthreading.Thread(target=print).start()", "one thread"),
        ("import subprocess\nsubprocess.run(['ls'])", "one process"),
        ("from urllib.request import urlopen\nurlopen('http://x.invalid')", "no network"),
        ("from zoneinfo import ZoneInfo\nZoneInfo('Europe/Berlin')", "time zones"),
    ],
)
def test_what_a_page_cannot_do(source, words):
    assert words in hint_of(source)
