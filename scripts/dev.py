#!/usr/bin/env python3
"""The project's commands. Needs Python 3.11 or newer with its venv module, and nothing else."""

import sys

if sys.version_info < (3, 11):  # before anything that an older Python could not parse
    sys.exit(
        "This needs Python 3.11 or newer; this is %d.%d. Try: python3.11 scripts/dev.py"
        % sys.version_info[:2]
    )

import argparse
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # Python looks beside this file only

from scripts import browsers, children, output
from scripts import environment as env
from scripts.project import ROOT, StepError

# What a part of the tests runs, in the order in which it fails fastest.
PYTEST_PARTS = {
    "engine": ["tests/engine"],
    "commands": ["tests/commands"],
    "snippets": ["tests/markdown", "tests/snippets", "docs"],  # docs: every fence is a test
    "site": ["tests/site"],
    "browser": ["tests/browser"],
}
_PYODIDE_SECONDS = 1800.0  # it has no limit for each test; this one is for what hangs
_PYODIDE_END = "Pyodide came to its end"  # said by pyodide_tests.mjs
_LAST_PORT = 65_535
PARTS = ("lint", "js", *PYTEST_PARTS, "pyodide")

Command = Callable[[argparse.Namespace, Sequence[str]], int]  # with what is for pytest


def run(*command: str | Path) -> int:
    """Run a child with its output shown; return its exit code."""
    return children.ended(children.start(command, cwd=ROOT, env=env.environ()))


def prepare() -> None:
    env.ensure_venv()
    env.ensure_node_modules()


def _watch_sources() -> None:
    """Bundle again when the engine or our JavaScript changes; MkDocs sees the new files."""
    folders = [ROOT / "engine", ROOT / "docs" / "assets" / "js"]

    def state() -> dict[Path, int]:
        return {p: p.stat().st_mtime_ns for f in folders for p in f.rglob("*") if p.is_file()}

    before = state()
    while True:
        time.sleep(1)
        now = state()
        if now != before:
            before = now
            try:
                env.bundle()
            except StepError as error:
                print(error, flush=True)


