"""The one parser of a page's snippets: for the tests, for `dev.py update`, and for the site."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import PageError
from .exercises import Exercise, gather
from .options import PARTS, parse_options
from .params import Param, ParamError, find_params
from .scan import Fence, Scanner


@dataclass(frozen=True)
class Snippet:
    """A Python fence of a page, with the output fence below it. Lines count from 1 in the page's
    file; spans are offsets (start, end) into its text: whole lines, less the last one's end."""

    id: str
    title: str  # empty if untitled
    source: str  # without the fence's indentation, without a final line end
    line: int  # of the first line of code
    span: tuple[int, int]  # of the code and its output
    code_span: tuple[int, int]
    indent: str
    raises: str | None = None  # the exception it is meant to end with
    tol: float | None = None  # how far numbers of the output may be off, relative or absolute
    limit: float | None = None  # seconds that it may take; the settings' if None
    input: tuple[str, ...] = ()  # lines that are typed when it asks
    hl_lines: tuple[int, ...] = ()
    noqa: tuple[str, ...] = ()  # rules that the linter does not hold it to
    hidden: bool = False  # runs, folded away
    static: bool = False  # shown, not run
    predict: bool = False  # covered until the reader has guessed what it shows
    output: str | None = None  # golden, without a final line end
    output_span: tuple[int, int] | None = None
    params: tuple[Param, ...] = ()
    part: str = ""  # of an exercise, see options.py
    task: str = ""
    used_below: bool = False
    exercise: Exercise | None = None  # of its starter

    @property
    def fence_line(self) -> int:
        return self.line - 1


def parse_page(text: str, path: Path, first_line: int = 1) -> list[Snippet]:
    """The snippets of a page, static ones too, from top to bottom; of an exercise the starter.

    `first_line` is the line of `path` on which `text` begins. Raises PageError for any fence that
    looks like Python or output but is not of the form that is tested and shown.
    """
    scanner = Scanner(text, path, first_line)
    fences: list[Snippet] = []
    for fence in scanner.fences():
        try:
            if fence.language == "python":
                number = sum(other.part in ("", "exercise") for other in fences) + 1
                fences.append(_snippet(fence, number))
            else:
                above = fences.pop() if fences else None
                fences.append(_with_output(above, fence, text))
        except ParamError as error:
            raise PageError(path, fence.line + error.line, str(error)) from None
        except ValueError as error:
            raise PageError(path, fence.line, str(error)) from None
    snippets = gather(fences, text, path)
    _check_ids(snippets, path)
    _check_excerpt(snippets, scanner.more, path)
    return snippets


def _snippet(fence: Fence, number: int) -> Snippet:
    """Raises ValueError for bad options or fields."""
    options = parse_options(fence.options)
    if options.hl_lines and options.hl_lines[-1] > len(fence.body):
        raise ValueError(f"hl_lines names line {options.hl_lines[-1]} of {len(fence.body)}")
    source = "\n".join(fence.body)
    return Snippet(
        id=options.id or f"block-{number}",
        title=options.title,
        source=source,
        line=fence.line + 1,
        span=fence.span,
        code_span=fence.span,
        indent=fence.indent,
        raises=options.raises,
        input=options.input,
        tol=options.tol,
        limit=options.limit,
        hl_lines=options.hl_lines,
        noqa=options.noqa,
        hidden=options.hidden,
        static=options.static,
        predict=options.predict,
        params=() if options.static or options.part in PARTS else find_params(source),
        part=options.part,
        task=options.task,
        used_below=options.used_below,
    )


def _with_output(snippet: Snippet | None, fence: Fence, text: str) -> Snippet:
    """The snippet with the output fence right below it. Raises ValueError if it is not there."""
    if snippet is None or text[snippet.span[1] : fence.span[0]].strip():
        raise ValueError("this output fence does not stand right below a python fence")
    if snippet.output is not None:
        raise ValueError("this is the second output fence below one python fence")
    if snippet.static:
        raise ValueError("the fence above is .static: it is not run, so it has no output")
    if fence.indent != snippet.indent:
        raise ValueError("indent the output fence like the python fence above it")
    return replace(
        snippet,
        output="\n".join(line.rstrip() for line in fence.body),
        output_span=fence.span,
        span=(snippet.span[0], fence.span[1]),
    )


def _check_ids(snippets: Sequence[Snippet], path: Path) -> None:
    """Ids name figures, <id>.svg, <id>-2.svg: no two may lead to the same file."""
    lines: dict[str, int] = {}
    for snippet in snippets:
        if snippet.id in lines:
            message = f"the id {snippet.id!r} is already that of line {lines[snippet.id]}"
            raise PageError(path, snippet.fence_line, message)
        lines[snippet.id] = snippet.fence_line
    for name, line in lines.items():
        stem = re.sub(r"-\d+$", "", name)
        if stem != name and stem in lines:
            message = f"the id {name!r} is the name of a figure of {stem!r}: choose another"
            raise PageError(path, line, message)


def _check_excerpt(snippets: Sequence[Snippet], more: int | None, path: Path) -> None:
    """The excerpt is shown on another page, where its snippets would not be a program."""
    for snippet in snippets:
        if more is not None and not snippet.static and snippet.line <= more:
            message = "a snippet cannot stand above <!-- more -->: the blog's index shows that part"
            raise PageError(path, snippet.fence_line, message)
