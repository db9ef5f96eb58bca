"""The rooms of the engine, and which of them may know which."""

import ast
from pathlib import Path

import pytest

import engine

ENGINE = Path(engine.__file__).parent
# A room: a folder, or a file of the core. What it may import of the others; itself always.
MAY_IMPORT = {
    "ops": set(),
    "advice": set(),
    "upkeep": {"advice"},
    "graph": {"advice", "ops", "upkeep"},
    "define": {"graph", "ops"},
    "nn": {"advice", "graph"},
    "optim": {"advice", "graph"},
    "check": {"graph"},
    "data": set(),
    "exercise": set(),
    "figures": {"graph", "ops"},
    "compile": {"graph", "ops", "optim"},
    "runner": set(),
    "__init__": {"check", "data", "define", "figures", "graph", "nn", "optim"},
}
# The two files that are read in one sitting need no library but arithmetic and types.
CORE_LIBRARY = {"collections.abc", "math", "operator", "typing"}
FILES = sorted(path.relative_to(ENGINE) for path in ENGINE.rglob("*.py"))


def imported(file: Path) -> set[str]:
    """The modules that a file of the engine names in its imports, by absolute name."""
    package = ["engine", *file.parent.parts]
    names = set()
    for node in ast.walk(ast.parse((ENGINE / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            names.add(".".join([*base, *([node.module] if node.module else [])]))
        elif isinstance(node, ast.Constant) and str(node.value).startswith("engine."):
            names.add(node.value)  # given to importlib
    return names


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def test_every_file_is_in_a_room():
    assert {file.parts[0].removesuffix(".py") for file in FILES} == set(MAY_IMPORT)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_directions(file):
    own = file.parts[0].removesuffix(".py")
    others = {room(name) for name in imported(file) if name.split(".")[0] == "engine"} - {own}
    assert others <= MAY_IMPORT[own]


@pytest.mark.parametrize("file", ["ops.py", "advice.py", "upkeep.py", "graph.py"])
def test_the_core_needs_arithmetic_only(file):
    assert {n for n in imported(Path(file)) if not n.startswith("engine.")} <= CORE_LIBRARY
