"""Runs the site's notebooks and holds what they show against what is saved in them."""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from .errors import PageError
from .files import replace_files
from .paths import ROOT, files_of, shown_path
from .reading import content_of, decoded

UPDATE = "python3 scripts/dev.py update"
_SECONDS = 120.0  # for one cell; a notebook that takes longer is no page to read
# All that a notebook says about itself; an editor adds what is of its machine only.
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = {"name": "python"}
_OF_AN_AUTHOR = ("tags", "title", "authors", "description")


class NotebookError(Exception):
    """A notebook that cannot be run; one line, `file: cell number: what is wrong`."""


def all_notebooks(docs: Path) -> list[Path]:
    """Every notebook of the site."""
    return files_of(docs, ".ipynb")


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook in a file. Raises NotebookError if there is none."""
    return _parsed(path, _content(path))


def run_notebook(path: Path, seed: int = 0) -> nbformat.NotebookNode:
    """The notebook as a fresh kernel leaves it, started in an empty folder where it finds the
    engine; hashes are made from `seed`. Nothing of this machine stays in it: no times, no version,
    nothing that an editor has noted. Raises NotebookError."""
    return _run(path, read_notebook(path), seed)


def _run(
    path: Path,
    notebook: nbformat.NotebookNode,
    seed: int,
    running: list[NotebookClient] | None = None,
) -> nbformat.NotebookNode:
    with TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as folder:
        work = Path(folder, "work")
        work.mkdir()
        client = NotebookClient(
            notebook,
            # Sockets in a folder of our own: no port for others to reach.
            config=Config(KernelManager={"transport": "ipc", "ip": f"{folder}/kernel"}),
            kernel_name=_KERNEL["name"],
            timeout=_SECONDS,
            record_timing=False,
            resources={"metadata": {"path": str(work)}},
        )
        if running is not None:
            running.append(client)
        try:
            client.execute(env=_environ(seed))
        except CellExecutionError as error:
            told = f": {error.ename}: {error.evalue}"
        except CellTimeoutError:
            told = f" did not end within {_SECONDS:g} s: make its work smaller"
        except DeadKernelError:
            told = " ended Python: a cell must come to its end"
        else:
            told = ""
        if told:
            raise NotebookError(f"{shown_path(path)}: cell {client.code_cells_executed}{told}")
    _clean(notebook)
    return notebook


def _environ(seed: int) -> dict[str, str]:
    return {
        **os.environ,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else the kernel warns of it
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": str(seed),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def machine_notes(notebook: nbformat.NotebookNode) -> list[str]:
    """What the notebook says of the machine or the editor it was written with, and should not."""
    notes = [f"metadata {name!r}" for name in notebook.metadata if name not in _ALLOWED]
    if notebook.metadata.get("kernelspec", _KERNEL) != _KERNEL:
        notes.append("the kernel")
    if notebook.metadata.get("language_info", _LANGUAGE) != _LANGUAGE:
        notes.append("the language's version")
    for number, cell in enumerate(notebook.cells, 1):
        notes += [f"cell {number}: {name!r}" for name in cell.metadata if name not in _OF_AN_AUTHOR]
    return notes


_ALLOWED = ("kernelspec", "language_info", *_OF_AN_AUTHOR)


def _clean(notebook: nbformat.NotebookNode) -> None:
    kept = {name: notebook.metadata[name] for name in _OF_AN_AUTHOR if name in notebook.metadata}
    metadata = {**kept, "kernelspec": _KERNEL, "language_info": _LANGUAGE}
    notebook.metadata = nbformat.from_dict(metadata)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        for name in [name for name in cell.metadata if name not in _OF_AN_AUTHOR]:
            del cell.metadata[name]


def stale_cells(path: Path, ran: nbformat.NotebookNode) -> list[str]:
    """What differs from what is saved, a line for each cell."""
    return _differences(path, read_notebook(path), ran)


def _differences(path: Path, saved: nbformat.NotebookNode, ran: nbformat.NotebookNode) -> list[str]:
    found = []
    cells = [cell for cell in saved.cells if cell.cell_type == "code"]
    after = [cell for cell in ran.cells if cell.cell_type == "code"]
    for number, (cell, new) in enumerate(zip(cells, after, strict=True), 1):
        if (cell.outputs, cell.execution_count) != (new.outputs, new.execution_count):
            found.append(
                f"{shown_path(path)}: cell {number}: the output is not what the page shows\n"
                f"expected:\n{_shown(cell)}\ngot:\n{_shown(new)}"
            )
    return found


def update_notebook(path: Path) -> list[str]:
    """Save what the notebook shows now. Returns what changed, a line each. Raises NotebookError,
    ChangedMeanwhile or OSError; the file is left alone then."""
    before = _content(path)
    saved = _parsed(path, before)
    running: list[NotebookClient] = []
    with ThreadPoolExecutor(2) as side_by_side:
        try:
            runs = [
                side_by_side.submit(_run, path, _parsed(path, before), seed, running)
                for seed in (0, 1)
            ]
            ran, again = (run.result() for run in runs)
        except BaseException:  # when it is interrupted, what runs ends at once
            for client in running:
                _kill(client)
            raise
    if unlike := _differences(path, ran, again):
        where = unlike[0].partition(": the output")[0]
        raise NotebookError(
            f"{where}: it does not show the same twice. Sort sets, seed what is random, leave out "
            "times and addresses"
        )
    report = [
        line.partition(": the output")[0] + ": output" for line in _differences(path, saved, ran)
    ]
    report += [
        f"{shown_path(path)}: {note}: of a machine, removed" for note in machine_notes(saved)
    ]
    if report:
        text: str = nbformat.writes(ran)  # type: ignore[no-untyped-call]
        replace_files({path: (text.rstrip("\n") + "\n").encode()}, {path: before})
    return report


def _kill(client: NotebookClient) -> None:
    pid = getattr(getattr(client.km, "provisioner", None), "pid", None)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL if os.name != "nt" else signal.SIGTERM)


def _content(path: Path) -> bytes:
    try:
        return content_of(path)
    except PageError as error:
        raise NotebookError(str(error)) from None


def _parsed(path: Path, content: bytes) -> nbformat.NotebookNode:
    try:
        text = decoded(path, content)
        json.loads(text)  # which knows the line of a fault
        notebook: nbformat.NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except PageError as error:
        raise NotebookError(str(error)) from None
    except json.JSONDecodeError as error:
        line = f"{shown_path(path)}:{error.lineno}"
        raise NotebookError(f"{line}: not a notebook: {error.msg}") from None
    except Exception as error:  # of nbformat and of whatever validates JSON
        reason = (str(error).strip() or type(error).__name__).split("\n")[0]
        raise NotebookError(f"{shown_path(path)}:1: not a notebook: {reason}") from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise NotebookError(f"{shown_path(path)}:1: a notebook in {language}: write it in Python")
    return notebook


def _shown(cell: nbformat.NotebookNode) -> str:
    """A cell's outputs in a form that a terminal can show."""
    lines = []
    for output in cell.outputs:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        kinds = sorted(output.get("data", {}))
        lines += [f"    {line}" for line in text.rstrip("\n").split("\n")]
        lines += [f"    ({kind})" for kind in kinds if kind != "text/plain"]
    return "\n".join(lines) or "    (nothing)"
