"""The parser of pages: what it takes, and that it refuses the rest by file and line."""

from pathlib import Path
from textwrap import dedent

import pytest

from scripts.markdown.errors import PageError
from scripts.markdown.params import Slider
from scripts.markdown.snippets import Snippet, parse_page

PATH = Path("docs/page.md")


def parse(text: str) -> list[Snippet]:
    return parse_page(dedent(text), PATH)


def test_a_snippet_with_everything() -> None:
    text = dedent("""\
        # Title

        ```python {#check title="c.py" raises=ZeroDivisionError tol=1e-6 limit=9 hl_lines="1 3-4" .hidden}
        x = 2.0  # @param {type:"slider", min:-3, max:3, step:0.1}

        print(x)
        1 / 0
        ```

        ```output
        2.0
        ZeroDivisionError: division by zero
        ```
        End.
        """)  # noqa: E501
    [snippet] = parse_page(text, PATH)
    assert snippet.id == "check"
    assert snippet.title == "c.py"
    assert snippet.raises == "ZeroDivisionError"
    assert snippet.tol == 1e-6
    assert snippet.limit == 9.0
    assert snippet.input == ()
    assert snippet.hl_lines == (1, 3, 4)
    assert snippet.hidden
    assert not snippet.static
    assert snippet.line == 4
    assert snippet.source.split("\n")[2:] == ["print(x)", "1 / 0"]
    assert snippet.output == "2.0\nZeroDivisionError: division by zero"
    assert snippet.params == (Slider(1, "x", 2.0, -3.0, 3.0, 0.1),)
    assert text[slice(*snippet.code_span)].startswith("```python")
    assert text[slice(*snippet.code_span)].endswith("1 / 0\n```")
    assert snippet.output_span is not None
    assert text[slice(*snippet.output_span)].startswith("```output")
    assert text[slice(*snippet.span)].endswith("zero\n```")


def test_what_is_typed_when_a_snippet_asks() -> None:
    [snippet] = parse(r"""
        ```python {input="Ada Lovelace\n36"}
        input(), input()
        ```
        """)
    assert snippet.input == ("Ada Lovelace", "36")


def test_lines_count_from_where_the_text_stands_in_its_file() -> None:
    [snippet] = parse_page("```python\nx = 1\n```", PATH, first_line=11)
    assert snippet.line == 12
    with pytest.raises(PageError, match=r"docs/page\.md:11: .*never closed"):
        parse_page("```python\nx = 1\n", PATH, first_line=11)


def test_ids_count_every_python_fence_so_that_naming_one_changes_no_other() -> None:
    page = "```python {}\nx = 1\n```\n\n```python {{.static}}\nx\n```\n\n```python\nx\n```\n"
    assert [s.id for s in parse(page.format(""))] == ["block-1", "block-2", "block-3"]
    assert [s.id for s in parse(page.format("{#named}"))] == ["named", "block-2", "block-3"]


@pytest.mark.parametrize(
    "before",
    ["- item\n\n", "1. item\n\n", "!!! note\n\n", '=== "Tab"\n\n', "??? tip\n\n"],
)
@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_an_indented_fence_is_read_without_its_indentation(before: str, fence: str) -> None:
    body = f"{fence}python\nif x:\n\n    y\n{fence}\n\n{fence}output\n  1\n{fence}\n"
    indented = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(True))
    [snippet] = parse_page(before + indented, PATH)
    assert snippet.source == "if x:\n\n    y"
    assert snippet.output == "  1"
    assert snippet.indent == "    "


def test_blank_lines_and_spaces_at_line_ends_are_as_markdown_leaves_them() -> None:
    [snippet] = parse_page("```python\nx = '''\n   \n'''\n```\n```output\na  \n\n b\n```", PATH)
    assert snippet.source == "x = '''\n\n'''"
    assert snippet.output == "a\n\n b"


