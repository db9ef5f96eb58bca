"""Says in one line what an error of a beginner on a page often means, where Python cannot know."""

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator

_WINDOW = "it shows a window of its own, which a page has not. display() shows figures here."
_NETWORK = "a block has no network: write what it would have read into the code."
# Packages that readers reach for, and what does their work here.
_INSTEAD = {
    **dict.fromkeys(
        ("numpy", "pandas", "scipy", "jax"),
        "lists and the math module do its work here, on a smaller scale.",
    ),
    **dict.fromkeys(
        ("torch", "tensorflow", "keras", "sklearn"), "this site's own package, engine, trains here."
    ),
    **dict.fromkeys(("matplotlib", "seaborn", "plotly"), "engine draws here, see engine.plot."),
    **dict.fromkeys(("requests", "httpx", "aiohttp"), _NETWORK),
    **dict.fromkeys(("tkinter", "turtle", "pygame"), _WINDOW),
}
_PROCESSES = "a page has one process: call the function itself."
_THREADS = "a page has one thread: call the function itself, or use asyncio for what waits."
# Where an error came out of, and what that module cannot do in a page.
_CANNOT = {
    "subprocess": _PROCESSES,
    "multiprocessing": _PROCESSES,
    "concurrent/futures": _THREADS,
    "threading": _THREADS,
    "socket": _NETWORK,
    "urllib/request": _NETWORK,
    "http/client": _NETWORK,
    "ssl": _NETWORK,
    "pdb": "a debugger needs a terminal: print what you want to see.",
    "zoneinfo": "no time zones are stored here, only UTC: datetime.timezone(timedelta(hours=1)) "
    "makes one of a fixed offset.",
}
_COMMAND = re.compile(r"\s*[!%]|\s*(?:pip3?|python3? -m pip|conda)\s+install\b")


def hint(error: BaseException, below: Iterable[tuple[str, str]]) -> str | None:
    """A hint for the reader, or None. `below` are the blocks further down the page: their titles
    and sources."""
    if isinstance(error, SyntaxError):
        return _syntax(error)
    if isinstance(error, RecursionError):
        return "A function was called within itself too often: is there a call that ends it?"
    if isinstance(error, MemoryError) and not str(error).startswith("Parser"):
        return "There is no more memory: is something appended to without end?"
    if isinstance(error, EOFError) and _raised_in(error, "runner/capture.py"):
        return None
    if isinstance(error, AttributeError):
        return _stream(error)
    if said := _cannot(error):
        return said
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


def _syntax(error: SyntaxError) -> str | None:
    text = error.text or ""
    if _COMMAND.match(text):
        return (
            "That is a command for a notebook or a terminal, not Python. Nothing can be installed "
            "here: a block can import Python's standard library and engine."
        )
    if re.match(r"\s*>>>", text):
        return "Leave out the >>> in front: a block takes the code alone."
    return None


def _stream(error: AttributeError) -> str | None:
    if error.name in ("buffer", "fileno") and type(error.obj).__name__ in ("_Output", "_Input"):
        return "Here the streams take text only: print(data.decode()) shows bytes as text."
    return None


def _cannot(error: BaseException) -> str | None:
    """What a module cannot do here, of those that the error came through."""
    known = OSError | RuntimeError | NotImplementedError | LookupError | SystemExit
    if not isinstance(error, known):
        return None
    if isinstance(error, FileNotFoundError) and error.filename:
        if _raised_in(error, "subprocess"):
            return f"Not here: {_PROCESSES}"
        return (
            f"There is no file {str(error.filename)!r} here: a block sees only the files that its "
            "page has written, and they are gone with the next fresh run."
        )
    if isinstance(error, RuntimeError) and "start new thread" not in str(error):
        return None
    said = next((said for part, said in _CANNOT.items() if _raised_in(error, part)), None)
    return said and f"Not here: {said}"


def _raised_in(error: BaseException, *parts: str) -> bool:
    """Whether the error came out of one of these modules of Python."""
    at, name = error.__traceback__, ""
    while at is not None:
        name = at.tb_frame.f_code.co_filename.replace(os.sep, "/")
        at = at.tb_next
        if any(name.endswith((f"/{part}.py", part)) or f"/{part}/" in name for part in parts):
            return True
    return False


def _missing_module(name: str) -> str:
    if name in _INSTEAD:
        return f"{name} is not here: {_INSTEAD[name]}"
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