def serve(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except (socket.gaierror, UnicodeError):
            message = f"{options.host!r} is no address of this machine. Try: --host 127.0.0.1"
            raise StepError(message) from None
        except OSError as error:
            other = options.port + 1 if options.port < _LAST_PORT else options.port - 1
            raise StepError(
                f"Port {options.port} on {options.host} cannot be used ({error.strerror}). "
                f"Try: python3 scripts/dev.py serve --port {other}"
            ) from None
    prepare()
    env.bundle()
    threading.Thread(target=_watch_sources, daemon=True).start()
    print("Building the pages … the address follows; Ctrl-C ends.", flush=True)
    return run(
        env.PYTHON,
        *("-m", "mkdocs", "serve", "--livereload"),
        *("--dev-addr", f"{options.host}:{options.port}"),
    )


def build(options: argparse.Namespace, _rest: Sequence[str]) -> int:
    target = Path(options.out).resolve()
    output.claim(target)
    prepare()
    env.bundle()
    os.environ.setdefault("SITE_BUILD", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    env.run_step("Pages", env.site_command(target), "The lines above name the file.")
    output.record(target)
    address = os.environ.get("SITE_URL", "the address in mkdocs.yml (SITE_URL is not set)")
    print(f"The site is in {target}, made for {address}")
    return 0


def _lint() -> int:
    python = env.PYTHON
    return (
        run(python, "-m", "ruff", "check", ".")
        or run(python, "-m", "ruff", "format", "--check", ".")
        or run(python, "-m", "mypy")
        or run(env.node(), "node_modules/typescript/bin/tsc", "--build")
    )


def _test_javascript(rest: Sequence[str]) -> int:
    return run(env.node(), "--test", "--test-reporter=dot", *rest, "tests/js/**/*.test.js")


def _passes_pytest(arguments: Sequence[str]) -> bool:
    """Whether pytest says so, and has come to its end: a test may end Python, with any code."""
    summary = env.log_file("pytest.xml")
    summary.unlink(missing_ok=True)
    if run(env.PYTHON, "-m", "pytest", *arguments, f"--junit-xml={summary}"):
        return False
    if not summary.exists() and not {"-h", "--help", "--version", "-V"} & set(arguments):
        print(
            "\npytest ended without its summary: the last test above has ended Python", flush=True
        )
        return False
    return True


def _passed_pyodide(process: subprocess.Popen[Any], log: Path) -> bool:
    """Whether the tests inside Pyodide passed, and came to their end; shows what they said."""
    told = ""
    try:
        code = children.ended(process, _PYODIDE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
        told = f"Pyodide did not end within {_PYODIDE_SECONDS:g} s; the last test above hangs"
    text = log.read_text(encoding="utf-8", errors="replace")
    if not code and _PYODIDE_END not in text:
        code, told = 1, "Pyodide ended without a summary: the last test above has ended Python"
    print(f"\nThe same tests inside Pyodide:\n{text}\n{told}".rstrip(), flush=True)
    return not code


def test(options: argparse.Namespace, rest: Sequence[str]) -> int:
    parts = options.parts or list(PARTS)
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        raise StepError(f"There is no test part {unknown[0]!r}. Parts: {', '.join(PARTS)}")
    started = time.monotonic()
    prepare()
    if "browser" in parts:
        browsers.ensure_chromium()
        browsers.ensure_firefox()
    pages = {"snippets", "site", "browser", "pyodide"} & set(parts)
    if pages and run(env.PYTHON, "-m", "scripts.markdown.frontmatter"):
        print("\nFAILED: front matter; nothing else was tried", flush=True)
        return 1
    if pages - {"snippets"}:
        env.bundle()
    failed = []
    if "lint" in parts and _lint():
        failed.append("lint")
    # Its options are not pytest's: they are for it when it is alone.
    if "js" in parts and _test_javascript(rest if parts == ["js"] else []):
        failed.append("js")
    in_pytest = [path for part, paths in PYTEST_PARTS.items() if part in parts for path in paths]
    # With options for pytest somebody looks for something, and sees it all in one place.
    parallel = ["-n", "auto", "--dist", "loadfile"] if len(in_pytest) > 1 and not rest else []
    pyodide = env.log_file("pyodide.log")
    beside = None
    if "pyodide" in parts:
        with pyodide.open("wb") as file:
            beside = children.start(
                [env.PYTHON, "-m", "scripts.pyodide_tests"],
                cwd=ROOT,
                env=env.environ(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
    if in_pytest and not _passes_pytest([*in_pytest, *parallel, *rest]):
        failed.append("pytest")
    if beside is not None and not _passed_pyodide(beside, pyodide):
        failed.append("pyodide")
    seconds = time.monotonic() - started
    outcome = f"FAILED: {', '.join(failed)}" if failed else f"all green: {', '.join(parts)}"
    print(f"\n{outcome} ({seconds:.0f} s)", flush=True)
    return 1 if failed else 0


def update(_options: argparse.Namespace, rest: Sequence[str]) -> int:
    prepare()
    return run(env.PYTHON, "-m", "scripts.markdown.update", *rest)


def new(_options: argparse.Namespace, rest: Sequence[str]) -> int:
    prepare()
    return run(env.PYTHON, "-m", "scripts.markdown.new", *rest)


def bench(options: argparse.Namespace, rest: Sequence[str]) -> int:
    prepare()
    browsers.ensure_chromium()
    env.bundle()
    return run(env.PYTHON, "-m", f"scripts.bench.{options.what}", *rest)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: write a number from 1 to 65535")
    return int(text)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python3 scripts/dev.py", description=__doc__)
    commands = top.add_subparsers(dest="command", metavar="command", title="commands")

    def command(do: Command, summary: str, epilog: str = "") -> argparse.ArgumentParser:
        added = commands.add_parser(do.__name__, help=summary, description=summary, epilog=epilog)
        added.set_defaults(do=do)
        return added

    added = command(serve, "the site on this machine, rebuilt as you edit")
    added.add_argument("--port", type=_port, default=8000)
    added.add_argument("--host", default="127.0.0.1")
    added = command(build, "the site into site/, ready for any static host")
    added.add_argument("--out", default="site", help="the folder to fill (default: site)")
    added = command(
        test,
        f"everything, or a part: {', '.join(PARTS)}",
        epilog="Further options go to pytest, for example: test browser -k slider -x; those of the "
        "part js alone to Node, for example: test js --test-name-pattern=slider",
    )
    added.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    command(update, "rewrite the recorded outputs and figures of the posts' snippets")
    command(new, 'a post to write on: new post "Title" [--series NAME] [--slug SLUG]')
    added = command(bench, "measurements, as ratios to a peer: engine, gpt, boot or mutants")
    added.add_argument("what", choices=("engine", "gpt", "boot", "mutants"))
    return top


def main(argv: Sequence[str]) -> int:
    top = parser()
    options, rest = top.parse_known_args(argv)
    if options.command is None:
        top.print_help()
        return 0
    if rest and options.command in ("serve", "build"):
        top.error(f"unknown argument: {rest[0]}")
    try:
        do: Command = options.do
        return do(options, rest)
    except StepError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        children.end_all()


if __name__ == "__main__":
    os.chdir(ROOT)
    children.end_when_told()
    sys.exit(main(sys.argv[1:]))
