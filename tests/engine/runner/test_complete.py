"""Completion and descriptions: what is offered, from a run or without one, and what is not run."""

import sys
import time

import pytest

from engine.runner import Cell, Session
from engine.runner.complete import complete

ABOVE = """\
import math
from engine import Graph
import engine.nn as nn

class Box:
    '''Holds a number.'''
    __slots__ = ("slot",)

    def __init__(self, size: float = 1.0):
        self.slot = size

    def grow(self, by: float) -> None:
        '''Make it larger.'''

    @property
    def alarm(self):
        '''Not to be rung.'''
        raise SystemExit

box = Box()
number = 3
"""


@pytest.fixture(params=["run", "not run"])
def ask(request):
    """Completes a text below ABOVE, which was run or not; returns labels with their types."""
    session = Session(lambda event: None)
    above = Cell("above", "", ABOVE)
    if request.param == "run":
        assert session.run([above])

    def complete(text):
        found = session.complete([above, Cell("here", "", text)], text)
        return {item["label"]: item["type"] for item in found}

    complete.ran = request.param == "run"
    return complete


def test_names_of_blocks_builtins_and_keywords(ask):
    assert ask("x = nu") == {"number": "variable"}
    assert ask("bo")["box"] == "variable"
    assert ask("Bo")["Box"] == ("class" if ask.ran else "variable")
    assert ask("sor") == {"sorted": "function"}
    assert ask("retu") == {"return": "keyword"}
    assert ask("Gr") == {"Graph": "class"}
    assert ask("NUM") == {"number": "variable"}  # whichever case


def test_members(ask):
    assert ask("math.sq")["sqrt"] == "function"
    assert ask("print(Graph.va")["value"] == "function"
    assert "Neuron" in ask("nn.N")
    assert not [name for name in ask("math.") if name.startswith("_")]
    assert "__name__" in ask("math.__n")
    if ask.ran:
        assert ask("box.") == {"alarm": "property", "grow": "function", "slot": "property"}
        assert ask("box.slot.is_i") == {"is_integer": "function"}
        assert ask("box.alarm.") == {}, "a property was run"
    else:
        assert ask("box.") == {}


def test_imports(ask):
    assert "Graph" in ask("from engine import G")
    assert "MLP" in ask("from engine.nn import Neuron, M")
    assert ask("import eng") == {"engine": "namespace"}
    assert "nn" in ask("import engine.n")
    assert "import" in ask("from engine im")


def test_what_is_not_loaded_is_not_fetched_for_a_suggestion(ask):
    assert "xmlrpc" not in sys.modules
    assert ask("from xmlrpc import c") == {}
    assert ask("import xmlrpc\nxmlrpc.") == {}
    assert "xmlrpc" not in sys.modules


@pytest.mark.parametrize(
    "text", ["", "x = ", "# nu", "x = 1  # the nu", "nowhere.", "nowhere.x.y", "1."]
)
def test_nothing_where_nothing_fits(ask, text):
    assert ask(text) == {}


def test_half_written_code_is_no_obstacle(ask):
    assert "number" in ask("def f(:\n    nu")


def test_descriptions():
    session = Session(lambda event: None)
    cells = [Cell("above", "", ABOVE), Cell("here", "", "")]
    assert session.describe(cells, "box") is None
    assert session.run(cells)
    assert session.describe(cells, "Box") == {
        "title": "Box(size: float = 1.0)",
        "text": "Holds a number.",
    }
    assert session.describe(cells, "box.grow")["text"] == "Make it larger."
    assert session.describe(cells, "box.alarm") == {
        "title": "box.alarm: property",
        "text": "Not to be rung.",
    }
    assert session.describe(cells, "number") == {"title": "number: int", "text": ""}
    assert session.describe(cells, "math")["title"] == "module math"
    assert session.describe(cells, "sum")["text"]
    assert session.describe(cells, "nowhere") is None
    assert session.describe(cells, "box.alarm.deeper") is None


def test_the_names_of_another_page_are_not_offered():
    session = Session(lambda event: None)
    assert session.run([Cell("a", "", "first = 1"), Cell("b", "", "elsewhere = 1")])
    other = [Cell("x", "", "here = 1"), Cell("y", "", "")]
    assert session.complete(other, "elsew") == []
    assert session.complete(other, "her")


LONG_LINES = {
    "a name": lambda n: "a" * n,
    "a dotted name": lambda n: "a." * (n // 2),
    "a list": lambda n: "x = [" + "1, " * (n // 3),
    "an import": lambda n: "from a import " + "b, " * (n // 3) + "!",
    "spaces in an import": lambda n: "from a import" + " " * n + "!",
    "modules": lambda n: "import " + "a, " * (n // 3) + " " * n + "!",
    "digits": lambda n: "1" * n,
}


@pytest.mark.parametrize("line", LONG_LINES.values(), ids=LONG_LINES)
def test_the_work_grows_as_the_line_does(line):
    def seconds(length):  # of the processor, so that a busy machine does not matter
        text, best = line(length), float("inf")
        for _ in range(5):
            begin = time.process_time()
            complete(text, {})
            best = min(best, time.process_time() - begin)
        return best

    assert seconds(80_000) < 8 * seconds(10_000) + 0.02  # quadratic: 64 times
