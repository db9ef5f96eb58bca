"""Where the project is, and what its commands have in common. Standard library only."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
DOCS = ROOT / "docs"


class StepError(Exception):
    """Something cannot be done; the message is one line that says why and what to do."""


def shown_path(path: Path) -> str:
    """The path as messages show it: from the project's root, where it lies below it."""
    absolute = Path(os.path.abspath(path))  # a link is shown by its own name
    return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else path).as_posix()


def files_below(folder: Path) -> list[Path]:
    """Every file below `folder` but Python's caches, in an order that does not vary."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def digest(parts: Iterable[Path | str]) -> str:
    """Hash of strings and of files (a folder: every file below it, by name and content)."""
    hashed = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            hashed.update(f"{len(part)}:{part}".encode())
            continue
        for path in files_below(part) if part.is_dir() else [part]:
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise StepError(f"{shown_path(path)} is missing.") from None
            name = path.relative_to(part.parent).as_posix()
            hashed.update(f"{len(name)}:{name}{len(content)}:".encode())
            hashed.update(content)
    return hashed.hexdigest()[:16]
