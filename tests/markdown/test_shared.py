"""Where there is one interpreter only, as inside Pyodide, a page leaves little to the next."""

import subprocess
import sys

from scripts.markdown.paths import ROOT

PROGRAM = """
import logging
import os
import sys
from pathlib import Path

from scripts.markdown import program
from scripts.markdown.shared import SharedInterpreter
from scripts.markdown.snippets import parse_page

program._interpreter = lambda world: SharedInterpreter()
logging.getLogger().addHandler(logging.NullHandler())  # as pytest has
before = os.getcwd(), sys.path[:], hex, logging.getLogger().handlers[:]


def run(*lines):
    snippets = parse_page("```python\\n" + "\\n".join(lines) + "\\n```\\n", Path("page.md"))
    page = program.Program(snippets, Path("page.md"))
    outcome = page.run(snippets[0])
    page.close()
    assert not outcome.problem, outcome.problem
    return outcome.text


run(
    "import builtins, colorsys, decimal, json, os, random, sys, logging, locale, gc",
    "import engine",
    "decimal.getcontext().prec = 5",
    "os.environ['X'] = '1'",
    "engine.Graph = None",
    "engine.graph.new = 1",
    "json.dumps = None",
    "colorsys.left = 1",
    "builtins.hex = None",
    "builtins.mine = 1",
    "sys.path.clear()",
    "sys.argv.append('x')",
    "logging.disable()",
    "logging.getLogger().addHandler(logging.NullHandler())",
    "sys.settrace(lambda *_: None)",
    "gc.disable()",
    "open('left.txt', 'w').close()",
    "os.chdir('/')",
)
print(run(
    "import colorsys, gc, json, os, sys, logging",
    "from decimal import Decimal",
    "from engine import Graph, graph",
    "print(Decimal(1) / 7, 'X' in os.environ, os.listdir(), Graph().value(2).data)",
    "print(json.dumps([hex(10)]), hasattr(colorsys, 'left'), hasattr(graph, 'new'))",
    "print(len(sys.argv), sys.gettrace(), gc.isenabled(), 'mine' in dir(__builtins__))",
    "logging.warning('careful')",
))
assert before == (os.getcwd(), sys.path[:], hex, logging.getLogger().handlers[:])
"""


def test_a_page_leaves_nothing_that_can_be_set_back() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.stderr == ""
    assert answer.stdout.splitlines() == [
        "0.1428571428571428571428571429 False [] 2.0",
        '["0xa"] False False',
        "1 None True False",
        "WARNING:root:careful",
    ]
