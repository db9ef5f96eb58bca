"""Calls that go deep and chains that are freed: an error with its line, or nothing, and Python goes
on. On CPython this is CPython's doing; in a page it needs a guard of its own, see
scripts/bundling/interpreter.py and docs/assets/js/worker/stack.js."""

import sys

import pytest

LENGTH = 20_000  # a page without its guard ends at some 1,500

# In the manner of micrograd; `{base}` may be slots, `{after}` is what frees the chain.
VALUE = """
class Value:
{slots}    def __init__(self, data, children=()):
        self.data, self.grad = data, 0.0
        self.children = {keep}(children)
        self._backward = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out
"""
CHAIN = "one = Value(1.0)\ns = Value(0.0)\nfor i in range({n}): s = s + one\n"
SLOTS = '    __slots__ = ("data", "grad", "children", "_backward")\n'


@pytest.mark.parametrize(
    ("slots", "keep", "length"),
    [("", "tuple", 100_000), (SLOTS, "set", LENGTH), ("", "set", LENGTH), (SLOTS, "list", LENGTH)],
)
def test_a_chain_of_values_is_freed(run, slots, keep, length):
    source = VALUE.format(slots=slots, keep=keep) + CHAIN.format(n=length)
    assert run(source + "print(s.data)\ns = None\nimport gc\ngc.collect()\n1").text.endswith(
        "\n1\n"
    )
    assert run("print('next')").text == "next\n"


ENDS = {
    "del": "del s",
    "rebound": "s = 1",
    "the end of the run": "",
    "a function's end": "",
    "an exception": "try:\n    raise ValueError(s)\nexcept ValueError:\n    s = None",
    "a container": "box = [s]\ns = None\nbox.clear()",
}


@pytest.mark.parametrize("end", ENDS)
def test_however_it_ends(run, end):
    body = (
        "class Value:\n    def __init__(self, *children): self.children = children\n"
        f"one = Value()\ns = one\nfor i in range({LENGTH}): s = Value(s, one)\n{ENDS[end]}"
    )
    if end == "a function's end":
        body = "def f():\n    " + body.replace("\n", "\n    ") + "pass\nf()"
    assert run(body).ok
    assert run("print('next')").text == "next\n"


LINKS = {
    "tuples": "a = (a, None)",
    "lists": "a = [a]",
    "dicts": "a = {1: a}",
    "sets": "a = frozenset([a])",
    "cells": "a = types.CellType(a)",
    "closures": "a = (lambda a: lambda: a)(a)",
    "methods": "a = types.MethodType(print, a)",
    "generators": "a = (x for x in [a])",
    "partials": "a = functools.partial(print, a)",
    "maps": "a = map(int, [a])",
    "deques": "a = collections.deque([a])",
    "named tuples": "a = Pair(a, 1)",
    "errors": "e = ValueError()\n    e.__context__, a = a or None, e",
    "properties": "a = property(a)",
    "finalizers": "a = Final(a)",
}


@pytest.mark.parametrize("link", LINKS)
def test_a_chain_of_what_python_brings_is_freed(run, link):
    source = (
        "import collections, functools, types\n"
        "Pair = collections.namedtuple('Pair', 'a b')\n"
        "class Final:\n    def __init__(self, a): self.a = a\n    def __del__(self): pass\n"
        f"a = ()\nfor i in range({LENGTH}):\n    {LINKS[link]}\ne = None\na = None\n"
        "print('freed')"
    )
    assert run(source).text == "freed\n"


DEEP = {
    "repr": "class A:\n    def __repr__(self): return f'{self}'\nrepr(A())",
    "a key": "def f(x): return sorted([x], key=f)\nf(1)",
    "a comparison": "class A:\n    def __eq__(self, other): return [self] == [A()]\nA() == A()",
    "an order": "class A:\n    def __lt__(self, o): return sorted([A(), A()])\nsorted([A(), A()])",
    "an attribute": "class A:\n    def __getattr__(self, name): return self.other\nA().x",
    "map": "def f(x): return list(map(f, [x]))\nf(1)",
    "sum": "def f(x): return sum(f(y) for y in [x])\nf(1)",
    "a call": "class A:\n    def __call__(self): return self.me()\n"
    "    def __init__(self): self.me = self\nA()()",
    "a pattern": "import re\ndef f(m): return re.sub('a', f, 'a')\nre.sub('a', f, 'a')",
    "json": "import json\ndef f(o): return json.dumps(object(), default=f)\nf(1)",
    "nested lists": "a = []\nfor i in range(20_000): a = [a]\nrepr(a)",
    "nested dicts": "a = {}\nfor i in range(20_000): a = {1: a}\nrepr(a)",
    "nested in comparison": "a = b = ()\nfor i in range(20_000): a, b = (a,), (b,)\na == b",
    "a cache": "import functools\n@functools.cache\ndef f(n): return f(n + 1)\nf(0)",
    "pickle": "import pickle\na = []\nfor i in range(20_000): a = [a]\npickle.dumps(a)",
    "deepcopy": "import copy\na = []\nfor i in range(20_000): a = [a]\ncopy.deepcopy(a)",
    "a hash": "class A:\n    def __hash__(self): return hash((self,))\nhash(A())",
    "an instance check": "class M(type):\n"
    "    def __instancecheck__(cls, o): return isinstance(o, cls)\n"
    "class A(metaclass=M): pass\nisinstance(1, A)",
    "format": "class A:\n    def __format__(self, spec): return '{}'.format(self)\nf'{A()}'",
    "new": "class A:\n    def __new__(cls): return A()\nA()",
    "import": "import sys\nclass F:\n    def find_spec(self, n, p=None, t=None):\n"
    "        return __import__(n + 'z')\nsys.meta_path.insert(0, F())\n"
    "try:\n    import zz\nfinally:\n    del sys.meta_path[0]",
    "plain calls": "import sys\nsys.setrecursionlimit(5000)\ndef f(n): return f(n + 1)\nf(0)",
    "generators": "def g(): yield from g()\nlist(g())",
}


@pytest.mark.parametrize("kind", DEEP)
def test_calls_that_go_too_deep_are_an_error_with_its_line(run, kind):
    recorder = run(DEEP[kind])
    assert not recorder.ok
    assert recorder.error["name"] == "RecursionError"
    assert recorder.error["frames"]
    assert recorder.error["hint"]
    assert run("print('next')").text == "next\n"


@pytest.mark.parametrize("kind", ["a key", "repr", "plain calls", "sum"])
def test_such_an_error_can_be_caught(run, kind):
    body = DEEP[kind].replace("\n", "\n    ")
    source = f"try:\n    {body}\nexcept RecursionError:\n    print('caught')"
    assert run(source).text == "caught\n"


def test_what_programs_need_goes_deep_enough(run):
    source = (
        "import functools\n"
        "@functools.cache\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
        "def depth(tree): return 1 + max(map(depth, tree), default=0)\n"
        "class Node:\n    def __init__(self, next): self.next = next\n"
        "    def __repr__(self): return f'Node({self.next!r})'\n"
        "tree, node = [], None\nfor i in range(150): tree, node = [tree], Node(node)\n"
        "print(fib(200) % 1000, depth(tree), len(repr(node)), len(repr(tree)))"
    )
    assert run(source).text == "525 151 904 302\n"


def test_a_recursion_without_a_limit_is_soon_an_error(run):
    source = "import sys\nsys.setrecursionlimit(300_000)\ndef f(): return f()\nf()"
    if sys.version_info < (3, 12):
        pytest.skip("Python 3.11 ends in the machine's stack")
    assert run(source).error["name"] == "RecursionError"
