"""Runs snippets: the one runner, used by the tests on CPython, by the tests on Pyodide, and in the
page. A page is a program: its cells run from top to bottom in one namespace."""

import __future__

import ast
import contextvars
import inspect
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .capture import Capture
from .complete import complete, describe, scope_of
from .display import LIVE, SVG, TEXT, Display
from .hints import hint
from .state import State
from .tracebacks import Sources, describe_error

if TYPE_CHECKING:  # it imports asyncio, which takes its time: only where it is needed
    from .loops import Loop

Event = dict[str, Any]

_BROWSER = sys.platform == "emscripten"
_FUTURES = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]


@dataclass(frozen=True)
class Cell:
    """One snippet. `title` is its file name in tracebacks (the id, if empty); `raises` is the name
    of the exception it is meant to raise; `answers` are what is typed when it asks for input."""

    id: str
    title: str
    source: str
    raises: str | None = None
    answers: tuple[str, ...] = ()


class Session:
    """Runs cells and reports what they do through `emit`, as JSON-able events:

    - `{"type": "stream", "name": "stdout"|"stderr", "text": str}`, with `"back": int` where so many
      characters at the end of the line are taken back first
    - `{"type": "display", "data": {mime: value}, "id": str|None, "update": bool}`
    - `{"type": "error", "name": str, "message": str, "traceback": str, "frames": [{"cell": id,
      "line", "end_line", "col", "end_col"}], "hint": str|None}`; the frames are those of the cells,
      outermost first; lines count from 1, columns from 0, in characters.
    - `{"type": "verdict", "verdict": "passed"|"refused"|"fault", "message": str, "frames": …}`, of
      a check; "fault": the check itself failed, so that nothing is known of the answer. The frames
      are those of the error in the answer that made the check refuse it, if one did.

    `rewinds`: cells that were run are undone, as far as names go, rather than all run anew; for a
    caller who can tell whether they have changed more than names. `hurry` is called when the code
    flushes its output. `ask` is called when the last cell asks for input and has no answer left,
    with the line that it has begun; it must not return. Where nobody can be asked, or in a cell
    above, that is an EOFError. `state` lets `stale` say when a process must not be used again.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        *,
        rewinds: bool = False,
        hurry: Callable[[], object] = lambda: None,
        ask: Callable[[str], object] | None = None,
        state: State | None = None,
    ) -> None:
        self._rewinds = rewinds
        self._capture = Capture(emit, hurry, ask or (lambda _: None))
        self._asks = ask is not None
        self._state = state
        self._display = Display(self._capture.event)
        self._program: _Program | None = None
        self._below: list[tuple[str, str]] = []  # titles and sources

    def run(
        self, cells: Sequence[Cell], below: Sequence[Cell] = (), check: Cell | None = None
    ) -> bool:
        """Run the program `cells` as if in a fresh namespace; only the last cell's output is
        emitted. False if an error that its cell does not declare ended the run, in whichever cell.
        `below`, the rest of the page, is not run, but hints may name it. `check` runs after the
        last cell, in its namespace, which is dropped then: it refuses by an AssertionError.

        Where the live namespace is what the first of these very cells left behind, the run goes on
        from there: nothing that still holds is computed twice.
        """
        if not cells:
            raise ValueError("no cells to run")
        self._below = [(cell.title or cell.id, cell.source) for cell in below]
        with self._capture:
            program = self._resume(cells)
            for number in range(len(program.ran), len(cells)):
                last = number == len(cells) - 1
                self._capture.mute(not last)
                self._capture.input.give(cells[number].answers, last and self._asks)
                if not self._run_cell(program, cells[number], may_exit=not check):
                    return False
            if check:
                self._check(program, check)
        return True

    def stale(self, cells: Sequence[Cell]) -> str:
        """Whether a run of these cells would have to begin anew, in a process that earlier runs
        have changed: says what they have; empty if not, and always without a `state`."""
        return self._state.changed() if self._state and self.fresh(cells) else ""

    def fresh(self, cells: Sequence[Cell]) -> bool:
        """Whether a run of these cells would begin anew, and not go on from the live namespace."""
        return not (self._program and len(self._program.ran) == self._same(cells) > 0)

    @property
    def idle(self) -> bool:
        """Whether there is no live namespace, that a later run could go on from."""
        return self._program is None

    def complete(self, cells: Sequence[Cell], text: str) -> list[dict[str, str]]:
        """What may come after `text`, the last cell's source up to the cursor."""
        return complete(text, self._scope(cells))

    def describe(self, cells: Sequence[Cell], name: str) -> dict[str, str] | None:
        """What a dotted name in the last cell stands for, as far as it is known without a run."""
        return describe(name, self._scope(cells))

    def _scope(self, cells: Sequence[Cell]) -> dict[str, Any]:
        live: dict[str, Any] = {}
        if self._program and self._program.ran[:-1] == list(cells[: len(self._program.ran) - 1]):
            live = self._program.module.__dict__
        return scope_of([cell.source for cell in cells], live)

    def _same(self, cells: Sequence[Cell]) -> int:
        """How many of the cells, from the first on, have made the live namespace."""
        same = 0
        for ran, cell in zip(self._program.ran if self._program else (), cells[:-1], strict=False):
            if ran != cell:
                break
            same += 1
        return same

    def _resume(self, cells: Sequence[Cell]) -> "_Program":
        if self._program is not None:
            same = self._same(cells)
            if len(self._program.ran) == same:
                return self._program
            self._drop(self._program, same)
        return self._program or _Program(self._display)

    def _drop(self, program: "_Program", keep: int) -> None:
        """The namespace has served; where it can be rewound, its first cells stay."""
        self._program = None
        if self._rewinds:
            program.rewind(keep)
            self._program = program
            return
        self._capture.mute(True)  # destructors may print
        program.clear()

    def _run_cell(self, program: "_Program", cell: Cell, may_exit: bool) -> bool:
        self._display.new_cell()
        if self._rewinds:
            program.keep()
        try:
            codes = program.compile(cell)
        except BaseException as error:  # too deeply nested code is a MemoryError, for example
            # Nothing was executed, so the namespace still is what the cells before left behind.
            if not self._report(error, program, cell):
                self._program = program
                return False
            codes = []
        self._program = None  # until the cell has ended as it should
        try:
            program.execute(codes)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too: the page lives on
            if may_exit and _quiet(error, cell):
                error.__traceback__ = None
            elif not self._report(error, program, cell):
                self._drop(program, len(program.ran))
                return False
        program.ran.append(cell)
        if not self._capture.disturbed():
            self._program = program
        return True

    def _check(self, program: "_Program", check: Cell) -> None:
        """Run the check of an exercise and emit its verdict."""
        verdict, message, frames = "passed", "", []
        try:
            program.execute(program.compile(check))
        except BaseException as error:  # as of a cell
            event = describe_error(error, program.sources)
            verdict, message = "refused", event["message"]
            inner = event["frames"][-1]["cell"] if event["frames"] else check.id
            if inner != check.id:  # the answer failed when the check called it
                self._capture.event({**event, "hint": hint(error, self._below)})
                message = f"Your code raised {event['name']} when it was tried."
            elif isinstance(error, NameError) and error.name:
                message = f"There is no {error.name} in your code, but the check looks for it."
            elif not isinstance(error, AssertionError):
                verdict, message = "fault", f"{event['name']}: {message}"
                frames = event["frames"]
            elif error.__cause__:
                frames = describe_error(error.__cause__, program.sources)["frames"]
            error.__traceback__ = None
        self._capture.event(
            {"type": "verdict", "verdict": verdict, "message": message, "frames": frames}
        )
        self._drop(program, len(program.ran) - 1)

    def _report(self, error: BaseException, program: "_Program", cell: Cell) -> bool:
        """Emit the error; True if the cell declares it."""
        expected = type(error).__name__ == cell.raises
        if not expected:
            self._capture.mute(False)
        event = describe_error(error, program.sources)
        self._capture.event({**event, "hint": hint(error, self._below)})
        error.__traceback__ = None  # frees the frames, and with them what they hold
        return expected