def test_windows_line_ends() -> None:
    text = "# A\r\n```python\r\nx = 1\r\nx\r\n```\r\n\r\n```output\r\n1\r\n```\r\n"
    [snippet] = parse_page(text, PATH)
    assert snippet.source == "x = 1\nx"
    assert snippet.output == "1"
    assert text[slice(*snippet.span)].endswith("1\r\n```")


def test_fences_within_fences_and_inline_code_are_text() -> None:
    text = """
        ````markdown
        ```python {#not-me bad=1}
        ```
        ````

        Write ```python``` or `x`.
        ```python``` begins a line.

        ~~~text
        ```output
        ~~~

        > ```text
        > quoted
        > ```

        ```pytb
        Traceback
        ```
        """
    assert parse(text) == []


def test_two_titles_may_be_alike_and_hidden_ones_run() -> None:
    text = '```python {title="a.py"}\nx\n```\n```python {title="a.py" .hidden}\nx\n```'
    assert [snippet.title for snippet in parse(text)] == ["a.py", "a.py"]


def fence(info: str, body: str = "x = 1\n") -> str:
    return f"```{info}\n{body}```\n"


OUTPUT = "```output\n1\n```\n"
SLIDER = 'x = {} # @param {{type:"slider", min:-3, max:3, step:0.1}}\n'

