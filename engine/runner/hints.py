"""Says in one line what an error of a beginner on a page often means, where Python cannot know."""

import ast
import sys
from collections.abc import Iterable, Iterator


def hint(error: BaseException, below: Iterable[tuple[str, str]]) -> str | None:
    """A hint for the reader, or None. `below` are the blocks further down the page: their titles
    and sources."""
    if isinstance(error, ModuleNotFoundError) and error.name and "." not in error.name:
        return _missing_module(error.name)
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError) and error.name:
        for title, source in below:
            if error.name in names_bound(source):
                return (
                    f"{error.name} comes from {title}, further down the page: blocks run from top "
                    "to bottom, up to the one whose Run you press."
                )
    return None


def _missing_module(name: str) -> str:
    if name in sys.stdlib_module_names:
        return f"{name} is part of Python, but needs what a browser does not give."
    return (
        f"{name} is not here: a block can import Python's standard library and this site's own "
        "package, engine. Nothing can be installed."
    )


def names_bound(source: str) -> set[str]:
    """The names that a block binds at its top level."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return set()
    return set(_bound(tree))


def _bound(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.alias):
            yield child.asname or child.name.partition(".")[0]
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child.name
            continue  # what it binds inside is its own
        elif isinstance(child, ast.Lambda | ast.comprehension):
            continue
        yield from _bound(child)
