"""Puts a finished bundle in the place of the one before, without a moment in which files lack."""

import hashlib
import json
import os
import shutil
from pathlib import Path

from scripts.project import files_below

# These names stay the same from bundle to bundle; they lead to all the others.
ENTRIES = ("playground.js", "files.json", "katex/katex.min.css")
STAMP = ".stamp"  # MkDocs does not publish files that begin with a dot


def list_versioned(out: Path) -> None:
    """Write files.json: what has its version in its name, with its SHA-256 in hexadecimal, for
    docs/service-worker.js."""
    digests = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted([*out.glob("runtime-*/*"), *out.glob("*-????????.js")])
    }
    (out / "files.json").write_text(json.dumps(digests), encoding="utf-8")


def is_current(target: Path, key: str) -> bool:
    """Whether `target` holds, complete, the bundle made from the inputs of this key."""
    try:
        stamp = json.loads((target / STAMP).read_text(encoding="utf-8"))
        return stamp["key"] == key and all(
            (target / name).stat().st_size == size for name, size in stamp["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def publish(made: Path, target: Path, key: str) -> None:
    """Make `target` hold exactly the files of `made`.

    What entries lead to comes first and what the old ones led to goes last, so the folder can be
    served all the while, and a failure half-way leaves a whole bundle in place.
    """
    names = [path.relative_to(made).as_posix() for path in files_below(made)]
    for name in sorted(names, key=lambda name: name in ENTRIES):
        _replace(made / name, target / name)
    sizes = {name: (made / name).stat().st_size for name in names}
    stamp = made / STAMP
    stamp.write_text(json.dumps({"key": key, "files": sizes}), encoding="utf-8")
    _replace(stamp, target / STAMP)
    for path in files_below(target):
        if path.relative_to(target).as_posix() not in {*names, STAMP}:
            path.unlink()
    for folder in sorted((p for p in target.rglob("*") if p.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _replace(source: Path, target: Path) -> None:
    if target.is_file() and target.read_bytes() == source.read_bytes():
        return  # left alone, so that a server that watches the folder sees no change
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, unfinished)
    os.replace(unfinished, target)
