"""Find, or install, the browsers that tests and measurements drive. Standard library only."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

from scripts.environment import PYTHON, StepError, environ, run_step

# The first that is there is used. The shell is Chromium without windows: it opens a page in half
# the time.
CHROMIUM = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "msedge"),
)
FIREFOX = ("firefox-esr", "firefox")


def find_chromium():
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


def find_firefox():
    """Path of Firefox ($FIREFOX, PATH), or None."""
    return _on_path("FIREFOX", FIREFOX)


def ensure_chromium():
    """Find or install a Chromium; that there is none is an error, never a skip."""
    shell = CHROMIUM[0]
    if _can_install():
        if find_chromium() is None:
            _update_lists()
        if not shutil.which(shell) and _is_package(shell):
            _install(shell)
        if find_chromium() is None:
            _install("chromium")
    if find_chromium() is None:
        _attempt("Chromium by Playwright", [PYTHON, "-m", "playwright", "install", "chromium"])
    _choose("CHROME", find_chromium(), "Chromium", "chromium")


def ensure_firefox():
    """Find or install Firefox; that there is none is an error, never a skip."""
    if _can_install() and find_firefox() is None:
        _update_lists()
        _install("firefox-esr")
    _choose("FIREFOX", find_firefox(), "Firefox", "firefox-esr")


def _on_path(variable, names):
    """Path of the program that the environment variable names, or else of the first of `names`."""
    chosen = os.environ.get(variable)
    if chosen and shutil.which(chosen) is None:
        raise StepError(f"${variable} is {chosen!r}, which is no program. Correct or unset it.")
    return next(filter(None, map(shutil.which, [chosen] if chosen else names)), None)


def _choose(variable, path, name, package):
    if path is None:
        raise StepError(
            f"The browser tests need {name} and it could not be installed. "
            f"Type: apt-get install {package}   (or set {variable} to the program)"
        )
    os.environ[variable] = path


def _can_install():
    """Whether this is a Debian, and we are root."""
    return shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0


@functools.cache
def _update_lists():
    _attempt("Package lists", ["apt-get", "update"])


def _is_package(name):
    command = ["apt-cache", "show", name]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _install(package):
    label = f"{package} (up to 100 MB)"
    _attempt(label, ["apt-get", "install", "-y", "--no-install-recommends", package])


def _attempt(label, command):
    """A step that may fail, with its reason shown: there may be another way."""
    try:
        run_step(label, command, "")
    except StepError as error:
        print(error)
