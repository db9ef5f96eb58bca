"""The folder that `build` fills: it replaces what a build has made, and nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path

from scripts.project import StepError

_LIST = ".build"  # in the folder, the files of the last build; all that is there, if that broke off
_ALL = "*"


def claim(target: Path) -> None:
    """Take a folder for a build. Raises StepError if it holds a file that no build has made.

    Files with a dot in front, such as a repository's, are left in peace by MkDocs as well.
    """
    if target.exists() and not target.is_dir():
        raise StepError(f"{target} is a file: name a folder with --out")
    listed = _listed(target)
    if listed != {_ALL}:
        foreign = next((name for name in _visible(target) if name not in listed), None)
        if foreign is not None:
            raise StepError(
                f"{target} holds {foreign}, which no build has made: move it away, or name another "
                "folder with --out"
            )
    try:
        target.mkdir(parents=True, exist_ok=True)
        (target / _LIST).write_text(f"{_ALL}\n", encoding="utf-8")
    except OSError as error:
        raise StepError(f"{target} cannot be written ({error.strerror})") from None


def record(target: Path) -> None:
    """Note what the build has made there."""
    names = sorted(_visible(target))
    (target / _LIST).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def _listed(target: Path) -> set[str]:
    try:
        return set((target / _LIST).read_text(encoding="utf-8").splitlines())
    except OSError:
        return set()


def _visible(target: Path) -> Iterator[str]:
    """The files below a folder, but for what has a dot in front there."""
    for folder, folders, names in os.walk(target):
        here = Path(folder).relative_to(target)
        if not here.parts:
            folders[:] = [name for name in folders if not name.startswith(".")]
            names = [name for name in names if not name.startswith(".")]
        folders.sort()
        links = [name for name in folders if Path(folder, name).is_symlink()]
        yield from ((here / name).as_posix() for name in sorted([*names, *links]))
