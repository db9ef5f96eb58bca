"""The project's own settings: [tool.snippets] of pyproject.toml."""

import functools
import tomllib
from typing import Any

from .paths import ROOT


@functools.cache
def _settings() -> dict[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings: dict[str, Any] = tomllib.load(file)["tool"]["snippets"]
    return settings


def time_limit() -> float:
    """Seconds that a snippet may take on CPython, unless its fence says limit=…"""
    return float(_settings()["limit"])
