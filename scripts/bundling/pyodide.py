"""Pyodide under Node: the packages that it uses there, and a way to run Python in it."""

import json
import sys
from pathlib import Path
from typing import Any

from scripts import in_pyodide
from scripts.environment import output_of
from scripts.in_pyodide import stock
from scripts.project import CACHE, ROOT

from .stage import stage

# Set iteration order reaches marshalled code, so it must not vary from one run to the next.
FIXED_HASHES = {"PYTHONHASHSEED": "0"}

_REQUIREMENTS = ROOT / "requirements-pyodide.txt"


def stock_info() -> dict[str, str]:
    """The `info` of Pyodide's own lock file: Python's version, platform and ABI."""
    info: dict[str, str] = json.loads(stock("pyodide-lock.json").read_text("utf-8"))["info"]
    return info


def site_packages() -> Path:
    """Folder with the packages of requirements-pyodide.txt, for use inside Pyodide."""
    version = ".".join(stock_info()["python"].split(".")[:2])

    def install(folder: Path) -> None:
        output_of(
            [
                *(sys.executable, "-m", "pip", "install", "--target", folder),
                *("--no-deps", "--require-hashes", "--only-binary=:all:"),
                *("--python-version", version, "--implementation", "py"),
                *("--abi", "none", "--platform", "any", "--no-compile"),
                "--ignore-requires-python",  # pip compares with the Python that it runs on
                *("--quiet", "--disable-pip-version-check", "-r", _REQUIREMENTS),
            ],
            "Installing the packages for Pyodide (is there a network?)",
        )

    label = "Packages used inside Pyodide"
    return stage(label, CACHE, "pyodide-site", [_REQUIREMENTS, version], install)


def run_inside(
    job: Path,
    scripts: list[Path],
    options: dict[str, Any],
    mounts: dict[str, Path] | None = None,
) -> None:
    """Run Python scripts in a fresh Pyodide; `job` is its folder /job, writable.

    `options` go to loadPyodide; `mounts` are further host folders, by their path inside.
    """
    what = ", ".join(script.name for script in scripts)
    task = in_pyodide.task(
        scripts,
        options={"env": FIXED_HASHES, **options},
        mounts={"/job": job, **(mounts or {})},
    )
    output_of(in_pyodide.COMMAND, f"Pyodide under Node ({what})", stdin=task)
