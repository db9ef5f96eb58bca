"""Cached stages: each makes a folder in .cache, named after the content of all that it reads."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.project import digest


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
