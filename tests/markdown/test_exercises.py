"""The fences of exercises: what is gathered, what is refused by file and line, what is proven."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from scripts.markdown.errors import PageError
from scripts.markdown.exercises import Exercise
from scripts.markdown.program import Program
from scripts.markdown.proof import Proof
from scripts.markdown.snippets import Snippet, parse_page
from scripts.markdown.update import Unrecordable, update_page
from tests.markdown.test_fences import Render, page, render, the

__all__ = ["page", "render"]

PATH = Path("docs/page.md")
ABOVE = "```python\nfactor = 2\n```\n\n"
STARTER = (
    '```python {#double .exercise task="Double it"}\n'
    "def double(x):\n    return x\n\n\nprint(double(3))\n```\n\n```output\n3\n```\n\n"
)
HINT = '<details class="hint" markdown>\n<summary>Hint</summary>\n\nTwo *times*.\n\n</details>\n\n'
CHECK = (
    "```python {.check}\n"
    "for x in (3, -1.5, 0):\n"
    '    assert double(x) == factor * x, f"double({x}) gave {double(x)}, not twice as much"\n'
    "```\n\n"
)
REFUSED = "```output\ndouble(3) gave 3, not twice as much\n```\n\n"
SOLUTION = "```python {.solution}\ndef double(x):\n    return factor * x\n```\n\n"
MISTAKE = "```python {.mistake}\ndef double(x):\n    return x + 2\n```\n\n"
MISTAKEN = "```output\ndouble(3) gave 5, not twice as much\n```\n\n"
WHOLE = ABOVE + STARTER + HINT + CHECK + REFUSED + SOLUTION + MISTAKE + MISTAKEN


def exercise_of(text: str) -> tuple[Snippet, Exercise]:
    [starter] = [snippet for snippet in parse_page(text, PATH) if snippet.exercise]
    assert starter.exercise
    return starter, starter.exercise


def problems(text: str) -> str:
    """Of a page with one exercise, all that its tests would say."""
    starter, exercise = exercise_of(text)
    proof = Proof(Program(parse_page(text, PATH), PATH), PATH, starter)
    told = [proof.refusal_problem(part) for part in (exercise.check, *exercise.mistakes)]
    told += [proof.solution_problem(solution) for solution in exercise.solutions]
    told.append(proof.equivalents_problem())
    return "\n".join(filter(None, told))


def refusal(text: str) -> str:
    with pytest.raises(PageError) as caught:
        parse_page(text, PATH)
    return str(caught.value)


def test_its_parts_are_gathered_in_the_starter() -> None:
    starter, exercise = exercise_of(WHOLE + "Text\n")
    assert [snippet.id for snippet in parse_page(WHOLE, PATH)] == ["block-1", "double"]
    assert (starter.id, exercise.task, starter.output) == ("double", "Double it", "3")
    assert exercise.check.output == "double(3) gave 3, not twice as much"
    assert [part.part for part in exercise.parts] == ["check", "solution", "mistake"]
    assert exercise.hints == 1
    assert not exercise.used_below
    line = WHOLE.split("\n").index("```python {.check}") + 2
    assert exercise.check.line == line


def test_parts_come_in_any_order_with_hints_between_and_after() -> None:
    text = ABOVE + STARTER + MISTAKE + MISTAKEN + HINT + HINT + SOLUTION + CHECK + REFUSED + HINT
    _, exercise = exercise_of(text + SOLUTION.replace("factor *", "x +"))
    assert [part.part for part in exercise.parts] == ["mistake", "solution", "check", "solution"]
    assert exercise.hints == 3
    assert parse_page(text.replace("\n", "\r\n"), PATH)[1].exercise


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (STARTER + CHECK + MISTAKE, "docs/page.md:1: this exercise has no solution: add a fence"),
        (STARTER + SOLUTION + MISTAKE, "docs/page.md:1: this exercise has no check: add"),
        (STARTER, "docs/page.md:1: this exercise has no check"),
        (STARTER + CHECK + SOLUTION, "docs/page.md:13: this check has no mistake: add a fence"),
        (
            ABOVE + SOLUTION,
            "docs/page.md:5: this .solution does not stand right below an .exercise",
        ),
        (
            WHOLE + "So:\n\n" + MISTAKE,
            "docs/page.md:49: this .mistake does not stand right below an .exercise",
        ),
        (WHOLE + CHECK, "docs/page.md:47: an exercise has one check, and this is another"),
        (
            WHOLE.replace(SOLUTION, SOLUTION + "```output\n1\n```\n\n"),
            "docs/page.md:33: a solution has no output fence",
        ),
        (WHOLE.replace("#double ", ""), "docs/page.md:5: an .exercise needs #slope"),
        (WHOLE.replace(' task="Double it"', ""), 'docs/page.md:5: an .exercise needs task="The'),
        (WHOLE.replace("Double it", "x" * 71), "docs/page.md:5: task= says in 1 to 70 characters"),
        (WHOLE.replace(".exercise", ".exercise .static"), "docs/page.md:5: 'static' means nothing"),
        (WHOLE.replace("{.check}", "{.check #a}"), "a .check takes no other option, so 'id'"),
        (WHOLE.replace("{.check}", "{.check .solution}"), "not .check and .solution"),
        (WHOLE.replace("{.mistake}", "{.mistke}"), "did you mean '.mistake'?"),
        (ABOVE.replace("python", "python {.used-below}"), "'.used-below' belongs to the fence of"),
        (ABOVE.replace("python", 'python {task="a"}'), "'task' belongs to the fence of an .exer"),
        (HINT + WHOLE, "docs/page.md:1: a hint stands right below a fence of its exercise"),
        (WHOLE.replace(" markdown>", ">"), "docs/page.md:17: a hint stands right below a fence"),
        (WHOLE.replace("\nTwo *times*.\n", ""), "docs/page.md:17: a hint stands right below"),
        (
            WHOLE.replace("for x in (3", "# equivalent: x + 1: no\nfor x in (3"),
            "docs/page.md:25: write # equivalent: OLD STATEMENT -> NEW STATEMENT: why",
        ),
        (STARTER + WHOLE, "docs/page.md:1: this exercise has no check"),
        (
            "- item\n\n    " + STARTER.replace("\n", "\n    "),
            "docs/page.md:3: an exercise cannot st",
        ),
    ],
)
def test_what_is_not_an_exercise_is_refused(text: str, told: str) -> None:
    assert told in refusal(text)


def test_a_sound_exercise_is_proven() -> None:
    assert problems(WHOLE) == ""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        # The starter
        ("return x\n", "return 2 * x\n", "docs/page.md:6: the starter passes the check: it must"),
        ("return x\n", "return y\n", "the starter ends with an error, before the check: NameError"),
        ("double({x}) gave {double(x)}, not twice as much", "No.", "is refused, but it says 'No.'"),
        (', f"double({x}) gave {double(x)}, not twice as much"', "", "but it says nothing"),
        ("gave 3, not", "gave 4, not", "docs/page.md:25: the starter is not refused as the page"),
        # The solution
        ("factor * x\n```", "factor + x\n```", "docs/page.md:34: this solution is refused: double"),
        (
            "factor * x\n```",
            "y\n```",
            "docs/page.md:34: this solution is refused: Your code raised",
        ),
        ("def double(x):\n    return factor", "def doble(x):\n    return factor", "no double in"),
        ("(3, -1.5, 0)", "(3,)", "docs/page.md:35: the check passes a mutant: return factor * x"),
        # A mistake
        ("x + 2", "x + x", "docs/page.md:39: this mistake passes the check: it must be refused"),
        ("gave 5", "gave 6", "docs/page.md:39: this mistake is not refused as the page says"),
        # The check
        ("for x in (3", "1 / 0\nfor x in (3", "docs/page.md:25: the check itself fails on the st"),
        ("return x + 2", "return None", "docs/page.md:39: this mistake is not refused as the pa"),
        (
            "for x in (3",
            "# equivalent: return x -> pass: no\nfor x in (3",
            "docs/page.md:25: no mutant that passes is return x -> pass: remove this",
        ),
        # What is above
        ("factor = 2", "factor = two", "docs/page.md:2: NameError: name 'two' is not defined"),
    ],
)
def test_what_does_not_hold_is_told_by_file_and_line(old: str, new: str, told: str) -> None:
    if new == "(3,)":  # 3 * 2 == 6 is what the mutant gives as well
        text = WHOLE.replace("return factor * x", "return factor * x if x > 2 else x")
    else:
        text = WHOLE
    assert old in text
    assert told in problems(text.replace(old, new))


def test_a_check_that_falls_over_what_a_mistake_gives() -> None:
    text = WHOLE.replace("(x) == factor * x", "(x) + 0 == factor * x").replace("x + 2", "None")
    assert (
        "docs/page.md:26: the check itself fails on this mistake (docs/page.md:39): TypeError"
        in (problems(text))
    )


def test_every_surviving_mutant_is_named_until_it_is_listed() -> None:
    text = WHOLE.replace("return factor * x", "return factor * x if x < 10 else 2 * x")
    told = problems(text)
    assert (
        "docs/page.md:35: the check passes a mutant: return factor * x if x < 10 else 2 * x -> "
        in told
    )
    assert "# equivalent: OLD STATEMENT -> NEW STATEMENT: why" in told
    lines = [line.split("mutant: ")[1] for line in told.split("\n") if "mutant: " in line]
    listed = "\n".join(f"# equivalent: {line}:\n# both do" for line in lines)
    assert problems(text.replace("for x in (3", f"{listed}\nfor x in (3")) == ""


def test_two_mistakes_with_the_same_words() -> None:
    again = (MISTAKE + MISTAKEN).replace("x + 2", "x + 1 + 1")
    assert "docs/page.md:48: this mistake gets the words of line 39" in problems(WHOLE + again)


def test_mutants_that_do_not_end_are_ended() -> None:
    endless = "    n, sum = 2, 0\n    while n:\n        n -= 1\n        sum += x\n    return sum"
    text = WHOLE.replace("    return factor * x", endless)
    assert problems(text) == ""
    text = WHOLE.replace("return x + 2", "while True:\n        pass")
    assert "this does not end" in problems(text)


def test_an_answer_that_changes_more_than_names_spoils_nothing() -> None:
    """The list is the page's; a mutant that fills it would make the next ones be refused."""
    text = WHOLE.replace("factor = 2", "factor = 2\nseen = []")
    text = text.replace("for x in (3", 'assert not seen, "seen must stay as it was"\nfor x in (3')
    text = text.replace("return x + 2", "seen.append(x)\n    return factor * x")
    check = '    assert double(x) == factor * x, f"double({x}) gave {double(x)}, not twice as much"'
    after = f'{check}\nassert not seen, "seen must stay as it was"'
    text = text.replace(check, after).replace(
        MISTAKEN, "```output\nseen must stay as it was\n```\n"
    )
    assert problems(text) == ""


