"""Collects every snippet of every page as a test: docs/…/index.md::line:34,column:1."""

import contextlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sybil import Document, Example, Region, Sybil

from scripts.markdown.errors import PageError
from scripts.markdown.golden import Program, failure
from scripts.markdown.paths import DOCS, shown_path
from scripts.markdown.proof import Proof
from scripts.markdown.reading import read_page
from scripts.markdown.shared import NOT_SET_BACK
from scripts.markdown.snippets import Snippet, parse_page

SLOW_PAGE = 5.0  # seconds on CPython; the reader's browser takes several times as long


class SnippetTests:
    """Sybil's parser and evaluator, and the time that each page took."""

    def __init__(self, docs: Path) -> None:
        self.seconds: defaultdict[Path, float] = defaultdict(float)
        self.counts: defaultdict[Path, int] = defaultdict(int)
        self._open: Program | None = None
        self._sybil = Sybil(
            [self._regions],
            pattern="*.md",
            exclude=".*",  # editors' locks; no pages
            path=str(docs),
            document_types={".md": _Page},
            teardown=self._close,
        )
        self.pytest_collect_file = self._sybil.pytest()

    def _regions(self, document: Document) -> Iterable[Region]:
        path = Path(document.path)
        try:
            read_page(path)  # says where it is not UTF-8
            snippets = parse_page(document.text, path)
        except PageError as error:
            start = sum(map(len, document.text.splitlines(keepends=True)[: error.line - 1]))
            start = min(start, document.end)
            return [Region(start, start, str(error), _refused)]
        program = document.namespace["program"] = Program(snippets, path)
        regions = [Region(*snippet.span, snippet, self._run) for snippet in snippets]
        for starter in snippets:
            if starter.exercise:
                regions += self._proofs(program, path, starter)
        return regions

    def _run(self, example: Example) -> str | None:
        snippet: Snippet = example.parsed
        path = Path(example.path)
        if snippet.static:
            return _compiled(path, snippet)
        outcome = self._opened(example.namespace["program"]).run(snippet)
        self.seconds[path] += outcome.seconds
        self.counts[path] += 1
        try:
            return failure(path, snippet, outcome) or None
        except PageError as error:
            return str(error)

    def _proofs(self, program: Program, path: Path, starter: Snippet) -> Iterable[Region]:
        """A test for each part of an exercise: where it stands, what must hold of it."""
        assert starter.exercise is not None
        proof = Proof(program, path, starter)
        for part in starter.exercise.parts:
            is_right = part.part == "solution"
            problem = proof.solution_problem if is_right else proof.refusal_problem
            hold: list[Callable[[], str]] = [partial(problem, part)]
            if part.part == "check":
                hold.append(proof.equivalents_problem)
            yield Region(*part.span, hold, self._prove)

    def _prove(self, example: Example) -> str | None:
        self._opened(example.namespace["program"])
        return next(filter(None, (problem() for problem in example.parsed)), None)

    def _opened(self, program: Program) -> Program:
        """One page runs at a time: the interpreter of the last one is ended."""
        if self._open not in (None, program):
            self._close()
        self._open = program
        return program

    def _close(self, _namespace: object = None) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    # In processes side by side, each tells the first what it has measured.

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self._close()
        if hasattr(session.config, "workeroutput"):
            pages = [(str(path), self.seconds[path], self.counts[path]) for path in self.seconds]
            session.config.workeroutput["pages"] = pages

    @pytest.hookimpl(optionalhook=True)  # of pytest-xdist
    def pytest_testnodedown(self, node: Any) -> None:
        for path, seconds, count in getattr(node, "workeroutput", {}).get("pages", []):
            self.seconds[Path(path)] += seconds
            self.counts[Path(path)] += count

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.seconds:
            return
        terminalreporter.section("pages")
        for path, seconds in sorted(self.seconds.items()):
            line = f"{seconds:6.2f} s  {self.counts[path]:3} snippets  {shown_path(path)}"
            slow = seconds > SLOW_PAGE and sys.platform != "emscripten"
            if slow:
                line += f"  more than {SLOW_PAGE:g} s: make its work smaller, readers wait for it"
            terminalreporter.write_line(line, yellow=slow)
        if sys.platform == "emscripten":
            terminalreporter.write_line(NOT_SET_BACK)


class _Page(Document):
    """A page whose text is there even if it cannot be read, so that it can be refused."""

    @classmethod
    def parse(cls, path: str, *parsers: Any, encoding: str = "utf-8") -> "_Page":
        text = ""
        with contextlib.suppress(OSError):
            text = Path(path).read_text("utf-8-sig", errors="replace")
        document = cls(text, path)
        for parser in parsers:
            for region in parser(document):
                document.add(region)
        return document


def _refused(example: Example) -> str:
    message: str = example.parsed
    return message


def _compiled(path: Path, snippet: Snippet) -> str | None:
    """A static snippet is not run, but it must be Python."""
    try:
        compile(snippet.source, snippet.title or snippet.id, "exec", dont_inherit=True)
    except SyntaxError as error:
        line = snippet.line + (error.lineno or 1) - 1
        return f"{shown_path(path)}:{line}: {type(error).__name__}: {error.msg}"
    return None


_tests = SnippetTests(DOCS)
pytest_collect_file = _tests.pytest_collect_file
pytest_sessionfinish = _tests.pytest_sessionfinish
pytest_testnodedown = _tests.pytest_testnodedown
pytest_terminal_summary = _tests.pytest_terminal_summary
