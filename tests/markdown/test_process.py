"""Each page runs in a process of its own: nothing of it stays, nothing ends the tests with it."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from engine.runner import Cell
from scripts.markdown.process import WORLDS, PageProcess, Ran
from scripts.markdown.program import Outcome, Program
from scripts.markdown.settings import time_limit
from scripts.markdown.snippets import parse_page


def outcomes(page: str, path: Path, **options: object) -> list[Outcome]:
    snippets = parse_page(page, path)
    program = Program(snippets, path, **options)  # type: ignore[arg-type]
    found = [program.run(snippet) for snippet in snippets]
    program.close()
    return found


def page_of(*blocks: str) -> str:
    return "\n".join(f"```python\n{block}\n```\n" for block in blocks)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os\n\nos._exit(0)", "index.md:2: block-1 ended Python (exit code 0)"),
        (
            "import os\nimport signal\n\nos.kill(os.getpid(), signal.SIGKILL)",
            "index.md:2: block-1 ended Python by SIGKILL",
        ),
        (
            "import ctypes\n\n\ndef f():\n    ctypes.string_at(0)\n\n\nf()",
            "index.md:6: block-1 ended Python by SIGSEGV",
        ),
        ("import os\n\nos.abort()", "index.md:4: block-1 ended Python by SIGABRT"),
        ("import os\n\nos.closerange(3, 100)", "index.md:2: block-1 ended Python (exit code"),
        (
            "def endless():\n    while True:\n        try:\n            pass\n"
            "        except BaseException:\n            pass\n\n\nendless()",
            "block-1 did not end within 0.3 s: make its work smaller, or give its fence limit=0.6",
        ),
        ("import time\n\ntime.sleep(3600)", "index.md:4: block-1 did not end within 0.3 s"),
        (
            "import threading\n\nthreading.Event().wait()",
            "index.md:4: block-1 did not end within 0.3 s",
        ),
        (
            "import subprocess\n\nsubprocess.run(['/bin/sleep', '3600'])",
            "index.md:4: block-1 did not end within 0.3 s",
        ),
        ("while True:\n    print('again')", "index.md:3: block-1 shows more than a page can"),
        ("while True:\n    display(1)", "index.md:3: block-1 shows more than a page can"),
        ("while True:\n    print('', end='')\n    print()", "block-1 shows more than a page can"),
        ("for k in range(20_000):\n    print(k)", "index.md:2: block-1 prints 20,000 lines"),
        ("print('x' * 300_000)", "block-1 prints 1 lines, 300,000 characters"),
        ("x = bytearray(5 << 30)", "index.md:2: MemoryError"),
        (
            "import os\n\nos.write(1, b'seen by nobody')",
            "index.md:2: block-1 writes 'seen by nobody' past sys.stdout",
        ),
        ("import sys\n\nprint('x', file=sys.__stderr__)", "writes 'x\\n' past sys.stdout"),
        ("import yaml", "index.md:2: ModuleNotFoundError: No module named 'yaml'"),
        ("import scripts", "index.md:2: ModuleNotFoundError: No module named 'scripts'"),
        ("print('caf\\udce9')", "index.md:2: block-1 prints '\\udce9', which a page cannot"),
    ],
)
def test_what_does_not_come_to_its_end_is_named(tmp_path: Path, code: str, told: str) -> None:
    limit = "limit=0.3" if "did not end" in told else "limit=60"
    page = page_of(code, "x = 1").replace("```python\n", f"```python {{{limit}}}\n", 1)
    first, below = outcomes(page, tmp_path / "index.md")
    assert told in first.problem
    if "ended" in told or "did not end" in told or "Error" in told:
        assert below.problem == first.problem  # it has not run, and is not run again and again
    else:
        assert told.startswith("index.md") or first.problem


def test_the_limit_is_the_fences_or_else_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []
    run = PageProcess.run

    def noted(process: PageProcess, cells: list[Cell], limit: float, *rest: object) -> Ran:
        limits.append(limit)
        return run(process, cells, limit, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(PageProcess, "run", noted)
    page = page_of("x = 1", "x = 2").replace("```python\n", "```python {limit=9.5}\n", 1)
    assert not any(found.problem for found in outcomes(page, tmp_path / "index.md"))
    assert limits == [9.5, time_limit()]


def test_nothing_of_a_page_reaches_another(tmp_path: Path) -> None:
    reckless = page_of(
        "import builtins\nimport decimal\nimport os\nimport random\nimport sys\n\nimport engine\n\n"
        "decimal.getcontext().prec = 5\nos.environ['X'] = '1'\nrandom.seed(1)\n"
        "engine.Graph.value = None\nbuiltins.len = None\nsys.path.clear()\n"
        "open('left.txt', 'w').close()\nos.chdir('/')"
    )
    assert not outcomes(reckless, tmp_path / "reckless.md")[0].problem
    careful = page_of(
        "import os\nfrom decimal import Decimal\n\nfrom engine import Graph\n\n"
        "print(Decimal(1) / 7, os.listdir(), len('abc'), 'X' in os.environ, Graph().value(2).data)"
    )
    [found] = outcomes(careful, tmp_path / "careful.md")
    assert (found.text, found.problem) == ("0.1428571428571428571428571429 [] 3 False 2.0", "")


def test_what_a_library_logs_and_warns_is_shown(tmp_path: Path) -> None:
    page = page_of(
        "import logging\nimport warnings\n\nlogging.warning('careful')\nwarnings.warn('hot')",
        "import threading\n\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start()\n"
        "thread.join()",
    )
    logged, threaded = outcomes(page, tmp_path / "index.md")
    assert logged.text.startswith("WARNING:root:careful\n")
    assert "UserWarning: hot" in logged.text
    assert threaded.text.endswith("ZeroDivisionError: division by zero")


VARIES = [
    "print({'a', 'b', 'c', 'd', 'e', 'f'})",
    "print(id(object()))",
    "object()",
    "import time\n\nprint(time.time())",
    "import time\n\nprint(time.ctime(0))",
    "from datetime import date\n\nprint(date.today())",
    "from datetime import datetime\n\nprint(datetime.now().year)",
    "import datetime\n\nprint(datetime.datetime.now(datetime.timezone.utc).date())",
    "import time\n\nprint(time.strftime('%Y'))",
    "import time\n\nprint(time.gmtime().tm_year)",
    "import random\n\nprint(random.random())",
    "import uuid\n\nprint(uuid.uuid4())",
    "import os\n\nprint(os.getpid())",
    "import os\n\nprint(os.getcwd())",
    "print(hash('a'))",
    "import tempfile\n\nprint(tempfile.mkdtemp())",
]
STAYS = [
    ("from datetime import date\n\ndate(2026, 3, 1)", "datetime.date(2026, 3, 1)"),
    ("import random\n\nrandom.Random(3).randint(1, 6)", "2"),
    ("print(sorted({'b', 'a'}))", "['a', 'b']"),
    ("import time\n\nprint(time.strftime('%H', time.gmtime(0)))", "00"),
]


def test_worlds_differ_in_what_no_output_may_depend_on_and_in_nothing_else(tmp_path: Path) -> None:
    page = page_of(*VARIES, *(code for code, _ in STAYS))
    one, other = (outcomes(page, tmp_path / "index.md", world=world) for world in WORLDS)
    assert not any(found.problem for found in [*one, *other])
    alike = [code for code, a, b in zip(VARIES, one, other, strict=False) if a.text == b.text]
    assert alike == []
    for shown in (one, other):
        assert [found.text for found in shown[len(VARIES) :]] == [text for _, text in STAYS]


def test_an_error_above_is_found_once(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    page = page_of(f"open({str(marks)!r}, 'a').write('x')\n1 / 0", "x = 1", "x = 2")
    found = outcomes(page, tmp_path / "index.md")
    assert all("index.md:3: ZeroDivisionError" in outcome.problem for outcome in found)
    assert marks.read_text() == "x"


def test_a_closed_program_runs_again_from_the_top(tmp_path: Path) -> None:
    path = tmp_path / "index.md"
    snippets = parse_page(page_of("x = 1", "x += 1\nprint(x)"), path)
    program = Program(snippets, path)
    assert program.run(snippets[1]).text == "2"
    program.close()
    assert program.run(snippets[1]).text == "2"
    assert program.run(snippets[1]).text == "2"
    assert program.run(snippets[0]).text == ""
    program.close()


def test_its_processes_end_with_it(tmp_path: Path) -> None:
    process = PageProcess()
    number, folder = process._process.pid, process._folder.name
    assert Path(folder).is_dir()
    process.close()
    assert process._process.returncode is not None
    assert not Path(folder).exists()
    assert number


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_a_block_has_started_ends_with_it(tmp_path: Path) -> None:
    page = page_of(
        "import subprocess\n\nchild = subprocess.Popen(['/bin/sleep', '3600'])\nprint(child.pid)"
    )
    [found] = outcomes(page, tmp_path / "index.md")
    status = Path(f"/proc/{found.text}/stat")
    with suppress(FileNotFoundError, ProcessLookupError):
        while status.read_text().rpartition(")")[2].split()[0] not in "ZX":  # killed, not gone yet
            os.sched_yield()


def test_a_block_that_asks_gets_what_its_fence_says(tmp_path: Path) -> None:
    page = (
        '```python {input="Ada\\n36"}\nname, age = input("Who? "), int(input("Age? "))\n```\n\n'
        "```python\nprint(name, age)\n```\n\n```python\ninput()\n```\n"
    )
    asked, below, unanswered = outcomes(page, tmp_path / "index.md")
    assert asked.problem == below.problem == ""
    assert asked.text == "Who? Ada\nAge? 36"
    assert below.text == "Ada 36"
    assert "EOFError: no answer is there" in unanswered.problem


def test_a_block_may_await_and_may_end_itself(tmp_path: Path) -> None:
    page = page_of(
        "import asyncio\n\n\nasync def main():\n    await asyncio.sleep(0)\n    return 1\n\n\n"
        "print(await main())",
        "print(asyncio.run(main()))\nraise SystemExit",
    )
    assert [(found.text, found.problem) for found in outcomes(page, tmp_path / "index.md")] == [
        ("1", ""),
        ("1", ""),
    ]