def test_blocks_below_see_nothing_of_it_unless_it_says_so() -> None:
    below = "```python\nprint(double(10))\n```\n"
    snippets = parse_page(WHOLE + below, PATH)
    assert "NameError" in Program(snippets, PATH).run(snippets[-1]).problem
    text = WHOLE.replace(".exercise", ".exercise .used-below") + below
    snippets = parse_page(text, PATH)
    program = Program(snippets, PATH)
    assert [program.run(snippet).text for snippet in snippets] == ["", "3", "20"]


def test_update_records_what_the_starter_and_the_mistakes_get(page: Path) -> None:
    page.write_text(
        WHOLE.replace(REFUSED, "").replace("gave 5", "gave 7").replace("\n3\n", "\n4\n")
    )
    report = update_page(page)
    assert page.read_text() == WHOLE
    assert [line.split(": ")[1] for line in report] == [
        "output of double",
        "refusal of double:check",
        "refusal of double:mistake-1",
    ]
    assert update_page(page) == []


def test_update_records_nothing_that_proves_nothing(page: Path) -> None:
    page.write_text(text := WHOLE.replace("x + 2", "x + x"))
    with pytest.raises(Unrecordable, match=r"index.md:39: this mistake passes the check"):
        update_page(page)
    assert page.read_text() == text


