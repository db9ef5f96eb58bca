"""Writes an author's files: whole or not at all, and never over what was saved meanwhile."""

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SUFFIX = ".update~"  # of what is being written; a name with a dot in front is no page
_LEFT_BEHIND = 600.0  # seconds after which such a file is one that a killed update has left


class ChangedMeanwhile(Exception):
    """A file is not what it was when it was read; one line says which, and what to do."""


@dataclass(frozen=True)
class _Staged:
    target: Path  # with no links left in it
    new: Path  # what takes its place


def replace_files(
    wanted: Mapping[Path, bytes], read: Mapping[Path, bytes | None], removed: Sequence[Path] = ()
) -> None:
    """Give the files of `wanted` their new content, then remove those of `removed`.

    `read` is what all of these, and whatever they were made from, held before (None: no such
    file). Everything is on the disk before the first file changes; if anything fails until then
    (OSError, ChangedMeanwhile), none has. Links stay links, and permissions stay.
    """
    staged: list[_Staged] = []
    try:
        for path, content in wanted.items():
            staged.append(_stage(path, content))
        for path, before in read.items():
            if _content(path) != before:
                raise ChangedMeanwhile(
                    f"{path} was changed while its snippets ran: nothing was written, run update "
                    "again"
                )
        while staged:
            os.replace(staged[0].new, staged[0].target)
            _sync_folder(staged.pop(0).target.parent)
        for path in removed:
            path.unlink(missing_ok=True)
    finally:
        for left in staged:
            left.new.unlink(missing_ok=True)


def _stage(path: Path, content: bytes) -> _Staged:
    target = path.resolve()
    _remove_left_behind(target.parent)
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "it is read-only", str(path))
    descriptor, name = tempfile.mkstemp(_SUFFIX, f".{target.name}.", target.parent)
    staged = _Staged(target, Path(name))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _take_after(target, staged.new)
    except BaseException:
        staged.new.unlink(missing_ok=True)
        raise
    return staged


def _take_after(target: Path, new: Path) -> None:
    """Give a file the permissions and, where that is allowed, the owner of another."""
    try:
        status = target.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        new.chmod(0o666 & ~mask)
        return
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(new, status.st_uid, status.st_gid)
    new.chmod(status.st_mode & 0o7777)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # where a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_left_behind(folder: Path) -> None:
    for path in folder.glob(f".*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _LEFT_BEHIND:
                path.unlink()