class _Program:
    """A namespace, and the cells that made it."""

    def __init__(self, display: Display) -> None:
        self.module = types.ModuleType("__main__")
        self.module.__dict__["display"] = display.show
        self.ran: list[Cell] = []
        self.sources = Sources()
        self._display = display
        self._flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        self._context = contextvars.Context()  # the decimal module's settings, for one
        self._loop: Loop | None = None
        self._kept: list[tuple[dict[str, Any], int]] = []  # names and flags before each cell

    def compile(self, cell: Cell) -> list[types.CodeType]:
        """The cell's code objects: its statements, and apart from them a last expression, which
        reports its value to sys.displayhook."""
        name = self.sources.register(cell.id, cell.title or cell.id, cell.source)
        flags = self._flags
        tree = compile(cell.source, name, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        last: list[ast.stmt] = []
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not _silenced(name, tree.body[-1]):
            last = [tree.body.pop()]
        codes = [compile(tree, name, "exec", flags, dont_inherit=True)]
        for flag in _FUTURES:
            flags |= codes[0].co_flags & flag
        if last:
            codes.append(compile(ast.Interactive(last), name, "single", flags, dont_inherit=True))
        self._flags = flags
        return codes

    def execute(self, codes: Sequence[types.CodeType]) -> None:
        saved = sys.modules["__main__"], sys.displayhook
        sys.modules["__main__"], sys.displayhook = self.module, self._display.echo
        try:
            if _BROWSER:  # where asyncio has been imported, and runs a loop of its own
                from .loops import own_loops

                with own_loops():
                    self._context.run(self._execute, codes)
            else:
                self._context.run(self._execute, codes)
        finally:
            sys.modules["__main__"], sys.displayhook = saved

    def _execute(self, codes: Sequence[types.CodeType]) -> None:
        if not any(map(_awaits, codes)):
            for code in codes:
                exec(code, self.module.__dict__)
            return
        if self._loop is None:
            from .loops import Loop

            self._loop = Loop()
        self._loop.run(self._awaited(codes))

    async def _awaited(self, codes: Iterable[types.CodeType]) -> None:
        for code in codes:
            if _awaits(code):
                await eval(code, self.module.__dict__)
            else:
                exec(code, self.module.__dict__)

    def keep(self) -> None:
        """Remember the names before the cell that comes next."""
        self._kept[len(self.ran) :] = [(dict(self.module.__dict__), self._flags)]

    def rewind(self, count: int) -> None:
        """The names as they were after the first `count` cells."""
        if count < len(self._kept):
            names, self._flags = self._kept[count]
            self.module.__dict__.clear()
            self.module.__dict__.update(names)
        del self.ran[count:]

    def clear(self) -> None:
        """Free what the namespace holds now; its functions refer back to it, in a cycle."""
        if self._loop is not None:
            self._loop.close()
        self.module.__dict__.clear()
        self.sources.forget()


def _quiet(error: BaseException, cell: Cell) -> bool:
    """Whether the code has ended itself, as a program does that has done its work."""
    code = error.code if isinstance(error, SystemExit) else 1
    return code in (None, 0) and cell.raises != "SystemExit"


def _awaits(code: types.CodeType) -> bool:
    return bool(code.co_flags & inspect.CO_COROUTINE)


def _silenced(name: str, last: ast.stmt) -> bool:
    """Whether a semicolon after the last expression asks for no echo, as in a notebook."""
    line = linecache.getline(name, last.end_lineno or 0).encode()
    return line[last.end_col_offset :].lstrip().startswith(b";")


def golden(events: Iterable[Event]) -> tuple[str, list[str]]:
    """What a run shows, as recorded in a page: its text and its figures (SVG).

    The text is the streams, the text of displays without a figure (but not what is Live), each on
    lines of its own, and the last line of a traceback. An update takes the place of what it
    updates.
    """
    shown: list[tuple[str, bool, str | None]] = []  # (text, on lines of its own, figure)
    places: dict[str, int] = {}
    for event in events:
        if event["type"] == "stream":
            _take_back(shown, event.get("back", 0))
            shown.append((event["text"], False, None))
        elif event["type"] == "error":
            shown.append((event["traceback"].rstrip("\n").split("\n")[-1], True, None))
        elif event["type"] == "display":
            data = event["data"]
            if SVG in data:
                entry = ("", False, data[SVG])
            else:
                entry = ("", False, None) if LIVE in data else (data[TEXT], True, None)
            if event["update"]:
                shown[places[event["id"]]] = entry
                continue
            if event["id"] is not None:
                places[event["id"]] = len(shown)
            shown.append(entry)
    text = ""
    for part, own_line, _ in shown:
        if own_line and text and not text.endswith("\n"):
            text += "\n"
        text += part + "\n" * own_line
    return text, [figure for _, _, figure in shown if figure is not None]


def _take_back(shown: list[tuple[str, bool, str | None]], back: int) -> None:
    """Take characters of text back, from the end."""
    while back and shown and not shown[-1][1]:
        text, _, figure = shown.pop()
        if len(text) > back:
            shown.append((text[:-back], False, figure))
        back -= min(back, len(text))
