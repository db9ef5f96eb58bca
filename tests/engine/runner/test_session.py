"""The runner: what a program of cells emits, and when it may go on instead of starting again."""

import logging
import sys
import warnings

import pytest

from engine.runner import Cell, Session, golden


def streams(recorder):
    return [(e["name"], e["text"]) for e in recorder.events if e["type"] == "stream"]


# Output


def test_live_text_is_shown_and_never_golden(run):
    recorder = run(
        "from engine.runner import Live\nprint('a')\nshown = display(Live('3 ms'), id='t')\n"
        "shown.update(Live('2 ms'))\nprint('b')\nLive('1 ms')"
    )
    shown = [e["data"]["text/plain"] for e in recorder.events if e["type"] == "display"]
    assert shown == ["3 ms", "2 ms", "1 ms"]
    assert recorder.text == "a\nb\n"


def test_prints_line_by_line_and_streams_keep_their_order(run):
    source = (
        "import sys\nprint('a', 1)\nprint('b', end='')\nprint('c', file=sys.stderr)\nprint('d')"
    )
    assert streams(run(source)) == [
        ("stdout", "a 1\n"),
        ("stdout", "b"),
        ("stderr", "c\n"),
        ("stdout", "d\n"),
    ]


def test_unfinished_line_is_emitted_on_flush_and_when_long(run):
    assert streams(run("print('a', end='', flush=True); print('b', end='')")) == [
        ("stdout", "a"),
        ("stdout", "b"),
    ]
    parts = streams(run("for i in range(30000): print('x', end='')"))
    assert 2 <= len(parts) <= 6
    assert "".join(text for _, text in parts) == "x" * 30000


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1 + 1", "2\n"),
        ("x = 1", ""),
        ("None", ""),
        ("0", "0\n"),
        ("''", "''\n"),
        ("1 + 1;", ""),
        ("(1 +\n 1)  # two", "2\n"),
        ("'é' * 2 ; # quiet", ""),
        ("print('a', end='')\n2", "a\n2\n"),
        ("for i in range(2): i", ""),
        ("", ""),
        ("x = '\u2028'\nx; # a line separator for some, not for Python", ""),
        ("x = 1\r\nx\r\n", "1\n"),
        ("# only a comment", ""),
        ("'a docstring alone is a value'", "'a docstring alone is a value'\n"),
    ],
)
def test_last_expression_is_echoed(run, source, text):
    assert run(source).text == text


def test_only_the_last_cell_is_heard(run):
    assert run("print('one'); 1", "print('two')").text == "two\n"


def test_code_is_the_main_module(run):
    source = (
        "from __future__ import annotations\n"
        "import pickle, sys, typing\n"
        "class A:\n    x: A\n"
        "print(__name__, sys.modules['__main__'].A is A, pickle.loads(pickle.dumps(A)) is A)\n"
        "print(typing.get_type_hints(A) == {'x': A})"
    )
    main = sys.modules["__main__"]
    assert run(source).text == "__main__ True True\nTrue\n"
    assert sys.modules["__main__"] is main


def test_future_statements_hold_for_the_last_expression_and_later_cells(run):
    first = "from __future__ import annotations\nf = lambda: 0\nf"
    assert run(first, "def g(x: nowhere): pass\ng.__annotations__").text == "{'x': 'nowhere'}\n"


def test_streams_refuse_what_is_not_text(run):
    assert run("import sys\nsys.stdout.write(b'x')").text == (
        "TypeError: write() argument must be str, not bytes\n"
    )


def test_input_is_refused_in_words(run):
    recorder = run("name = input('Your name? ')")
    assert not recorder.ok
    assert recorder.error["name"] == "EOFError"
    assert "run this block by itself first" in recorder.error["message"]
    assert "capture.py" not in recorder.error["traceback"]
    assert run("import sys\nsys.stdin.read()").error["name"] == "EOFError"


def test_warnings_go_to_stderr_with_the_block_as_file(run):
    source = "import warnings\nwarnings.warn('careful')\nx = 1 is 1"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = run(source).text
    assert "block0.py:2: UserWarning: careful\n  warnings.warn('careful')" in text
    assert "block0.py:3: SyntaxWarning" in text


def test_a_stream_held_across_runs_still_reports(run):
    source = (
        "import logging, sys\nlog = logging.getLogger('snippet')\nlog.propagate = False\n"
        "log.addHandler(logging.StreamHandler(sys.stdout))\nsys.stdout.close()"
    )
    try:
        run(source)
        assert run(source, "log.warning('still here')").text == "still here\n"
    finally:
        logging.getLogger("snippet").handlers.clear()


