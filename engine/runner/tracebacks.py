"""Tells the reader where an error came from: in the blocks, by title, line and column."""

import io
import linecache
import os
import traceback
import types
from typing import Any

_MOST_CALLS = 1000  # of a traceback that are shown: Python's own limit of a recursion

_RUNNER = os.path.dirname((lambda: None).__code__.co_filename)
_ENGINE = os.path.dirname(_RUNNER)


class Sources:
    """The texts of a program's cells, by the file name that their code objects carry."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {}  # file name -> cell id

    def register(self, cell: str, title: str, source: str) -> str:
        """Make the source known to tracebacks; returns its file name: the title, unless another
        cell has it already."""
        name, number = title, 1
        while self.cells.get(name, cell) != cell:
            number += 1
            name = f"{title} ({number})"
        self.cells[name] = cell
        lines = io.StringIO(source, newline=None).readlines()  # as Python splits them
        linecache.cache[name] = (len(source), None, lines, name)  # no time: never out of date
        return name

    def forget(self) -> None:
        for name in self.cells:
            linecache.cache.pop(name, None)
        self.cells.clear()


def describe_error(error: BaseException, sources: Sources) -> dict[str, Any]:
    """The error event (see Session), but for its hint, of an error that a cell has raised."""
    try:
        _shorten(error)
        report = traceback.TracebackException.from_exception(error)
        _clean(report, set())
        if report.stack or report.__cause__ or report.__context__:
            lines = list(report.format())
        else:  # a SyntaxError of the cell itself: as Python does, no heading without calls
            lines = list(report.format_exception_only())
        text, frames = "".join(lines), _frames(report, sources)
    except Exception as trouble:  # an exception class may defeat any formatting
        text = f"{type(error).__name__}: <no traceback: {type(trouble).__name__}>\n"
        frames = []
    return {
        "type": "error",
        "name": type(error).__name__,
        "message": _message(error),
        "traceback": text,
        "frames": frames,
    }


def _shorten(error: BaseException) -> None:
    """Leave out the middle of very many calls, which takes seconds to describe and nobody reads.
    They are those of a recursion, which its start and its end show."""
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        part = todo.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        todo += [part.__cause__, part.__context__]
        calls: list[types.TracebackType] = []
        at = part.__traceback__
        while at is not None:
            calls.append(at)
            at = at.tb_next
        if len(calls) > _MOST_CALLS:
            half = _MOST_CALLS // 2
            calls[half - 1].tb_next = calls[-half]


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return f"<the message failed: {type(error).__name__}.__str__() raised an error>"


def _clean(report: traceback.TracebackException, seen: set[int]) -> None:
    """Drop the runner's frames, which say nothing about the reader's code, and shorten the engine's
    paths, here and in what caused it."""
    if id(report) in seen:
        return
    seen.add(id(report))
    report.stack[:] = [
        frame for frame in report.stack if not frame.filename.startswith(_RUNNER + os.sep)
    ]
    for frame in report.stack:
        if frame.filename.startswith(_ENGINE + os.sep):
            frame.filename = "engine/" + os.path.relpath(frame.filename, _ENGINE)
    for part in (report.__cause__, report.__context__, *(report.exceptions or ())):
        if part is not None:
            _clean(part, seen)


def _frames(report: traceback.TracebackException, sources: Sources) -> list[dict[str, Any]]:
    """Where the error passed through the cells, outermost first; a recursion only once."""
    spots = [_frame_spot(frame) for frame in report.stack if frame.filename in sources.cells]
    filename = getattr(report, "filename", None)  # only a SyntaxError's report has one
    if filename in sources.cells:
        spots.append(_syntax_spot(report))
    latest_last = reversed(dict.fromkeys(reversed(spots)))
    keys = ("line", "end_line", "col", "end_col")
    return [
        {"cell": sources.cells[name], **dict(zip(keys, spot, strict=True))}
        for name, *spot in latest_last
    ]


_Spot = tuple[str, int, int, int, int]  # file name, line, end_line, col, end_col


def _frame_spot(frame: traceback.FrameSummary) -> _Spot:
    line = frame.lineno or 1
    end_line = frame.end_lineno or line
    if frame.colno is None or frame.end_colno is None:
        return frame.filename, line, line, 0, len(_source_line(frame.filename, line))
    return (
        frame.filename,
        line,
        end_line,
        _characters(_source_line(frame.filename, line), frame.colno),
        _characters(_source_line(frame.filename, end_line), frame.end_colno),
    )


def _syntax_spot(report: traceback.TracebackException) -> _Spot:
    """Offsets of a SyntaxError count from 1, in characters; 0 and -1 mean unknown."""
    assert report.filename is not None
    line = int(report.lineno or 1)
    end_line = int(report.end_lineno or line)
    col = max(int(report.offset or 1) - 1, 0)
    end_col = int(report.end_offset or 0) - 1
    if end_line == line and end_col <= col:
        end_col = max(len(_source_line(report.filename, line)), col)
    return report.filename, line, end_line, col, max(end_col, 0)


def _source_line(name: str, line: int) -> str:
    return linecache.getline(name, line).rstrip("\r\n")


def _characters(line: str, offset: int) -> int:
    """The column of a byte offset in UTF-8, the unit of code positions."""
    return len(line.encode()[:offset].decode(errors="replace"))
