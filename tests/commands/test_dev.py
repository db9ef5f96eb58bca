"""The commands' own manners: what they list, and what they say when a machine lacks something."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import browsers, environment

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "scripts" / "dev.py"


def dev(*arguments, cwd=ROOT, script=DEV, **environ):
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def bare_clone(tmp_path):
    """What git would clone, as far as the first steps look at it; nothing installed."""
    (tmp_path / "scripts").mkdir()
    scripts = ("dev.py", "browsers.py", "environment.py")
    for name in (*(f"scripts/{script}" for script in scripts), "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_lists_the_commands(arguments):
    answer = dev(*arguments)
    assert answer.returncode == 0
    for command in ("serve", "build", "test", "update", "bench"):
        assert f"\n    {command} " in answer.stdout


def test_unknown_part_lists_the_parts():
    answer = dev("test", "browsr")
    assert answer.returncode == 1
    assert "no test part 'browsr'. Parts: lint, " in answer.stderr


def test_port_in_use_names_another():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = dev("serve", "--port", str(port))
    assert answer.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in answer.stderr
    assert f"serve --port {port + 1}" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_old_python_is_told_so():
    source = DEV.read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))  # an old Python must get as far as the check
    code = (
        "import sys; sys.version_info = (3, 9, 2)\n"
        f"exec(compile(open({str(DEV)!r}, encoding='utf-8').read(), 'dev.py', 'exec'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert answer.stderr.strip().startswith("This needs Python 3.11 or newer; this is 3.9.")


def test_no_network_is_one_clear_line(bare_clone):
    answer = dev(
        "build",
        cwd=bare_clone,
        script=bare_clone / "scripts" / "dev.py",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL="http://127.0.0.1:9/",
        PIP_FIND_LINKS="",
        PIP_EXTRA_INDEX_URL="",
        PIP_NO_CACHE_DIR="1",
        PIP_RETRIES="0",
    )
    assert answer.returncode == 1
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith("Python packages (about 250 MB the first time) failed")
    assert "Is there a network?" in last
    assert not (bare_clone / ".venv" / ".packages").exists()


def test_chosen_browser_that_is_none_is_refused():
    answer = dev("test", "browser", CHROME="/no/such/browser")
    assert answer.returncode == 1
    assert "$CHROME is '/no/such/browser', which is no program" in answer.stderr


@pytest.mark.parametrize(
    ("ensure", "command", "attempts"),
    [
        (
            browsers.ensure_chromium,
            "apt-get install chromium",
            ["Package lists", "Chromium by Playwright"],
        ),
        (
            browsers.ensure_firefox,
            "apt-get install firefox-esr",
            ["Package lists"],
        ),
    ],
)
def test_missing_browser_fails_with_the_command_to_type(monkeypatch, ensure, command, attempts):
    tried = []

    def fail(label, *_):
        tried.append(label)
        raise environment.StepError(f"{label} failed")

    for variable in ("CHROME", "FIREFOX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "/no/such/folder")
    monkeypatch.setattr(browsers, "run_step", fail)
    unknown = subprocess.CompletedProcess([], 100, stdout="", stderr="")
    monkeypatch.setattr(browsers.subprocess, "run", lambda *_args, **_options: unknown)
    monkeypatch.setattr(browsers.shutil, "which", lambda name: name if name == "apt-get" else None)
    monkeypatch.setattr(browsers.os, "geteuid", lambda: 0)
    browsers._update_lists.cache_clear()
    with pytest.raises(environment.StepError, match=command):
        ensure()
    browsers._update_lists.cache_clear()
    assert tried == attempts