# Displays


SVG_CLASS = (
    "class Fig:\n    def __init__(self, s): self.s = s\n    def _repr_svg_(self): return self.s\n"
)


def test_display_protocol_keeps_the_allowed_types(run):
    source = (
        "class Rich:\n"
        "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        steps = 'application/vnd.engine.steps+json'\n"
        "        return {'text/html': '<b>', steps: [1, 2], 'text/plain': 'rich'}, {}\n"
        "Rich()"
    )
    (event,) = run(source).events
    assert event == {
        "type": "display",
        "data": {"text/plain": "rich", "application/vnd.engine.steps+json": [1, 2]},
        "id": None,
        "update": False,
    }


def test_svg_has_a_text_too(run):
    (event,) = run(SVG_CLASS + "Fig('<svg/>')").events
    assert event["data"]["image/svg+xml"] == "<svg/>"
    assert "Fig object" in event["data"]["text/plain"]


def test_display_and_update(run):
    source = "h = display(1, id='a')\ndisplay(2)\nh.update(3)\ndisplay(4, id='a')"
    events = run(source).events
    assert [(e["id"] == "a", e["update"]) for e in events] == [
        (True, False),
        (False, False),
        (True, True),
        (True, True),
    ]
    assert golden(events)[0] == "4\n2\n"
    later = run(source, "h.update(5)").events
    assert [e["update"] for e in later] == [False]  # it is another block's output now
    assert golden(later)[0] == "5\n"


def test_golden_separates_text_and_figures(run):
    source = (
        SVG_CLASS + "print('a')\nh = display(Fig('<svg>1'))\nh.update(Fig('<svg>2'))\nFig('<svg>3')"
    )
    assert golden(run(source).events) == ("a\n", ["<svg>2", "<svg>3"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("_repr_svg_ = lambda self: 3", "represents itself as image/svg+xml by a int, not a str"),
        ("_repr_svg_ = lambda self: 1 / 0", "division by zero"),
        ("__repr__ = lambda self: self.nothing", "has no attribute 'nothing'"),
    ],
)
def test_failing_representation_is_the_readers_error(run, body, message):
    recorder = run(f"class A:\n    {body}\nA()")
    assert message in recorder.error["message"]
    assert recorder.error["frames"][0]["line"] == 3
    assert "display.py" not in recorder.error["traceback"]


def test_display_id_must_be_text(run):
    assert "the id of a display is a string, not int" in run("display(1, id=2)").error["message"]


# Errors


def test_traceback_names_blocks_lines_and_marks_the_expression(run):
    recorder = run("def f(x):\n    return 1 / x\n", "é = 0\nz = f(é) + f(1)")
    assert not recorder.ok
    traceback = recorder.error["traceback"]
    assert traceback.startswith('Traceback (most recent call last):\n  File "block1.py", line 2')
    assert 'File "block0.py", line 2, in f\n    return 1 / x\n' in traceback
    assert "~~^~~" in traceback
    assert "session.py" not in traceback
    assert recorder.error["frames"] == [
        {"cell": "cell-1", "line": 2, "end_line": 2, "col": 4, "end_col": 8},
        {"cell": "cell-0", "line": 2, "end_line": 2, "col": 11, "end_col": 16},
    ]
    assert golden(recorder.events)[0].endswith("ZeroDivisionError: division by zero\n")


def test_columns_count_characters(run):
    assert run("'éé' + 1").error["frames"][0]["end_col"] == 8


@pytest.mark.parametrize(
    ("source", "line", "col"),
    [("x = = 2", 1, 4), ("a = 1\nprint('b", 2, 6), ("if True:\nx = 1", 2, 0), ("f(1\nx = 2", 1, 1)],
)
def test_syntax_error_points_into_the_block(run, source, line, col):
    error = run("ok = 1", source).error
    assert error["name"] in ("SyntaxError", "IndentationError")
    assert error["traceback"].startswith('  File "block1.py", line ')
    (frame,) = error["frames"]
    assert (frame["cell"], frame["line"], frame["col"]) == ("cell-1", line, col)
    assert (frame["end_line"], frame["end_col"]) > (frame["line"], frame["col"])


