"""`dev.py update`: runs the snippets and notebooks and records what they show, in place.

Only what differs is touched; every other byte of a page stays.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import children

from .errors import PageError
from .figures import (
    figure_path,
    is_drawn,
    marked_figure,
    named_figures,
    unused_figures,
)
from .files import ChangedMeanwhile, replace_files
from .golden import Outcome, Program, same_figure, stale_text, unrepeatable
from .paths import DOCS, all_pages, shown_path
from .process import WORLDS
from .proof import Proof
from .reading import content_of, decoded
from .snippets import Snippet, parse_page


class Unrecordable(Exception):
    """A snippet shows what no page can record; says where and how."""


@dataclass
class _Changes:
    """What there is to do on one page, and the words for it."""

    edits: list[tuple[int, int, str]] = field(default_factory=list)  # start, end, new text
    figures: dict[Path, str] = field(default_factory=dict)  # content
    read: dict[Path, bytes | None] = field(default_factory=dict)  # what the files held
    removed: list[Path] = field(default_factory=list)
    report: list[str] = field(default_factory=list)


def main(argv: Sequence[str] | None = None) -> int:
    """Update the pages named in argv, or all. Returns 0 if they are up to date now, 1 if a page
    or snippet has an error, which is printed; the page it is on is left as it is."""
    # Imported here for neither Jupyter nor YAML is in Pyodide, where update_page is tested too.
    from .frontmatter import declared, site_faults
    from .notebooks import NotebookError, all_notebooks, update_notebook

    parser = argparse.ArgumentParser(prog="dev.py update", description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="*", type=Path, help="Markdown, .ipynb (default: all)")
    pages = parser.parse_args(argv).pages or [*all_pages(DOCS), *all_notebooks(DOCS)]
    try:
        faults = [(fault.path.resolve(), fault) for fault in site_faults(DOCS, declared())]
    except PageError as error:  # of mkdocs.yml
        print(error, file=sys.stderr)
        return 1
    failed = changed = 0
    for page in pages:
        refused = [fault for path, fault in faults if path == page.resolve()]
        if refused:
            print(*refused, sep="\n", file=sys.stderr)
            failed += 1
            continue
        try:
            report = (update_notebook if page.suffix == ".ipynb" else update_page)(page)
        except (PageError, Unrecordable, NotebookError, ChangedMeanwhile) as error:
            print(error, file=sys.stderr)
            failed += 1
        except OSError as error:
            print(f"{shown_path(page)}: nothing was written: {error}", file=sys.stderr)
            failed += 1
        else:
            changed += len(report)
            for line in report:
                print(line)
    if not changed and not failed:
        print("update: every output and figure is up to date")
    return 1 if failed else 0


def update_page(page: Path) -> list[str]:
    """Record what the page's snippets show. Returns what changed, a line each.

    Raises PageError, Unrecordable, ChangedMeanwhile or OSError; nothing is written then.
    """
    before = content_of(page)
    text = decoded(page, before)
    snippets = [snippet for snippet in parse_page(text, page) if not snippet.static]
    changes = _Changes(read={page: before})
    drawn: list[Path] = []
    shown = _shown(page, snippets)
    for snippet, outcome in zip(snippets, shown.outcomes, strict=True):
        if stale_text(snippet, outcome):
            changes.edits.append(_output_edit(text, snippet, outcome.text))
            changes.report.append(f"{shown_path(page)}:{snippet.line}: output of {snippet.id}")
        drawn.extend(_figure_changes(page, snippet, outcome, changes))
    for part, message in shown.refusals:
        if message != part.output:
            changes.edits.append(_output_edit(text, part, message))
            changes.report.append(f"{shown_path(page)}:{part.line}: refusal of {part.id}")
    for path in unused_figures(page, text, drawn):
        changes.removed.append(path)
        changes.read[path] = path.read_bytes()
        changes.report.append(f"{shown_path(path)}: removed, nothing draws it")
    _write(page, text, changes)
    return changes.report


@dataclass
class _Shown:
    """What the snippets of a page show, up to the first with a problem."""

    outcomes: list[Outcome] = field(default_factory=list)
    refusals: list[tuple[Snippet, str]] = field(default_factory=list)  # of exercises
    problem: str = ""


def _shown(page: Path, snippets: Sequence[Snippet]) -> _Shown:
    """What the snippets show, the same in two worlds. Raises Unrecordable."""
    programs = [Program(snippets, page, world) for world in WORLDS]
    with ThreadPoolExecutor(len(programs)) as side_by_side:
        try:
            runs = [side_by_side.submit(_run_all, program, page, snippets) for program in programs]
            first, second = (run.result() for run in runs)
        finally:
            for program in programs:  # when it is interrupted, what runs ends at once
                program.close()
    if first.problem or second.problem:
        raise Unrecordable(first.problem or second.problem)
    for snippet, one, other in zip(snippets, first.outcomes, second.outcomes, strict=True):
        if difference := unrepeatable(snippet, one, other):
            raise Unrecordable(_not_twice(page, snippet, difference))
    for (part, words), (_, others) in zip(first.refusals, second.refusals, strict=True):
        if words != others:
            raise Unrecordable(_not_twice(page, part, f"{words!r}, then {others!r}"))
    return first


def _not_twice(page: Path, snippet: Snippet, difference: str) -> str:
    return (
        f"{shown_path(page)}:{snippet.line}: {snippet.id} does not show the same twice: "
        f"{difference}. Sort sets, seed what is random, leave out times and addresses"
    )


def _run_all(program: Program, page: Path, snippets: Sequence[Snippet]) -> _Shown:
    shown = _Shown()
    for snippet in snippets:
        shown.outcomes.append(program.run(snippet))
        shown.problem = shown.outcomes[-1].problem
        if snippet.exercise and not shown.problem:
            proof = Proof(program, page, snippet)
            for part in (snippet.exercise.check, *snippet.exercise.mistakes):
                message, problem = proof.refusal(part)
                shown.refusals.append((part, message))
                shown.problem = shown.problem or problem
        if shown.problem:
            break
    return shown


def _figure_changes(
    page: Path, snippet: Snippet, outcome: Outcome, changes: _Changes
) -> list[Path]:
    """Note the figures to write; returns the files of all that the snippet draws."""
    if outcome.figures and page.name != "index.md":
        message = "a page with figures is named index.md, in a folder of its own beside them"
        raise PageError(page, snippet.line, message)
    paths = []
    for number, figure in enumerate(outcome.figures, 1):
        path = figure_path(page, snippet.id, number)
        paths.append(path)
        exists = path.exists() or path.is_symlink()
        if exists and same_figure(path, figure, snippet.tol):
            continue
        if exists and not is_drawn(path):
            raise _not_ours(page, snippet, path)
        changes.figures[path] = marked_figure(figure, snippet.id)
        changes.read[path] = path.read_bytes() if exists else None
        changes.report.append(f"{shown_path(path)}: figure of {snippet.id}")
    for path in named_figures(page, snippet).values() if page.name == "index.md" else ():
        if path not in paths and not is_drawn(path):
            raise _not_ours(page, snippet, path)
    return paths


def _not_ours(page: Path, snippet: Snippet, path: Path) -> PageError:
    message = (
        f"{path.name} has the name of a figure of {snippet.id}, but is not as update drew it: "
        "rename it, or delete it to have it drawn"
    )
    return PageError(page, snippet.line, message)


def _output_edit(text: str, snippet: Snippet, output: str) -> tuple[int, int, str]:
    end = snippet.code_span[1]
    if snippet.output_span is None:
        return end, end, _newlines(text, f"\n\n{_fenced(output, '```', snippet.indent)}")
    if not output:
        return end, snippet.output_span[1], ""
    start, end = snippet.output_span
    fence = re.match(r"[ \t]*(`+|~+)", text[start:end])
    assert fence is not None
    return start, end, _newlines(text, _fenced(output, fence[1], snippet.indent))


def _fenced(output: str, fence: str, indent: str) -> str:
    """An output fence, longer than `fence` if the output has a line that would close it."""
    runs = re.findall(rf"(?m)^\s*({fence[0]}{{3,}})\s*$", output)
    fence = fence[0] * max(len(fence), *(len(run) + 1 for run in runs), 3)
    lines = [f"{fence}output", *output.split("\n"), fence]
    return "\n".join(indent + line if line else "" for line in lines)


def _newlines(text: str, new: str) -> str:
    return new.replace("\n", "\r\n") if "\r\n" in text else new


def _write(page: Path, text: str, changes: _Changes) -> None:
    for start, end, new in sorted(changes.edits, reverse=True):
        text = text[:start] + new + text[end:]
    wanted = {path: figure.encode() for path, figure in changes.figures.items()}
    if changes.edits:
        parse_page(text, page)  # what is written can be read again
        wanted[page] = text.encode()
    if wanted or changes.removed:
        replace_files(wanted, changes.read, changes.removed)


if __name__ == "__main__":
    children.end_when_told()
    try:
        code = main()
    except KeyboardInterrupt:
        print("update: stopped; what it was at is left as it was", file=sys.stderr)
        code = 130
    raise SystemExit(code)
