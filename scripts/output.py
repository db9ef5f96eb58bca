"""The folder that `build` fills: it replaces what a build has made, and nothing else."""

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
        for name in sorted(_visible(target) - listed):
            raise StepError(
                f"{target} holds {name}, which no build has made: move it away, or name another "
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


def _visible(target: Path) -> set[str]:
    if not target.is_dir():
        return set()
    files = (path.relative_to(target) for path in target.rglob("*") if not path.is_dir())
    return {path.as_posix() for path in files if not path.parts[0].startswith(".")}