REFUSED = {
    # how the language is written
    "py": (fence("py"), 1, "write ```python {#name"),
    "python3": (fence("python3"), 1, "not 'python3'"),
    "pycon": (fence("pycon", ">>> 1\n"), 1, "write ```python"),
    "capital": (fence("Python"), 1, "not 'Python'"),
    "dot": (fence(".python"), 1, "not '.python'"),
    "brace": (fence("{.python #a}"), 1, "write ```python"),
    "jupyter": (fence("{python}"), 1, "write ```python"),
    "ipython": (fence("ipython"), 1, "write ```python"),
    "comma": (fence("python,ignore"), 1, "write ```python"),
    "no space": (fence("python{#a}"), 1, "write ```python"),
    "tilde": ("~~~py\nx\n~~~", 1, "write ```python"),
    "in an admonition": ("!!! note\n\n    ```py\n    x\n    ```\n", 3, "write ```python"),
    # options
    "no braces": (fence('python title="x.py"'), 1, "options go in one pair of braces"),
    "two braces": (fence("python {#a} {#b}"), 1, "options go in one pair of braces"),
    "backtick": (fence("python {#a title=`x`}"), 1, "no backticks"),
    "unknown": (fence('python {titel="x.py"}'), 1, "unknown option 'titel': did you mean 'title'?"),
    "unknown flag": (
        fence("python {.hiden}"),
        1,
        "unknown option '.hiden': did you mean '.hidden'?",
    ),
    "far off": (
        fence("python {linenums=1}"),
        1,
        "known are #id, title, raises, tol, limit, input",
    ),
    "bare word": (fence("python {hidden}"), 1, "cannot read the option 'hidden'"),
    "quote": (fence("python {title='x.py'}"), 1, "cannot read the option \"title='x.py'\""),
    "twice": (fence('python {title="a" title="b"}'), 1, "the option 'title' is given twice"),
    "two ids": (fence("python {#a #b}"), 1, "the option 'id' is given twice"),
    "bad id": (fence("python {#Sanity_Check}"), 1, "bad id 'Sanity_Check'"),
    "reserved id": (fence("python {#block-1}"), 1, "given to fences without one"),
    "empty title": (fence('python {title=" "}'), 1, "the title is empty"),
    "markup in title": (fence('python {title="a<b"}'), 1, "is no file name"),
    "raises": (fence('python {raises="not a name"}'), 1, "is not the name of an exception"),
    "tol": (fence("python {tol=much}"), 1, "tol='much' is not a number between 0 and 1"),
    "limit": (fence("python {limit=long}"), 1, "limit='long' is not a number of seconds"),
    "limit zero": (fence("python {limit=0}"), 1, "is not a number of seconds, such as 120"),
    "input static": (fence('python {.static input="1"}'), 1, "so 'input' means nothing"),
    "limit static": (fence("python {.static limit=9}"), 1, "so 'limit' means nothing"),
    "noqa": (fence('python {noqa="all of it"}'), 1, "write rules of the linter, such as"),
    "noqa static": (fence("python {.static noqa=B006}"), 1, "so 'noqa' means nothing"),
    "tol zero": (fence("python {tol=0}"), 1, "is not a number between 0 and 1"),
    "hl_lines": (fence('python {hl_lines="two"}'), 1, "write numbers and ranges"),
    "hl_lines back": (fence('python {hl_lines="3-2"}'), 1, "write numbers and ranges"),
    "hl_lines empty": (fence('python {hl_lines=""}'), 1, "hl_lines is empty"),
    "hl_lines far": (fence('python {hl_lines="1-2"}'), 1, "hl_lines names line 2 of 1"),
    "static raises": (fence("python {.static raises=E}"), 1, "not run, so 'raises' means nothing"),
    "static hidden": (fence("python {.static .hidden}"), 1, "not run, so 'hidden' means nothing"),
    "same id": (fence("python {#a}") * 2, 4, "the id 'a' is already that of line 1"),
    "figure's id": (fence("python {#a}") + fence("python {#a-2}"), 4, "is the name of a figure of"),
    # where fences begin and end
    "unclosed": ("text\n\n```python\nx = 1\n", 3, "never closed"),
    "unclosed text": ("```text\nx = 1\n", 1, "never closed"),
    "longer close": ("```python\nx\n````\n", 3, "close the fence of line 1 with ```"),
    "indented close": ("```python\nx\n  ```\n", 3, "close the fence of line 1 with ```"),
    "dedented line": ("- a\n\n    ```python\n  x\n    ```\n", 4, "indented less than its fence"),
    "empty": ("```python\n\n```\n", 1, "this fence is empty"),
    "tab": (fence("python", "if x:\n\ty = 1\n"), 3, "a tab"),
    "control": (fence("python", "x = '\x02'\n"), 2, "a control character"),
    "quotation": ("> ```python\n> x\n> ```\n", 1, "a snippet cannot stand in a quotation"),
    "quoted output": ("> ```output\n> x\n> ```\n", 1, "a snippet cannot stand in a quotation"),
    "list marker": ("- ```python\n  x\n  ```\n", 1, "a fence starts on a line of its own"),
    "number marker": ("1. ```text\n   x\n   ```\n", 1, "a fence starts on a line of its own"),
    # outputs
    "orphan": (OUTPUT, 1, "does not stand right below a python fence"),
    "orphan below text": (fence("python") + "text\n\n" + OUTPUT, 6, "does not stand right below"),
    "second output": (fence("python") + OUTPUT * 2, 7, "second output fence"),
    "static output": (fence("python {.static}") + OUTPUT, 4, "is not run, so it has no output"),
    "output options": (fence("python") + fence("output {.x}"), 4, "without options"),
    "outputs": (fence("python") + fence("Output"), 4, "an output fence is opened by ```output"),
    "empty output": (fence("python") + "```output\n```\n", 4, "this fence is empty"),
    "output indent": (fence("python") + "  ```output\n  1\n  ```\n", 4, "indent the output fence"),
    # the excerpt
    "above more": (fence("python") + "\n<!-- more -->\n", 1, "cannot stand above <!-- more -->"),
    # fields; tests/params.json has them all
    "field indented": (fence("python", f"if x:\n    {SLIDER.format(1)}"), 3, "not indented"),
    "field form": (fence("python", "x = 1  # @param slider\n"), 2, "one pair of braces"),
}


@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(PageError) as caught:
        parse_page(text, PATH)
    told = str(caught.value)
    assert told.startswith(f"docs/page.md:{line}: ")
    assert message in told
    assert "\n" not in told


def test_a_param_in_a_string_or_in_unreadable_code_has_no_field() -> None:
    assert parse(fence("python", "x = '# @param {}'\n"))[0].params == ()
    assert parse(fence("python {raises=SyntaxError}", "x = (\n"))[0].params == ()
