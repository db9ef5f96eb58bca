"""What is wrong with a page, and where."""

from pathlib import Path

from .paths import shown_path


class PageError(Exception):
    """A page refused; reads `file:line: message`, the file relative to the project's root."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{shown_path(path)}:{line}: {message}")
        self.path = path
        self.line = line
