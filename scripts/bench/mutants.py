"""How many small changes of the code the tests notice, room by room.

    python3 scripts/dev.py bench mutants [--of 40] [--seed 1] [room …]

Takes `--of` mutants of each room at random (scripts/markdown/mutants.py makes them: another
operator, a bound off by one, a statement less …), runs the room's tests on each in a copy of the
project, and prints the share that failed, and every mutant that nothing noticed: read these one by
one. One that can make no difference is no gap.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from scripts.environment import environ
from scripts.markdown.mutants import Mutant, mutants
from scripts.project import ROOT, shown_path

GOAL = 0.9  # of a room's mutants are to be noticed


@dataclass(frozen=True)
class Room:
    """Files, and the tests that are to hold them."""

    files: tuple[str, ...]  # patterns, from the root
    tests: tuple[str, ...]


ROOMS = {
    "core": Room(("engine/*.py",), ("tests/engine", "--ignore=tests/engine/compile")),
    "figures": Room(("engine/figures/*.py",), ("tests/engine/figures", "docs")),
    "compile": Room(("engine/compile/**/*.py",), ("tests/engine/compile",)),
    "runner": Room(("engine/runner/*.py",), ("tests/engine/runner", "tests/markdown")),
    "markdown": Room(("scripts/markdown/*.py",), ("tests/markdown", "tests/snippets", "docs")),
}
_COPIED = ("engine", "scripts", "tests", "docs", "conftest.py", "pyproject.toml", "README.md")
_PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:randomly", "-n", "0")


def chosen(room: Room, count: int, seed: int) -> list[tuple[Path, Mutant]]:
    """Mutants of the room's files, each file with the share that its mutants are of all."""
    files = sorted({path for pattern in room.files for path in ROOT.glob(pattern)})
    every = [(path, m) for path in files for m in mutants(path.read_text(encoding="utf-8"))]
    return Random(seed).sample(every, min(count, len(every)))


def passes(folder: Path, tests: tuple[str, ...], limit: float | None) -> bool:
    """Whether the tests of the copy in `folder` pass within `limit` seconds."""
    command = [sys.executable, *_PYTEST, *tests]
    variables = {**environ(), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(limit) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        if process.poll() is None:
            os.killpg(process.pid, 9)
            process.wait()


def measure(name: str, count: int, seed: int) -> bool:
    """Try the mutants of a room, and say what came of it. Whether the goal is reached."""
    room = ROOMS[name]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for part in _COPIED:
            source = ROOT / part
            copy = shutil.copytree if source.is_dir() else shutil.copyfile
            copy(source, folder / part)
        os.symlink(ROOT / "node_modules", folder / "node_modules")
        started = time.monotonic()
        if not passes(folder, room.tests, None):
            sys.exit(f"{name}: the tests fail before anything is changed")
        limit = 30 + 5 * (time.monotonic() - started)
        survivors, tried = [], chosen(room, count, seed)
        for path, mutant in tried:
            changed = folder / path.relative_to(ROOT)
            changed.write_text(mutant.source, encoding="utf-8")
            if passes(folder, room.tests, limit):
                survivors.append(f"{shown_path(path)}:{mutant.line}: {mutant}")
            shutil.copyfile(path, changed)
    share = 1 - len(survivors) / len(tried)
    print(f"{name}: {share:.0%} of {len(tried)} noticed (goal: {GOAL:.0%})")
    print(*(f"  survived: {line}" for line in survivors), sep="\n", flush=True)
    return share >= GOAL


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 scripts/dev.py bench mutants")
    parser.add_argument("rooms", nargs="*", metavar="room", help=", ".join(ROOMS))
    parser.add_argument("--of", type=int, default=40, help="mutants to try in each room")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unknown = [name for name in options.rooms if name not in ROOMS]
    if unknown:
        parser.error(f"there is no room {unknown[0]!r}: {', '.join(ROOMS)}")
    reached = [measure(name, options.of, options.seed) for name in options.rooms or ROOMS]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
