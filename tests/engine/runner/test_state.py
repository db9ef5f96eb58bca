"""Whether a run has changed the process: then the next fresh run needs another."""

import logging
import sys

import pytest

from engine.runner import Cell
from engine.runner.state import State

# What is done, and what undoes it: these tests share a process.
CHANGES = {
    "a builtin": ("import builtins\nbuiltins.other = 1", "del builtins.other"),
    "print": (
        "import builtins\nkept = print\nbuiltins.print = lambda *a: None",
        "builtins.print = kept",
    ),
    "a class of the engine": (
        "import engine\nkept = engine.Graph.value\nengine.Graph.value = None",
        "engine.Graph.value = kept",
    ),
    "a new method": (
        "import engine\nengine.Value.hello = lambda self: 1",
        "del engine.Value.hello",
    ),
    "a table of the engine": (
        "from engine.ops import OPS\nOPS['other'] = 1",
        "del OPS['other']",
    ),
    "defaults of a function": (
        "from engine import plot\nkept = plot.__kwdefaults__, plot.__defaults__\n"
        "plot.__defaults__ = (1,)\nplot.__kwdefaults__ = {}",
        "plot.__kwdefaults__, plot.__defaults__ = kept",
    ),
    "a module": ("import math\nkept = math.sin\nmath.sin = 3", "math.sin = kept"),
    "a class of the library": (
        "import json\njson.JSONEncoder.item_separator = ' , '",
        "json.JSONEncoder.item_separator = ', '",
    ),
    "a module taken away": (
        "import sys, json\nkept = sys.modules.pop('json')",
        "sys.modules['json'] = kept",
    ),
    "a module made up": (
        "import sys, types\nsys.modules['madeup'] = types.ModuleType('madeup')",
        "del sys.modules['madeup']",
    ),
    "a module that is imported now": (
        "import colorsys\nkept = colorsys.rgb_to_hsv\ncolorsys.rgb_to_hsv = None",
        "colorsys.rgb_to_hsv = kept",
    ),
    "a log handler": (
        "import logging\nlog = logging.getLogger('runs')\nhandler = logging.StreamHandler()\n"
        "log.addHandler(handler)",
        "log.removeHandler(handler)",
    ),
    "the root's level": (
        "import logging\nkept = logging.root.level\nlogging.root.setLevel(7)",
        "logging.root.setLevel(kept)",
    ),
    "the path": ("import sys\nsys.path.append('/nowhere')", "sys.path.remove('/nowhere')"),
    "the environment": ("import os\nos.environ['OTHER'] = '1'", "del os.environ['OTHER']"),
    "the collector": ("import gc\ngc.disable()", "gc.enable()"),
    "its thresholds": (
        "import gc\nkept = gc.get_threshold()\ngc.set_threshold(5)",
        "gc.set_threshold(*kept)",
    ),
    "a profile": ("import sys\nsys.setprofile(lambda *a: None)", "sys.setprofile(None)"),
    "a hook": (
        "import sys\nkept = sys.excepthook\nsys.excepthook = print",
        "sys.excepthook = kept",
    ),
    "pickling": (
        "import copyreg\ncopyreg.pickle(complex, str)",
        "copyreg.pickle(complex, copyreg.pickle_complex)",
    ),
}

NOT_A_CHANGE = [
    "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int = 0\nA()",
    "import statistics, fractions, textwrap, string\nstatistics.mean([1, 2])",
    "import random\nrandom.seed(1)\nrandom.random()",
    "import collections.abc, xml.dom\nclass A(collections.abc.Sequence):\n"
    "    def __len__(self): return 0\n    def __getitem__(self, i): raise IndexError\nlist(A())",
    "import enum, typing, re, json, functools\nre.sub('a', 'b', 'a')\njson.loads('[1]')\n"
    "class E(enum.Enum):\n    A = 1\nE.A",
    "from engine import Graph\ng = Graph()\nx = g.value(2.0)\n(x * x).backward()\nx.grad",
    "print('a')\nprint('b', flush=True)\n1 / 0",
    "import warnings\nwarnings.warn('careful')\nwarnings.simplefilter('error')",
    "import sys\nsys.setrecursionlimit(3000)\nsys.stdout = None",
    "import decimal\ndecimal.getcontext().prec = 3",
    "import asyncio\nasync def f(): pass\nawait f()\nawait asyncio.sleep(0)",
    "x = {1: 2}\ndef f(n): return f(n + 1)\nf(0)",
]


@pytest.fixture
def watch(recorder):
    """Makes a recorder whose process is watched from now on. (Pytest notes in the environment
    which part of a test runs.)"""
    states = []

    def begin():
        states.append(State())
        return recorder(state=states[-1])

    yield begin
    for state in states:
        state.close()


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_process_is_seen(watch, name):
    change, undo = CHANGES[name]
    sys.modules.pop("colorsys", None)
    watched = watch()
    try:
        assert watched.run(change).ok
        assert watched.session.stale([Cell("other", "", "1")])
        going_on = [Cell("cell-0", "block0.py", change), Cell("cell-1", "", "")]
        assert not watched.session.stale(going_on), "it is this program's own"
    finally:
        watched.run(change, undo)
    assert not watched.session.stale([Cell("other", "", "1")])


@pytest.mark.parametrize("source", NOT_A_CHANGE)
def test_what_programs_do_is_no_change(watch, source):
    watched = watch()
    watched.run(source)
    assert watched.session.stale([Cell("other", "", "1")]) == ""


def test_without_a_state_nothing_is_stale(recorder):
    plain = recorder()
    plain.run("import sys\nsys.path.append('/nowhere')")
    assert plain.session.stale([Cell("other", "", "1")]) == ""
    sys.path.remove("/nowhere")


def test_modules_look_as_if_nobody_had_watched(watch):
    watched = watch()
    sys.modules.pop("colorsys", None)
    source = (
        "import colorsys, importlib.resources\n"
        "print(type(colorsys.__loader__).__name__, colorsys.__spec__.loader is colorsys.__loader__)"
    )
    assert "_Loader" not in watched.run(source).text
    assert watched.text.endswith("True\n")


def test_a_change_that_cannot_be_compared_counts(watch):
    watched = watch()
    source = (
        "import logging\nclass Odd(logging.Handler):\n"
        "    def __eq__(self, other): raise ValueError\n    __hash__ = None\n"
        "odd = Odd.__new__(Odd)\nlogging.root.handlers.append(odd)"
    )
    watched.run(source)
    assert watched.session.stale([Cell("other", "", "1")])
    logging.root.handlers.pop()
