"""What is wrong with a page, and where."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class PageError(Exception):
    """A page refused; reads `file:line: message`, the file relative to the project's root."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{shown_path(path)}:{line}: {message}")
        self.path = path
        self.line = line
        self.message = message


def shown_path(path: Path) -> str:
    """The path as messages show it: from the project's root, where it lies below it."""
    absolute = path.resolve()
    return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else path).as_posix()
