"""The commands' own manners: what they list, and what they say when a machine lacks something."""

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile

import pytest

from scripts import browsers, bundle, children, environment, output
from scripts import dev as dev_module
from scripts.project import ROOT, StepError

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
    scripts = (
        *("dev.py", "browsers.py", "children.py", "environment.py", "output.py"),
        "project.py",
    )
    for name in (*(f"scripts/{script}" for script in scripts), "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_lists_the_commands(arguments):
    answer = dev(*arguments)
    assert answer.returncode == 0
    for command in ("serve", "build", "test", "update", "new", "bench"):
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


@pytest.mark.parametrize("port", ["80000", "0", "-1", "abc", "8000.0"])
def test_what_is_no_port_is_refused(port):
    answer = dev("serve", f"--port={port}")
    assert answer.returncode == 2
    assert f"{port!r} is no port: write a number from 1 to 65535" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_what_is_no_address_of_this_machine_is_refused():
    answer = dev("serve", "--host", "no such host")
    assert answer.returncode == 1
    assert "'no such host' is no address of this machine" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_cache_that_is_no_folder(bare_clone):
    (bare_clone / ".cache").write_text("")
    answer = dev("build", cwd=bare_clone, script=bare_clone / "scripts" / "dev.py")
    assert answer.returncode == 1
    assert answer.stderr.strip().startswith(".cache is no folder to write in")
    assert answer.stderr.strip().endswith(": delete it")


def test_a_damaged_cache_is_one_line_that_says_what_to_delete(monkeypatch):
    def damaged():
        raise zipfile.BadZipFile("File is not a zip file\nat all")

    monkeypatch.setattr(bundle, "bundle", damaged)
    with pytest.raises(SystemExit) as caught:
        bundle.main()
    assert caught.value.code == (
        "BadZipFile: File is not a zip file. If the files in .cache are damaged: delete .cache, "
        "then try again"
    )


@pytest.mark.parametrize("files", [["mine.txt"], ["docs/thesis.md"], ["index.html", ".git/HEAD"]])
def test_build_wipes_no_folder_of_others(tmp_path, files):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    answer = dev("build", "--out", str(tmp_path))
    assert answer.returncode == 1
    assert answer.stderr.strip() == (
        f"{tmp_path} holds {files[0]}, which no build has made: move it away, or name another "
        "folder with --out"
    )
    assert all((tmp_path / name).read_text() == "mine" for name in files)


def test_a_build_replaces_a_build(tmp_path):
    target = tmp_path / "new" / "site"
    output.claim(target)
    (target / "index.html").write_text("half")  # the build breaks off
    output.claim(target)
    (target / "page").mkdir()
    (target / "page" / "index.html").write_text("whole")
    (target / ".nojekyll").write_text("")
    output.record(target)
    output.claim(target)
    output.record(target)
    (target / "CNAME").write_text("example.org")
    with pytest.raises(StepError, match="holds CNAME, which no build has made"):
        output.claim(target)
    with pytest.raises(StepError, match=r"index\.html is a file"):
        output.claim(target / "index.html")


PARENT = """
import sys, threading
from scripts import children
children.end_when_told()
say = "import os, signal, time; {}; os.write(1, b'up\\\\n'); time.sleep(3600)"
wait = [sys.executable, "-c", say.format("0")]
stubborn = [sys.executable, "-c", say.format("signal.signal(15, signal.SIG_IGN)")]
children._SECONDS = 0.2
try:
    others = [children.start(command) for command in (wait, stubborn)]
    for other in others:
        threading.Thread(target=children.ended, args=[other], daemon=True).start()
    children.ended(children.start(wait))
finally:
    children.end_all()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_children_end_with_the_command(name):
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        for _ in range(3):
            assert parent.stdout.readline() == "up\n"
        parent.send_signal(getattr(signal, name))
        # Their output is closed when all have ended, the last child too.
        assert parent.stdout.read() == ""
    assert parent.returncode == 128 + getattr(signal, name)


def test_without_its_summary_pytest_is_red(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(environment, "LOGS", tmp_path)
    file = tmp_path / "test_it.py"
    options = ["-p", "no:hypothesispytest", "-q", "-x", str(file)]
    file.write_text("def test_it():\n    pass\n")
    assert dev_module._passes_pytest(options)
    file.write_text("def test_it():\n    import os\n    os._exit(0)\n")
    assert not dev_module._passes_pytest(options)
    assert "the last test above has ended Python" in capfd.readouterr().out
    assert dev_module._passes_pytest(["--version"])


@pytest.mark.parametrize(
    ("code", "said", "passes", "told"),
    [
        (0, "1 passed\\nPyodide came to its end", True, ""),
        (1, "Pyodide came to its end", False, ""),
        (0, "1 passed", False, "Pyodide ended without a summary"),
    ],
)
def test_without_its_summary_pyodide_is_red(tmp_path, capsys, code, said, passes, told):
    log = tmp_path / "log"
    program = f"print('{said}'); raise SystemExit({code})"
    with log.open("wb") as file:
        process = children.start([sys.executable, "-c", program], stdout=file)
    assert dev_module._passed_pyodide(process, log) is passes
    assert told in capsys.readouterr().out


def test_pyodide_that_hangs_is_red(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(dev_module, "_PYODIDE_SECONDS", 0.1)
    log = tmp_path / "log"
    program = "import time; time.sleep(3600)"
    with log.open("wb") as file:
        process = children.start([sys.executable, "-c", program], stdout=file)
    assert dev_module._passed_pyodide(process, log) is False
    assert "did not end within 0.1 s" in capsys.readouterr().out


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
        raise StepError(f"{label} failed")

    for variable in ("CHROME", "FIREFOX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "/no/such/folder")
    monkeypatch.setattr(browsers, "run_step", fail)
    unknown = subprocess.CompletedProcess([], 100, stdout="", stderr="")
    monkeypatch.setattr(browsers.subprocess, "run", lambda *_args, **_options: unknown)
    monkeypatch.setattr(browsers.shutil, "which", lambda name: name if name == "apt-get" else None)
    monkeypatch.setattr(browsers.os, "geteuid", lambda: 0)
    browsers._update_lists.cache_clear()
    with pytest.raises(StepError, match=command):
        ensure()
    browsers._update_lists.cache_clear()
    assert tried == attempts


def test_a_fault_above_a_page_ends_the_tests_at_once(monkeypatch, capsys):
    """Nothing else is said of a page whose front matter is wrong."""
    commands = []

    def refusing(*command):
        commands.append(command)
        return int("scripts.markdown.frontmatter" in command)

    monkeypatch.setattr(dev_module, "prepare", lambda: None)
    monkeypatch.setattr(dev_module, "run", refusing)
    assert dev_module.main(["test", "snippets"]) == 1
    assert "FAILED: front matter" in capsys.readouterr().out
    assert len(commands) == 1
    assert dev_module.main(["test", "engine"]) == 1  # for its summary is missing, not for pages
    assert "front matter" not in capsys.readouterr().out
