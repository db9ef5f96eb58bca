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
from scripts.bundling.publish import is_current, publish
from scripts.bundling.pyodide import NODE_MODULES
from scripts.bundling.runtime import make_runtime
from scripts.bundling.stage import CACHE, ROOT, BundleError, digest, shown

TARGET = ROOT / "docs" / "assets" / "generated"
INPUTS = [
    *(ROOT / name for name in ("engine", "pyproject.toml", "README.md", "LICENSE")),
    *(ROOT / name for name in ("requirements.txt", "requirements-pyodide.txt")),
    *(ROOT / "scripts" / name for name in ("bundle.py", "bundling")),
    SOURCES,
]


def make_bundle(out: Path, cache: Path = CACHE, sources: Path = SOURCES) -> None:
    """Make everything, from the sources in `sources`, in the empty folder `out`."""
    runtime = make_runtime(out, cache)
    bundle_javascript(out, runtime, sources)
    copy_katex(out)


def main(target: Path = TARGET) -> None:
    started = time.monotonic()
    installed = NODE_MODULES / ".package-lock.json"
    if not installed.exists():
        raise BundleError("node_modules is missing. Try: npm ci   (or scripts/dev.py build)")
    key = digest([*INPUTS, installed, sys.version])
    if is_current(target, key):
        print(f"{shown(target)} is up to date")
        return
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="bundle-") as folder:
        made = Path(folder)
        make_bundle(made)
        publish(made, target, key)
    print(f"{shown(target)}: made in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    try:
        main()
    except BundleError as error:
        sys.exit(str(error))
