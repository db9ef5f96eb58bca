"""Where the project and its pages are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def all_pages(docs: Path) -> list[Path]:
    """Every Markdown file of the site."""
    return files_of(docs, ".md")


def files_of(docs: Path, suffix: str) -> list[Path]:
    """The site's files of a kind, those that MkDocs finds too: through linked folders, but not
    what begins with a dot, such as an editor's lock."""
    found: list[Path] = []
    for folder, folders, names in os.walk(docs, followlinks=True):
        above = os.path.realpath(folder) + os.sep  # a link to it would lead round and round
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and not above.startswith(os.path.realpath(os.path.join(folder, name)) + os.sep)
        ]
        found += [
            Path(folder, name)
            for name in names
            if name.endswith(suffix) and not name.startswith(".")
        ]
    return sorted(found)


def shown_path(path: Path) -> str:
    """The path as messages show it: from the project's root, where it lies below it."""
    absolute = Path(os.path.abspath(path))
    return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else path).as_posix()
