"""Fills docs/assets/generated with all that a page loads: python scripts/bundle.py

Does nothing when the inputs are those of the last time. See scripts/bundling.
"""

import sys
import tempfile
import time
from pathlib import Path

if __name__ == "__main__":  # as a program, Python looks for imports beside this file only
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from scripts.bundling.javascript import SOURCES, bundle_javascript, copy_katex
from scripts.bundling.licences import write_licences
from scripts.bundling.publish import is_current, list_versioned, publish
from scripts.bundling.runtime import make_runtime
from scripts.in_pyodide import installed
from scripts.project import CACHE, ROOT, StepError, digest, shown_path

TARGET = ROOT / "docs" / "assets" / "generated"
INPUTS = [
    *(ROOT / name for name in ("engine", "pyproject.toml", "LICENSE")),
    *(ROOT / name for name in ("requirements.txt", "requirements-pyodide.txt")),
    *(ROOT / "scripts" / name for name in ("bundle.py", "bundling")),
]


def make_bundle(out: Path, cache: Path = CACHE, sources: Path = SOURCES) -> None:
    """Make everything in the empty folder `out`, with our JavaScript from `sources`."""
    runtime = make_runtime(out, cache)
    bundle_javascript(out, runtime, sources)
    copy_katex(out)
    write_licences(out)
    list_versioned(out)


def bundle(target: Path = TARGET, sources: Path = SOURCES) -> None:
    """Bring `target` up to date; if that fails (StepError), it stays as it is."""
    started = time.monotonic()
    key = digest([*INPUTS, sources, installed(".package-lock.json"), sys.version])
    if is_current(target, key):
        print(f"{shown_path(target)} is up to date")
        return
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="bundle-") as folder:
        made = Path(folder)
        make_bundle(made, sources=sources)
        publish(made, target, key)
    print(f"{shown_path(target)}: made in {time.monotonic() - started:.1f} s", flush=True)


def main() -> None:
    """Exits with one line if the bundle cannot be made."""
    try:
        bundle()
    except StepError as error:
        sys.exit(str(error))
    except Exception as error:  # what a step has kept is not what it was
        words = f"{type(error).__name__}: {error}".split("\n")[0]
        sys.exit(f"{words}. If the files in .cache are damaged: delete .cache, then try again")


if __name__ == "__main__":
    main()
