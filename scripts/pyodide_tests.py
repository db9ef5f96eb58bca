"""The tests of the engine and of every snippet inside Pyodide, under Node:

    python -m scripts.pyodide_tests [pytest arguments]

The standard library and the engine are those of docs/assets/generated, byte for byte what a page
loads; the tests, and what they need besides, come from the repository.
"""

import subprocess
import sys
from pathlib import Path

from scripts import in_pyodide
from scripts.environment import environ
from scripts.project import CACHE, DOCS, ROOT, StepError

PATHS = ["tests/engine", "tests/snippets", "docs"]
# Fewer tests than this, or none of one path, mean that the collection is broken.
MINIMUM = 150

PROGRAM = """
import os, sys

import js

os.chdir("/repo")
sys.path.append("/site")
try:
    import pytest
except ImportError as error:
    raise SystemExit(f"{error}. The packages in .cache are damaged: delete .cache, then try again")

class Counts:
    def __init__(self):
        self.passed = dict.fromkeys(paths, 0)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            for path in self.passed:
                self.passed[path] += report.nodeid.startswith(path + "/")

counts = Counts()
code = int(pytest.main(["--capture=sys", *(arguments or paths)], plugins=[counts]))
if not code and not arguments:
    passed = sum(counts.passed.values())
    if passed < minimum or not all(counts.passed.values()):
        print(f"Too few passed: {counts.passed}; there must be some of each, {minimum} in all")
        code = 1
if not code:
    print("Pyodide came to its end")  # dev.py looks for it: Python can be ended before
js.process.exit(code)
"""


def the_one(folder: Path, pattern: str) -> Path:
    """The only one that fits; StepError if there is none, or if there are several."""
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise StepError(
            f"{pattern}: {len(found)} found, not 1. Try: python3 scripts/dev.py test pyodide"
        )
    return found[0]


def task(arguments: list[str]) -> str:
    """What in_pyodide.mjs is to do."""
    runtime = the_one(DOCS / "assets" / "generated", "runtime-*")
    # Not engine/, so that it can only be the wheel's; and not the root itself, where a listing
    # inside Pyodide ends early at files of a kind that it does not know, such as sockets.
    folders = {f"/repo/{name}": ROOT / name for name in ("docs", "scripts", "tests")}
    settings = [ROOT / name for name in ("conftest.py", "pyproject.toml")]
    return in_pyodide.task(
        [PROGRAM],
        options={
            "indexURL": f"{runtime}/",
            "stdLibURL": str(runtime / "stdlib-boot.zip"),
            "lockFileURL": str(runtime / "pyodide-lock.json"),
            "packages": ["deep-learning-engine"],
        },
        mounts={"/site": the_one(CACHE, "pyodide-site-*"), **folders},
        files={f"/repo/{file.name}": file.read_text(encoding="utf-8") for file in settings},
        names={"paths": PATHS, "minimum": MINIMUM, "arguments": arguments},
        guarded=True,
    )


def main() -> int:
    try:
        text = task(sys.argv[1:])
    except StepError as error:
        print(error)
        return 2
    command = in_pyodide.COMMAND
    return subprocess.run(
        command, cwd=ROOT, env=environ(), input=text, text=True, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
