"""What programs do to Python and to the page: both hold, and the next run is fresh."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import closing
from .playground import BOOT, Block

FIGURE = (
    "class Fig:\n"
    "    def __init__(self, size, name=''): self.size, self.name = size, name\n"
    "    def _repr_svg_(self):\n"
    "        dots = '<path d=\"M0 0h1\"/>' * (self.size // 18)\n"
    "        return (f'<svg xmlns=\"http://www.w3.org/2000/svg\">'\n"
    "                f'<title>{self.name}</title>{dots}</svg>')\n"
)


@pytest.fixture(scope="module")
def first(returning, post_url):
    with closing(returning) as context:
        page = context.new_page()
        page.goto(post_url)
        yield Block(page, "graph")


def error_of(block: Block) -> str:
    return block.element.locator(".py-error").inner_text().rstrip()


def test_a_long_chain_of_values_is_freed(first: Block):
    source = (
        "class Value:\n    def __init__(self, data, children=()):\n"
        "        self.data, self.children = data, children\n"
        "        self._backward = lambda: None\n"
        "    def __add__(self, other):\n"
        "        out = Value(self.data + other.data, (self, other))\n"
        "        def backward(): self.grad = out\n"
        "        out._backward = backward\n        return out\n"
        "one, s = Value(1.0), Value(0.0)\nfor i in range(100_000): s = s + one\n"
        "print(s.data)\ns = None\nimport gc\nprint(gc.collect() > 0)"
    )
    assert first.run(source) == "100000.0\nTrue\n"
    assert first.run("print('next')") == "next\n"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("class A:\n    def __repr__(self): return f'{self}'\nrepr(A())", 2),
        ("def f(x):\n    return sorted([x], key=f)\nf(1)", 2),
        ("import functools\n@functools.cache\ndef f(n):\n    return f(n + 1)\nf(0)", 4),
        # Nothing in Python looks at these: the browser ends it.
        ("a = iter([1])\nfor i in range(100_000): a = map(int, a)\nnext(a)", 3),
        ("a = ()\nfor i in range(100_000):\n    a = (a,)\nhash(a)", 4),
    ],
)
def test_calls_that_go_too_deep_are_an_error_with_its_line(first: Block, source, line):
    first.run("1 / 0", "error")
    first.run(source, "error")
    assert "ZeroDivisionError" not in error_of(first)
    assert re.search(r"RecursionError: .+$", error_of(first))
    expect(first.button(f"Go to line {line}")).to_be_visible()
    expect(first.element.locator(".py-hint")).to_be_visible()
    assert first.run("print('next')") == "next\n"


@pytest.mark.parametrize(
    ("source", "probe", "shown"),
    [
        ("import builtins\nbuiltins.print = lambda *a: None", "print('heard')", "heard\n"),
        (
            "import engine\nengine.Graph.value = None",
            "import engine\nprint(engine.Graph().value(2.0).data)",
            "2.0\n",
        ),
        ("open('left.txt', 'w').close()", "import os\nprint(os.listdir())", "[]\n"),
        (
            "import os\nos.chdir('/tmp')\nos.environ['A'] = 'b'",
            "import os\nprint(os.getcwd(), 'A' in os.environ)",
            "/home/pyodide False\n",
        ),
        ("import json\njson.dumps = None", "import json\nprint(json.dumps(1))", "1\n"),
        ("import gc\ngc.disable()", "import gc\nprint(gc.isenabled())", "True\n"),
        (
            "import sys\nsys.settrace(lambda *a: None)",
            "import sys\nprint(sys.gettrace())",
            "None\n",
        ),
        (
            "import decimal\ndecimal.getcontext().prec = 3",
            "import decimal\nprint(decimal.Decimal(1) / 7)",
            "0.1428571428571428571428571429\n",
        ),
    ],
)
def test_the_next_run_is_fresh(first: Block, source, probe, shown):
    first.run(source)
    assert first.run(probe) == shown


def test_log_handlers_do_not_add_up(first: Block):
    source = (
        "import logging, sys\nlog = logging.getLogger('x')\n"
        "log.addHandler(logging.StreamHandler(sys.stdout))\nlog.warning('once')"
    )
    for _ in range(3):
        assert first.run(source) == "once\n"


def test_python_can_be_started_anew(first: Block):
    first.run("import math\nmath.kept = 1")
    first.button("More").click()
    first.button("Restart Python").click()
    expect(first.status).to_have_text("Python starts anew: it holds nothing of earlier runs")
    assert first.run("import math\nprint(hasattr(math, 'kept'))") == "False\n"


def test_memory_comes_back(first: Block):
    first.run("kept = bytearray(400_000_000)\nkept = None\nraise MemoryError", "error")
    expect(first.element.locator(".py-hint")).to_contain_text("no more memory")
    size = "import pyodide_js\nprint(pyodide_js._module.HEAPU8.length < 2**28)"
    assert first.run(size) == "True\n"


def test_what_is_flushed_is_seen_before_a_sleep(first: Block):
    source = (
        "import time\nfor i in range(20): print(i, flush=True)\nprint('and', end='')\n"
        "time.sleep(600)"
    )
    first.start(source)
    expect(first.element.locator(".py-live .py-text")).to_have_text(
        "".join(f"{i}\n" for i in range(20)) + "and", timeout=BOOT
    )
    first.button("Stop").click()
    expect(first.status).to_have_text("Stopped")


def test_the_newest_of_many_runs_is_shown_alone(first: Block):
    first.edit("for i in range(3): print(i)")
    for _ in range(5):
        first.page.keyboard.press("ControlOrMeta+Enter")
    first.edit("print('newest')")
    first.page.keyboard.press("ControlOrMeta+Enter")
    first.ended()
    assert first.text == "newest\n"


def test_large_figures_do_not_starve_the_page(first: Block):
    first.start(FIGURE + "h = display(Fig(340_000))\nwhile True: h.update(Fig(340_000))")
    expect(first.element.locator(".py-live img")).to_have_count(1, timeout=BOOT)
    first.button("Stop").click()
    expect(first.status).to_have_text("Stopped")


def test_a_figure_too_large_is_cut(first: Block):
    first.run(FIGURE + "print('before')\ndisplay(Fig(10_000_000))")
    assert first.text == "before\n"
    expect(first.element.locator(".py-live .py-note")).to_contain_text("Output cut")
    assert first.element.locator(".py-live img").count() == 0


def test_text_and_figures_keep_their_order(first: Block):
    first.run(FIGURE + "print(1)\ndisplay(Fig(20, 'a'))\nprint(2)\ndisplay(Fig(20, 'b'))\nprint(3)")
    parts = first.element.locator(".py-live > *").evaluate_all(
        "parts => parts.map((part) => part.querySelector('img')?.alt ?? part.textContent)"
    )
    assert parts == ["1\n", "a", "2\n", "b", "3\n"]


def test_a_terminal_s_ways(first: Block):
    source = (
        "import time\nfor i in range(0, 101, 25):\n"
        "    print(f'\\r{i}%', end='', flush=True)\n    time.sleep(0.06)\n"
        "print('\\n\\x1b[31mred\\x1b[0m ab\\bc')"
    )
    assert first.run(source) == "100%\nred ac\n"


def test_a_long_value_shows_its_beginning(first: Block):
    text = first.run("list(range(100_000))")
    assert text.startswith("[0, 1, 2, ")
    expect(first.element.locator(".py-live .py-note")).to_contain_text("Output cut")


def test_code_may_await_and_end_itself(first: Block):
    source = (
        "import asyncio, sys\n"
        "async def main():\n    await asyncio.sleep(0.01)\n    print('slept')\n"
        "await main()\nsys.exit(0)"
    )
    assert first.run(source) == "slept\n"
    assert first.run(source.replace("await main()", "asyncio.run(main())")) == "slept\n"
