"""Cached stages: each makes a folder in .cache, named after the content of all that it reads."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache"


class BundleError(Exception):
    """The bundle cannot be made; the message is one line that says why and what to do."""


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
                raise BundleError(f"{shown(path)} is missing.") from None
            name = path.relative_to(part.parent).as_posix()
            hashed.update(f"{len(name)}:{name}{len(content)}:".encode())
            hashed.update(content)
    return hashed.hexdigest()[:16]


def files_below(folder: Path) -> list[Path]:
    """Every file below `folder` but Python's caches, in an order that does not vary."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )


def shown(path: Path) -> str:
    """`path` as a reader of the repository would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def stage(
    label: str, cache: Path, name: str, inputs: Sequence[Path | str], make: Callable[[Path], None]
) -> Path:
    """The folder that `make` fills; it is made only if no folder for these inputs is there.

    A folder appears complete or not at all. The ones that older inputs made are removed.
    """
    folder = cache / f"{name}-{digest(inputs)}"
    if not folder.is_dir():
        started = time.monotonic()
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="unfinished-") as unfinished:
            result = Path(unfinished) / name
            result.mkdir()
            make(result)
            if not folder.is_dir():  # another run may have been as fast
                os.replace(result, folder)
        print(f"{label}: {time.monotonic() - started:.1f} s", flush=True)
    for old in cache.glob(f"{name}-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def run(command: Sequence[Path | str], what: str, **environ: str) -> str:
    """Run a child in the repository's root and return its output; BundleError if it fails."""
    try:
        answer = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise BundleError(f"{what} failed: {error}") from None
    if answer.returncode:
        print(*answer.stdout.rstrip().splitlines()[-20:], sep="\n", flush=True)
        raise BundleError(f"{what} failed (exit code {answer.returncode}); the lines above say why")
    return answer.stdout