def test_engine_frames_stay_with_short_paths(run):
    source = "from engine.runner import Session\nSession(print).run([])"
    assert "no cells to run" in run(source).error["message"]
    source = "import json\njson.loads('{')"
    assert "decoder.py" in run(source).error["traceback"]


@pytest.mark.parametrize(
    "source", ["raise SystemExit('bye')", "raise KeyboardInterrupt", "exit(3)"]
)
def test_no_exception_escapes(run, source):
    recorder = run(source)
    assert not recorder.ok
    assert recorder.error["name"] in ("SystemExit", "KeyboardInterrupt")
    assert run("print('alive')").text == "alive\n"


def test_recursion_error_is_short(run):
    error = run("def f(): return g()\ndef g(): return f()\nf()").error
    assert error["name"] == "RecursionError"
    assert [frame["line"] for frame in error["frames"]] in ([3, 1, 2], [3, 2, 1])
    error = run("def f(): return f()\nf()").error
    assert "times]" in error["traceback"]


@pytest.mark.parametrize(
    "body",
    ["def __str__(self): raise SystemExit", "def __str__(self): return 3", "__str__ = None"],
)
def test_exceptions_that_cannot_be_shown_are_reported(run, body):
    recorder = run(f"class E(Exception):\n    {body}\nraise E")
    assert recorder.error["name"] == "E"
    assert "E" in recorder.error["traceback"]
    assert "message failed" in recorder.error["message"]


def test_chained_errors_show_both(run):
    source = "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('no') from e"
    traceback = run(source).error["traceback"]
    assert "direct cause" in traceback
    assert traceback.count('File "block0.py"') == 2
    assert golden(run(source).events)[0] == "ValueError: no\n"


@pytest.mark.parametrize("source", ["x = '\0'", "(" * 100_000, "x = '\ud800'.encode()"])
def test_unreadable_sources_are_errors_of_the_block(run, source):
    assert not run(source).ok
    assert run("1").text == "1\n"


def test_same_title_keeps_sources_apart():
    events = []
    cells = [Cell("a", "demo.py", "def f():\n    return 1 / 0"), Cell("b", "demo.py", "f()")]
    assert not Session(events.append).run(cells)
    assert [frame["cell"] for frame in events[0]["frames"]] == ["b", "a"]
    assert "return 1 / 0" in events[0]["traceback"]


def test_cell_without_title_goes_by_its_id():
    events = []
    Session(events.append).run([Cell("block-1", "", "1 / 0")])
    assert 'File "block-1", line 1' in events[0]["traceback"]


def test_declared_error_is_no_failure(run):
    recorder = run("x = 1\nx / 0", raises="ZeroDivisionError")
    assert recorder.ok
    assert recorder.text == "ZeroDivisionError: division by zero\n"
    assert not run("x / 0", raises="KeyError").ok
    assert run("x = = 1", raises="SyntaxError").ok


@pytest.mark.parametrize("end", ["sys.exit()", "sys.exit(0)", "exit()", "raise SystemExit"])
def test_code_may_end_itself(run, end):
    recorder = run(f"import sys\nprint('before')\n{end}\nprint('after')")
    assert recorder.ok
    assert recorder.text == "before\n"
    assert run(f"import sys\nx = 1\n{end}", "x").text == "1\n"
    assert not run("import sys\nsys.exit(1)").ok
    assert run(f"import sys\n{end}", raises="SystemExit").text.startswith("SystemExit")


def test_unit_tests_in_a_block(run):
    source = (
        "import unittest\nclass T(unittest.TestCase):\n"
        "    def test_it(self): self.assertEqual({}, 2)\nunittest.main(argv=[''])"
    )
    recorder = run(source.format(2))
    assert recorder.ok
    assert recorder.text.endswith("\nOK\n")
    assert not run(source.format(3)).ok


def test_a_deep_recursion_is_told_without_its_middle(run):
    source = (
        "import sys\nsys.setrecursionlimit(50_000)\ndef f(n):\n    return g(n)\n"
        "def g(n):\n    return f(n + 1)\nf(0)"
    )
    error = run(source).error
    assert error["name"] == "RecursionError"
    assert error["traceback"].count("\n") < 5000
    assert {frame["line"] for frame in error["frames"]} == {4, 6, 7}


def test_input_takes_the_answers(recorder):
    source = "name = input('Who? ')\nage = int(input('Age? '))\nprint(name, age + 1)"
    told = recorder()
    assert told.run(source, answers=("Ada", "36")).text == "Who? Ada\nAge? 36\nAda 37\n"
    assert told.run(source, answers=("Ada",)).error["name"] == "EOFError"
    rest = "import sys\nprint(sys.stdin.readlines())"
    assert told.run(rest, answers=("a", "b")).text == "a\nb\n['a\\n', 'b\\n']\n"


