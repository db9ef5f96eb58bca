"""Nothing in the repository is written without a gate that reads it."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest

from scripts import environment
from scripts.project import ROOT

TYPESCRIPT = ROOT / "node_modules/typescript/bin/tsc"


def tracked(*suffixes):
    """The repository's files of these kinds, also those that are not committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in names.splitlines() if PurePosixPath(name).suffix in suffixes]
    return {file for file in files if file.exists()}


def output(*command):
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def projects():
    """The TypeScript projects that `tsc --build` builds."""
    solution = json.loads((ROOT / "tsconfig.json").read_text(encoding="utf-8"))
    return [ROOT / reference["path"] for reference in solution["references"]]


def test_every_javascript_file_is_in_a_typescript_project():
    checked = set()
    for project in projects():
        listed = output(environment.node(), TYPESCRIPT, "-p", project, "--listFilesOnly")
        checked |= {Path(line) for line in listed.splitlines()}
    written = tracked(".js", ".mjs", ".cjs", ".ts", ".mts", ".jsx", ".tsx")
    assert len(written) > 40
    assert written - checked == set()


def test_every_project_is_built():
    folder = ROOT / "scripts" / "types"
    assert {path.resolve() for path in projects()} == set(folder.glob("*.json")) - {
        folder / "base.json"
    }


def test_every_python_file_is_linted():
    listed = output(sys.executable, "-m", "ruff", "check", "--show-files", ".")
    linted = {Path(line) for line in listed.splitlines()}
    assert tracked(".py", ".pyi") - linted == set()


def test_every_python_file_but_the_tests_is_checked_strictly():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    reached = [ROOT / name for name in settings["files"]]
    for file in tracked(".py", ".pyi"):
        if not file.is_relative_to(ROOT / "tests"):
            assert any(file.is_relative_to(part) for part in reached), file


@pytest.mark.parametrize("excuse", ["@ts-ignore", "@ts-nocheck", "@ts-expect-error"])
def test_an_exception_from_the_types_gives_its_reason(excuse):
    for file in tracked(".js", ".mjs"):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            _, found, reason = line.partition(excuse)
            assert not found or len(reason.strip(" :*/-")) > 10, f"{file}:{number}"
