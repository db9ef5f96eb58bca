"""Runs the site's notebooks and holds what they show against what is saved in them."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from .paths import ROOT, shown_path

UPDATE = "python3 scripts/dev.py update"
_SECONDS = 120  # for one cell; a notebook that takes longer is no page to read


class NotebookError(Exception):
    """A notebook that cannot be run; one line, `file: cell number: what is wrong`."""


def all_notebooks(docs: Path) -> list[Path]:
    """Every notebook of the site."""
    return sorted(path for path in docs.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def run_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook as a fresh kernel leaves it, started in the project's root so that it finds the
    engine. Nothing of this machine stays in it: no times, no version. Raises NotebookError."""
    saved = _read(path)
    ran = _read(path)
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the kernel warns of it
    with TemporaryDirectory(prefix="lab-") as sockets:
        client = NotebookClient(
            ran,
            # Sockets in a folder of our own: no port for others to reach.
            config=Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"}),
            timeout=_SECONDS,
            record_timing=False,
            resources={"metadata": {"path": str(ROOT)}},
        )
        try:
            client.execute()
        except CellExecutionError as error:
            where = f"{shown_path(path)}: cell {client.code_cells_executed}"
            raise NotebookError(f"{where}: {error.ename}: {error.evalue}") from None
    ran.metadata = saved.metadata
    for cell, before in zip(ran.cells, saved.cells, strict=True):
        cell.metadata = before.metadata
    return ran


def stale_cells(path: Path, ran: nbformat.NotebookNode) -> list[str]:
    """What differs from what is saved, a line for each cell."""
    found = []
    cells = [cell for cell in _read(path).cells if cell.cell_type == "code"]
    after = [cell for cell in ran.cells if cell.cell_type == "code"]
    for number, (cell, new) in enumerate(zip(cells, after, strict=True), 1):
        if (cell.outputs, cell.execution_count) != (new.outputs, new.execution_count):
            found.append(
                f"{shown_path(path)}: cell {number}: the output is not what the page shows\n"
                f"expected:\n{_shown(cell)}\ngot:\n{_shown(new)}"
            )
    return found


def update_notebook(path: Path) -> list[str]:
    """Save what the notebook shows now. Returns what changed, a line each. Raises NotebookError."""
    ran = run_notebook(path)
    stale = stale_cells(path, ran)
    if stale:
        nbformat.write(ran, path)  # type: ignore[no-untyped-call]
    return [line.partition(": the output")[0] + ": output" for line in stale]


def _read(path: Path) -> nbformat.NotebookNode:
    node: nbformat.NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return node


def _shown(cell: nbformat.NotebookNode) -> str:
    """A cell's outputs in a form that a terminal can show."""
    lines = []
    for output in cell.outputs:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        kinds = sorted(output.get("data", {}))
        lines += [f"    {line}" for line in text.rstrip("\n").split("\n")]
        lines += [f"    ({kind})" for kind in kinds if kind != "text/plain"]
    return "\n".join(lines) or "    (nothing)"