def test_who_can_be_asked_is_asked_of_the_last_cell_only(recorder):
    class Asked(BaseException):
        pass

    asked = []

    def ask(line):
        asked.append(line)
        raise Asked

    told = recorder(ask=ask)
    error = told.run("try:\n    input('Who? ')\nexcept Exception:\n    print('caught')").error
    assert error["name"] == "Asked"
    assert told.text.startswith("Who? ")
    assert asked == ["Who? "]
    assert told.run("input()", "1").error["name"] == "EOFError"


def test_code_that_flushes_is_in_a_hurry(recorder):
    hurried = []
    told = recorder(hurry=lambda: hurried.append(len(told.events)))
    told.run("print('a')\nprint('b', end='', flush=True)\nprint('c')")
    assert hurried == [2]
    told.run("print('a', flush=True)", "1")
    assert hurried == [2], "nobody sees what a cell above writes"


def test_no_cells_is_refused():
    with pytest.raises(ValueError, match="no cells to run"):
        Session(print).run([])


# Going on, or starting again


COUNT = "import itertools, sys\nsys.test_counter.append(1)"


@pytest.fixture
def counter():
    sys.test_counter = []
    yield sys.test_counter
    del sys.test_counter


def test_reading_downwards_runs_each_cell_once(run, counter):
    run(COUNT)
    assert run(COUNT, "x = 1\nx").text == "1\n"
    assert run(COUNT, "x = 1\nx", "y = x", "y + 1").text == "2\n"
    assert len(counter) == 1


def test_rerun_starts_from_a_fresh_namespace(run, counter):
    run("x = 1", "x += 1\nx")
    assert run("x = 1", "x += 1\nx").text == "2\n"
    assert run("'x' in globals()").text == "False\n"


def test_edited_prefix_starts_again(run, counter):
    run("x = 1", "y = 2")
    assert run("x = 10", "y = 2", "x + y").text == "12\n"


def test_failure_spoils_the_namespace(run, counter):
    run(COUNT + "\na = [1]")
    assert not run(COUNT + "\na = [1]", "a.append(2)\n1 / 0").ok
    assert run(COUNT + "\na = [1]", "a").text == "[1]\n"
    assert len(counter) == 2


def test_syntax_error_spoils_nothing(run, counter):
    run(COUNT)
    assert not run(COUNT, "x = = 1").ok
    assert run(COUNT, "1").ok
    assert len(counter) == 1


def test_declared_failure_spoils_nothing(counter):
    session = Session(lambda event: None)
    cells = [Cell("a", "", COUNT + "\n1 / 0", "ZeroDivisionError"), Cell("b", "", "2")]
    assert session.run(cells[:1])
    assert session.run(cells)
    assert len(counter) == 1


def test_error_in_the_prefix_is_reported_and_stops(run):
    recorder = run("print('quiet')\n1 / 0", "print('never')")
    assert not recorder.ok
    assert [event["type"] for event in recorder.events] == ["error"]
    assert recorder.error["frames"][0]["cell"] == "cell-0"


@pytest.mark.parametrize(
    "change",
    [
        "warnings.simplefilter('ignore')",
        "sys.setrecursionlimit(5000)",
        "sys.stdout = io.StringIO()",
        "warnings.showwarning = lambda *args: None",
    ],
)
def test_interpreter_changes_hold_for_the_program_and_end_with_it(run, recorder, counter, change):
    first = f"import io, sys, warnings\n{change}\n" + COUNT
    probe = (
        "warnings.warn('w')\n"
        "state = sys.getrecursionlimit(), type(sys.stdout).__name__\nsys.test_counter.append(state)"
    )
    limit = sys.getrecursionlimit()
    run(first)
    apart = run(first, probe).text
    assert apart == recorder().run(first, probe).text
    assert counter[2] == counter[-1]
    assert sys.getrecursionlimit() == limit
    assert run("import warnings\nwarnings.warn('heard')").text.startswith("block0.py:2")


def test_dropped_namespaces_are_freed_at_once_and_in_silence(run, counter):
    source = (
        "import sys\nclass A:\n    def __del__(self):\n        print('bye')\n"
        "        self.log.append('freed')\na = A()\nA.log = sys.test_counter\ndef f(): return a"
    )
    run(source)
    assert run("print('next')").text == "next\n"
    assert counter == ["freed"]


