"""Find, or install, the browsers that tests and measurements drive. Standard library only."""

import functools
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.environment import PYTHON, environ, run_step
from scripts.project import StepError

# The first that is there is used. The shell is Chromium without windows: it opens a page in half
# the time.
CHROMIUM = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "msedge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FIREFOX = ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox")


def find_chromium() -> str | None:
    """Path of a Chromium-family browser ($CHROME, PATH, Playwright's own), or None."""
    path = _on_path("CHROME", CHROMIUM)
    if path:
        return path
    query = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run(
        [str(PYTHON), "-c", query], capture_output=True, text=True, check=False, env=environ()
    )
    path = answer.stdout.strip()
    return path if path and Path(path).exists() else None


def find_firefox() -> str | None:
    """Path of Firefox ($FIREFOX, PATH), or None."""
    return _on_path("FIREFOX", FIREFOX)


def ensure_chromium() -> None:
    """Find or install a Chromium; that there is none is an error, never a skip."""
    if _can_install() and not os.environ.get("CHROME"):
        if find_chromium() is None:
            _update_lists()
        if not shutil.which(CHROMIUM[0]):
            _install(CHROMIUM[0])
        if find_chromium() is None:
            _install("chromium")
    if find_chromium() is None:
        _attempt("Chromium by Playwright", [PYTHON, "-m", "playwright", "install", "chromium"])
    _choose("CHROME", find_chromium(), "Chromium", "apt-get install chromium")


def ensure_firefox() -> None:
    """Find or install Firefox; that there is none is an error, never a skip."""
    if _can_install() and find_firefox() is None:
        _update_lists()
        for package in ("firefox-esr", "firefox"):  # Debian's, and Ubuntu's
            if find_firefox() is None:
                _install(package)
    _choose("FIREFOX", find_firefox(), "Firefox", "apt-get install firefox-esr")


def _on_path(variable: str, names: Sequence[str]) -> str | None:
    """Path of the program that the environment variable names, or else of the first of `names`."""
    chosen = os.environ.get(variable)
    if chosen and shutil.which(chosen) is None:
        raise StepError(f"${variable} is {chosen!r}, which is no program. Correct or unset it.")
    return next(filter(None, map(shutil.which, [chosen] if chosen else names)), None)


def _choose(variable: str, path: str | None, name: str, command: str) -> None:
    if path is None:
        raise StepError(
            f"The browser tests need {name} and it could not be installed. "
            f"On Debian type: {command}   (elsewhere install it; {variable} may name the program)"
        )
    os.environ[variable] = path


def _can_install() -> bool:
    """Whether this is a Debian, and we are root."""
    return bool(shutil.which("apt-get")) and hasattr(os, "geteuid") and os.geteuid() == 0


@functools.cache
def _update_lists() -> None:
    _attempt("Package lists", ["apt-get", "update"])


def _install(package: str) -> None:
    """Install a package, if there is one of this name."""
    known = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    if known.returncode == 0:
        command = ["apt-get", "install", "-y", "--no-install-recommends", package]
        _attempt(f"{package} (up to 100 MB)", command)


def _attempt(label: str, command: Sequence[str | Path]) -> None:
    """A step that may fail, with its reason shown: there may be another way."""
    try:
        run_step(label, command, "")
    except StepError as error:
        print(error)
