"""Makes tests of the pages' snippets. Here, and not in tests/, because pytest asks only the
conftest.py files above a file whether they collect it."""

from tests.snippets.collection import (
    pytest_collect_file,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

__all__ = [
    "pytest_collect_file",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]
