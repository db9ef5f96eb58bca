"""Python inside Pyodide under Node: for the bundle, for the tests, and for measurements."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.environment import node
from scripts.project import ROOT, StepError, shown_path

COMMAND = [str(node()), str(ROOT / "scripts" / "in_pyodide.mjs")]  # reads a task

_MODULES = ROOT / "node_modules"


def installed(pattern: str) -> Path:
    """The file or folder in node_modules of this name (or pattern, for what varies by system)."""
    path = next(_MODULES.glob(pattern), None)
    if path is None:
        missing = shown_path(_MODULES / pattern)
        raise StepError(f"{missing} is missing. Try: python3 scripts/dev.py build")
    return path


def stock(name: str) -> Path:
    """A file of the npm package pyodide."""
    return installed(f"pyodide/{name}")


def task(
    programs: Sequence[Path | str],
    *,
    options: Mapping[str, Any] | None = None,
    mounts: Mapping[str, Path] | None = None,
    files: Mapping[str, str] | None = None,
    names: Mapping[str, Any] | None = None,
    guarded: bool = False,
) -> str:
    """What in_pyodide.mjs reads: `programs` (files, or texts) run one after the other, each in a
    namespace of its own that has `names`.

    `options` go to loadPyodide. `mounts` are folders of this machine and `files` are texts, by
    their path inside. `guarded`: calls that go too deep end as they do in a page.
    """
    return json.dumps(
        {
            "options": options or {},
            "mounts": {at: str(folder) for at, folder in (mounts or {}).items()},
            "files": files or {},
            "programs": [
                {"file": str(one)} if isinstance(one, Path) else {"text": one} for one in programs
            ],
            "names": names or {},
            "guarded": guarded,
        }
    )
