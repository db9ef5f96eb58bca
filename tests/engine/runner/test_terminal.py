"""Text that moves back: what is shown in the end is what a terminal shows."""

import random

import pytest

from engine.runner.terminal import Terminal


def screen(parts):
    """What stands there after these writes, as a page that can only take back and append has it."""
    terminal, shown = Terminal(), ""
    for part in parts:
        back, text = terminal.write(part)
        assert "\n" not in shown[len(shown) - back :], "only the line that is being written"
        shown = shown[: len(shown) - back] + text
    return shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("plain\ntext", "plain\ntext"),
        ("\r25%\r50%\r100%\n", "100%\n"),
        ("100\r7", "700"),  # a terminal leaves what is not written over
        ("abc\b\bX", "aXc"),
        ("a\b\b\b\bb", "b"),
        ("ab\r\ncd", "ab\ncd"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;5;196mred\x1b[m!", "red!"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("longer line\r\x1b[Kshort", "short"),
        ("longer line\r\x1b[2Kshort", "short"),
        ("abc\x1b[1Kd", "   d"),
        ("\x07ping", "ping"),
        ("\x1b(Btext\x1b=", "text"),
        ("one\n\rtwo\rTWO\nthree", "one\nTWO\nthree"),
        ("é\u4e2d\U0001f600\b!", "é\u4e2d!"),
    ],
)
def test_what_a_terminal_shows(written, shown):
    assert screen([written]) == shown
    assert screen(written) == shown, "character by character"


def test_any_division_into_writes_shows_the_same():
    chance = random.Random(5)
    pieces = ["a", "bc", "\n", "\r", "\b", "\x1b[31m", "\x1b[K", "\x1b[0m", "xyz", "1%"]
    for _ in range(300):
        text = "".join(chance.choices(pieces, k=12))
        cuts = sorted(chance.sample(range(len(text)), min(4, len(text))))
        parts = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        assert screen(parts) == screen([text])


def test_what_is_no_escape_sequence_does_not_hold_up_the_text():
    assert screen(["\x1b]never ended", "x" * 1000]).endswith("x" * 1000)


def test_in_a_run_progress_is_written_over_and_recorded_once(run):
    source = (
        "import sys\nfor i in range(0, 101, 10):\n"
        "    print(f'\\r{i}%', end='', flush=True)\nprint()\nprint('done')"
    )
    recorder = run(source)
    assert recorder.text == "100%\ndone\n"
    assert any(event.get("back") for event in recorder.events)


def test_what_is_taken_back_stays_below_a_display(run):
    source = (
        "print('ab', end='', flush=True)\nh = display(1)\nprint('cd', end='', flush=True)\n"
        "h.update(2)\nprint('\\b\\bX', end='')"
    )
    assert run(source).text == "ab\n2\nXd"


def test_streams_share_the_line(run):
    source = (
        "import sys\nprint('out', end='', flush=True)\n"
        "print('\\rERR', end='', file=sys.stderr, flush=True)\n"
    )
    assert run(source).text == "ERR"


def test_colours_are_left_out(run):
    assert run("print('\\x1b[1mbold\\x1b[0m')\n'\\x1b'").text == "bold\n'\\x1b'\n"
