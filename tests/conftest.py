"""Fixtures that more than one part of the tests needs. Imports nothing that Pyodide lacks."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import environment
from scripts.project import ROOT

SUB_PATH = "/some/where/"  # the tests' host serves the site below it, as a project page would be


@pytest.fixture(scope="session")
def site_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it would be published, built now, strictly: a warning fails."""
    target = tmp_path_factory.mktemp("site")
    # SITE_URL: where 404.html, served anywhere, looks for its styles.
    variables = {"SITE_URL": f"http://127.0.0.1{SUB_PATH}", "SITE_BUILD": "one"}
    environ = environment.environ() | variables
    for command in (
        [sys.executable, "scripts/bundle.py"],
        environment.site_command(target),
    ):
        answer = subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )
        if answer.returncode:
            pytest.fail(
                f"{' '.join(map(str, command[1:4]))}:\n{answer.stdout}{answer.stderr}",
                pytrace=False,
            )
    return target