def test_error_frees_its_frames(run, counter):
    import gc

    gc.disable()
    try:
        run(
            "import sys, weakref\nclass A: pass\n"
            "def f():\n    a = A()\n    sys.test_counter.append(weakref.ref(a))\n    1 / 0\nf()"
        )
        assert counter[0]() is None
    finally:
        gc.enable()


def test_a_flood_stays_cheap():
    lines = 0

    def count(event):
        nonlocal lines
        lines += event["text"].count("\n")

    assert Session(count).run([Cell("flood", "", "for i in range(300_000): print(i)")])
    assert lines == 300_000


# Checks


def verdict(sources, check, **options):
    """The verdict on the last of the cells, and the types of the events before it."""
    events = []
    cells = [Cell(f"c{i}", f"c{i}.py", source) for i, source in enumerate(sources)]
    session = Session(events.append, **options)
    ok = session.run(cells, check=Cell("check", "check of it", check))
    *before, last = [event for event in events if event["type"] != "stream"]
    return ok, last, [event["type"] for event in before], session


def test_a_check_runs_after_the_answer_in_its_namespace():
    ok, last, before, _ = verdict(["a = 1", "b = a + 1\nb"], "assert b == 2 and a == 1")
    assert ok
    assert before == ["display"]
    assert last == {"type": "verdict", "verdict": "passed", "message": "", "frames": []}


def test_a_check_refuses_by_an_assertion_error():
    ok, last, before, _ = verdict(["b = 3"], "assert b == 2, f'b is {b}'")
    assert ok
    assert before == []
    assert (last["verdict"], last["message"], last["frames"]) == ("refused", "b is 3", [])


def test_an_error_of_the_answer_comes_before_any_check():
    for answer in ("1 / 0", "x = = 1", "raise SystemExit"):
        ok, last, _, _ = verdict(["a = 1", answer], "print('checked')")
        assert not ok
        assert last["type"] == "error"
        assert last["frames"][-1]["cell"] == "c1"


def test_an_error_of_the_answer_when_it_is_called_is_shown_and_refused():
    _, last, before, _ = verdict(["def f():\n    return 1 / 0"], "f()")
    assert before == ["error"]
    assert last["message"] == "Your code raised ZeroDivisionError when it was tried."
    catching = "try:\n    f()\nexcept Exception as e:\n    raise AssertionError('f raised') from e"
    _, last, before, _ = verdict(["def f():\n    return 1 / 0"], catching)
    assert before == []
    assert (last["verdict"], last["message"]) == ("refused", "f raised")
    assert [(frame["cell"], frame["line"]) for frame in last["frames"]] == [("check", 2), ("c0", 2)]


def test_a_name_that_the_answer_lacks():
    _, last, _, _ = verdict(["def g(): pass"], "f()")
    assert last["verdict"] == "refused"
    assert last["message"] == "There is no f in your code, but the check looks for it."


def test_a_check_that_fails_itself_says_nothing_of_the_answer():
    for check in ("None.x", "x = = 1", "raise SystemExit", "raise KeyboardInterrupt"):
        _, last, _, _ = verdict(["f = None"], check)
        assert last["verdict"] == "fault"


def test_after_a_check_the_answer_runs_anew(run):
    events = []
    session = Session(events.append)
    cells = [Cell("a", "", "x = []"), Cell("b", "", "x.append(1)\nlen(x)")]
    check = Cell("check", "", "x.append(2)\ny = 1")
    for _ in range(2):
        events.clear()
        assert session.run(cells, check=check)
        assert golden(events)[0] == "1\n"
    assert not session.run([*cells, Cell("c", "", "y")])


def test_a_session_that_rewinds_runs_the_cells_above_once():
    above = Cell("a", "", "x, seen = 0, []")
    for first in ("x = 5\nz = 1", "x = 5\n1 / 0", "x = = 5", "del x"):
        events = []
        session = Session(events.append, rewinds=True)
        session.run(
            [above, Cell("b", "", f"seen.append(1)\n{first}")], check=Cell("c", "", "x = 7")
        )
        events.clear()
        assert session.run([above, Cell("b", "", "seen.append(2)\nx, seen, dir().count('z')")])
        again = "= =" in first
        assert golden(events)[0] == f"(0, {[2] if again else [1, 2]}, 0)\n"
