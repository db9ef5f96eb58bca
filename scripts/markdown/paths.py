"""Which pages the site has."""

import os
from collections.abc import Iterator
from pathlib import Path

from scripts.project import DOCS as DOCS
from scripts.project import ROOT as ROOT
from scripts.project import shown_path as shown_path


def all_pages(docs: Path) -> list[Path]:
    """Every Markdown file of the site."""
    return files_of(docs, ".md")


def files_of(docs: Path, suffix: str, folders: list[Path] | None = None) -> list[Path]:
    """The site's files of a kind, those that MkDocs finds too: through linked folders, but not
    what begins with a dot, such as an editor's lock. `folders` gets those that were looked into."""
    return sorted(_below(docs, suffix, frozenset(), [] if folders is None else folders))


def _below(folder: Path, suffix: str, above: frozenset[str], folders: list[Path]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in above:  # a link that leads round and round
        return
    folders.append(folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _below(folder / entry.name, suffix, above | {real}, folders)
            elif entry.name.endswith(suffix):
                yield folder / entry.name
