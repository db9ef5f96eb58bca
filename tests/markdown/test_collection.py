"""The tests that pages' snippets become: where they stand, when they fail, and what they say."""

from pathlib import Path

import pytest

from scripts.markdown.update import update_page
from tests.snippets import collection

pytest_plugins = ["pytester"]

CONFTEST = """
from pathlib import Path

from tests.snippets.collection import SnippetTests

_tests = SnippetTests(Path(__file__).parent / "docs")
pytest_collect_file = _tests.pytest_collect_file
pytest_terminal_summary = _tests.pytest_terminal_summary
"""
PAGE = """\
# Title

```python {#first title="first.py"}
x = 2
print("above")
```

```output
above
```

- item

    ```python {#second title="second.py"}
    x += 1
    x
    ```

    ```output
    3
    ```
"""


@pytest.fixture(autouse=True)
def _docs(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.mkdir("docs")


def run(pytester: pytest.Pytester, page: str, *arguments: str) -> tuple[dict[str, int], str]:
    pytester.path.joinpath("docs", "page.md").write_text(page, "utf-8")
    without = ("no:cacheprovider", "no:hypothesispytest")  # the latter takes seconds to import
    plugins = [word for name in without for word in ("-p", name)]
    result = pytester.runpytest(*(arguments or ("docs",)), *plugins)
    return result.parseoutcomes(), str(result.stdout)


def test_each_snippet_is_a_test_named_by_its_line(pytester: pytest.Pytester) -> None:
    outcomes, told = run(pytester, PAGE, "docs", "-v")
    assert outcomes == {"passed": 2}
    assert "docs/page.md::line:3,column:1 PASSED" in told
    assert "docs/page.md::line:14,column:1 PASSED" in told
    assert "2 snippets" in told


def test_one_alone_runs_after_those_above_it(pytester: pytest.Pytester) -> None:
    outcomes, _ = run(pytester, PAGE, "docs/page.md::line:14,column:1")
    assert outcomes == {"passed": 1}


def test_a_stale_output(pytester: pytest.Pytester) -> None:
    outcomes, told = run(pytester, PAGE.replace("    3\n", "    4\n"))
    assert outcomes == {"passed": 1, "failed": 1}
    assert "page.md:15: the output of second is not what the page shows" in told
    assert "expected:\n    4\ngot:\n    3\n" in told
    assert "python3 scripts/dev.py update" in told
    assert "FAILED docs/page.md::line:14,column:1" in told


def test_a_change_above_shows_where_it_matters(pytester: pytest.Pytester) -> None:
    outcomes, told = run(pytester, PAGE.replace("x = 2", "x = 5"))
    assert outcomes == {"passed": 1, "failed": 1}
    assert "got:\n    6\n" in told


def test_without_an_output_fence_nothing_may_be_shown(pytester: pytest.Pytester) -> None:
    outcomes, told = run(pytester, "```python\n1 + 1\n```\n")
    assert outcomes == {"failed": 1}
    assert "expected:\n    (nothing)\ngot:\n    2\n" in told


def test_an_error_names_the_pages_own_lines(pytester: pytest.Pytester) -> None:
    page = PAGE.replace("x = 2", "x = 2\n\n\ndef fail():\n    return 1 / 0\n\n")
    outcomes, told = run(pytester, page.replace("    x\n", "    fail()\n"))
    assert outcomes == {"passed": 1, "failed": 1}
    assert "page.md:8: ZeroDivisionError: division by zero" in told
    assert "page.md:22: in second" in told
    assert "page.md:8: in first" in told
    assert '  File "second.py", line 2' in told


def test_an_error_above_is_not_blamed_on_those_below(pytester: pytest.Pytester) -> None:
    outcomes, told = run(pytester, PAGE.replace("x = 2", "x = y"))
    assert outcomes == {"failed": 2}
    assert told.count("page.md:4: NameError: name 'y' is not defined") == 2


def test_an_error_that_is_meant(pytester: pytest.Pytester) -> None:
    page = "```python {{raises={}}}\nx = 1\nx / 0\n```\n\n```output\nZeroDivisionError: {}\n```\n"
    page += "\n```python\nx\n```\n\n```output\n1\n```\n"
    outcomes, _ = run(pytester, page.format("ZeroDivisionError", "division by zero"))
    assert outcomes == {"passed": 2}
    outcomes, told = run(pytester, page.format("ZeroDivisionError", "oh"))
    assert outcomes == {"passed": 1, "failed": 1}
    assert "got:\n    ZeroDivisionError: division by zero" in told
    outcomes, told = run(pytester, page.format("KeyError", "division by zero"))
    assert outcomes == {"failed": 2}
    assert "page.md:3: ZeroDivisionError: division by zero (expected KeyError)" in told


def test_a_static_fence_is_not_run_but_compiles(pytester: pytest.Pytester) -> None:
    page = "```python {.static}\nlaunch()\n```\n\n```python {.static}\nx = 1\nx = = 1\n```\n"
    outcomes, told = run(pytester, page)
    assert outcomes == {"passed": 1, "failed": 1}
    assert "page.md:7: SyntaxError: invalid syntax" in told


def test_a_page_that_cannot_be_read_fails_as_one(pytester: pytest.Pytester) -> None:
    outcomes, told = run(pytester, PAGE + "\n```python {.hiden}\nx\n```\n")
    assert outcomes == {"failed": 1}
    assert "page.md:23: unknown option '.hiden': did you mean '.hidden'?" in told
    assert "FAILED docs/page.md::line:23,column:" in told


def test_figures(pytester: pytest.Pytester) -> None:
    page = (
        "```python {#draw}\nclass Drawing:\n    def _repr_svg_(self):\n        return '<svg/>'\n"
        "\n\nDrawing()\n```\n"
    )
    figure = pytester.path / "docs" / "draw.svg"
    outcomes, told = run(pytester, page)
    assert outcomes == {"failed": 1}
    assert "page.md:2: figure 1 of draw has no file" in told
    assert "python3 scripts/dev.py update" in told
    figure.write_text("<svg></svg>")
    outcomes, told = run(pytester, page)
    assert outcomes == {"failed": 1}
    assert "page.md:2: draw.svg is not what draw draws" in told
    figure.write_text("<svg/>")
    assert run(pytester, page)[0] == {"passed": 1}
    figure.with_name("draw-2.svg").write_text("<svg/>")
    outcomes, told = run(pytester, page)
    assert outcomes == {"failed": 1}
    assert "page.md:2: draw-2.svg is not drawn by draw" in told
    figure.unlink()
    outcomes, told = run(pytester, page)
    assert "draw.svg is missing" in told


def test_pages_do_not_share_a_namespace(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("docs", "a.md").write_text("```python\nshared = 1\n```\n")
    outcomes, told = run(pytester, "```python\nshared\n```\n")
    assert outcomes == {"passed": 1, "failed": 1}
    assert "NameError" in told


def test_a_slow_page_is_named(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "make its work smaller" not in run(pytester, PAGE)[1]
    monkeypatch.setattr(collection, "SLOW_PAGE", 0.0)
    assert "make its work smaller" in run(pytester, PAGE)[1]


def test_a_page_that_ends_python_is_red_and_the_others_go_on(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("docs", "a.md").write_text("```python\nimport os\n\nos._exit(0)\n```\n")
    outcomes, told = run(pytester, PAGE)
    assert outcomes == {"passed": 2, "failed": 1}
    assert "a.md:2: block-1 ended Python (exit code 0)" in told


def test_pages_that_cannot_be_read_fail_by_name(pytester: pytest.Pytester) -> None:
    docs = pytester.path / "docs"
    docs.joinpath("latin.md").write_bytes(b"\ncaf\xe9\n")
    docs.joinpath(".#page.md").symlink_to("author@machine.1234")
    outcomes, told = run(pytester, PAGE)
    assert outcomes == {"passed": 2, "failed": 1}
    assert "latin.md:2: the byte 0xe9 is not UTF-8" in told


def test_what_a_library_logs_is_recorded_as_update_records_it(pytester: pytest.Pytester) -> None:
    page = "```python\nimport logging\n\nlogging.warning('careful')\n```\n"
    update_page(docs_page(pytester, page))
    recorded = pytester.path.joinpath("docs", "page.md").read_text()
    assert "WARNING:root:careful" in recorded
    assert run(pytester, recorded)[0] == {"passed": 1}


def docs_page(pytester: pytest.Pytester, text: str) -> Path:
    path = pytester.path / "docs" / "page.md"
    path.write_text(text, "utf-8")
    return path