def shown_exercise(render: Render, text: str) -> BeautifulSoup:
    return render(text + "\nAfter *it*.\n")


def test_a_page_without_scripts_has_all_of_it_folded(render: Render) -> None:
    text = WHOLE.replace(".exercise", ".exercise .used-below")
    soup = shown_exercise(render, text + HINT + SOLUTION.replace("factor *", "x +"))
    block = the(soup, "py-playground[data-exercise]")
    assert the(soup, "#exercise-double").find_next("py-playground") is block
    assert block["data-exercise"] == "Double it"
    assert block.has_attr("data-used-below")
    help = the(block, ".py-help")
    summaries = [summary.text for summary in help.select("details > summary")]
    assert summaries == ["Hint 1 of 2", "Hint 2 of 2", "Solutions", "What the check tries"]
    assert not help.select("details[open]")
    assert (
        the(help, ".py-clue em").text == "times" if len(help.select(".py-clue em")) == 1 else True
    )
    assert [code.text.split("\n")[1] for code in help.select(".py-solution code")] == [
        "    return factor * x",
        "    return x + x",
    ]
    assert "assert double(x)" in the(help, ".py-check code").text
    assert "x + 2" not in soup.text  # mistakes are for the tests
    assert "not twice as much\n" not in soup.text  # and what they get
    assert "After it." in [text.text for text in soup.find_all("p", recursive=False)]
    assert "pySnippetPlaceholder" not in str(soup)
    assert "hint" not in [name for tag in soup.select("details") for name in tag["class"]]
