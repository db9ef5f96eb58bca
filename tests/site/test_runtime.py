"""The runtime folder of the bundle: small, and the whole standard library and the engine in it."""

import ast
import base64
import csv
import gzip
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from scripts import bundle as bundler
from scripts.bundling.pyodide import run_inside, stock
from scripts.markdown.paths import DOCS, all_pages
from scripts.markdown.reading import read_page
from scripts.markdown.snippets import parse_page

STOCK_FILES = (
    *("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"),
    *("pyodide-lock.json", "python_stdlib.zip"),
)
LATER = "stdlib-rest.bin"  # not part of a boot


def on_the_wire(path: Path) -> int:
    content = path.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))


@pytest.fixture(scope="module")
def runtime() -> Path:
    bundler.bundle()
    (folder,) = bundler.TARGET.glob("runtime-*")
    return folder


def test_a_boot_is_no_larger_on_the_wire_than_stock(runtime):
    # Pyodide's JavaScript is part of the worker's.
    files = [*runtime.parent.glob("worker-*.js"), *runtime.iterdir()]
    ours = sum(on_the_wire(path) for path in files if path.name != LATER)
    assert ours <= sum(on_the_wire(stock(name)) for name in STOCK_FILES)


def test_the_wheel_holds_byte_code_for_pyodide_and_the_sources(runtime):
    (wheel,) = runtime.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    boot = zipfile.ZipFile(runtime / "stdlib-boot.zip")
    header = boot.read("sitecustomize.pyc")[
        :8
    ]  # magic number of the interpreter, and PEP 552 flags
    files = {name: archive.read(name) for name in archive.namelist()}
    compiled = [name for name in files if name.endswith(".pyc")]
    assert compiled
    for name in compiled:
        assert files[name][:8] == header, name
        folder, _, module = name.rpartition("/__pycache__/")
        assert f"{folder}/{module.split('.')[0]}.py" in files
    assert len(compiled) == sum(name.endswith(".py") for name in files)
    data = "engine/names.txt"
    assert files[data] == (bundler.ROOT / data).read_bytes()
    (record,) = [name for name in files if name.endswith("/RECORD")]
    rows = {row[0]: row[1] for row in csv.reader(io.StringIO(files[record].decode()))}
    assert rows.pop(record) == ""
    del files[record]
    assert rows == {
        name: "sha256="
        + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        for name, data in files.items()
    }


def test_the_lock_file_offers_the_engine_and_nothing_else(runtime):
    lock = json.loads((runtime / "pyodide-lock.json").read_text())
    (package,) = lock["packages"].values()
    wheel = runtime / package["file_name"]
    assert package["sha256"] == hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.fixture
def bootable(runtime: Path, tmp_path: Path) -> Path:
    """The runtime, with the part of it that the page has in its worker."""
    folder = tmp_path / "runtime"
    shutil.copytree(runtime, folder)
    shutil.copyfile(stock("pyodide.asm.mjs"), folder / "pyodide.asm.mjs")
    return folder


def booted_with(runtime: Path) -> dict[str, str]:
    """Options of loadPyodide for the standard library as the page loads it."""
    return {"indexURL": f"{runtime}/", "stdLibURL": str(runtime / "stdlib-boot.zip")}


def test_every_module_of_the_standard_library_can_be_imported(bootable, tmp_path):
    shutil.copyfile(stock("python_stdlib.zip"), tmp_path / "python_stdlib.zip")
    outcomes = []
    for options in ({}, booted_with(bootable)):
        run_inside(tmp_path, [Path(__file__).with_name("inside_pyodide.py")], options)
        outcomes.append(json.loads((tmp_path / "imports.json").read_text()))
    theirs, ours = outcomes
    assert len(theirs) > 500
    assert ours == theirs
    assert sum(error == "" for error in ours.values()) > 500


def test_no_post_makes_its_reader_wait_for_the_rest(bootable, tmp_path):
    snippets = [
        snippet
        for page in all_pages(DOCS)
        for snippet in parse_page(read_page(page), page)
        if not snippet.static and not snippet.raises
    ]
    imports = {
        ast.unparse(statement)
        for snippet in snippets
        for statement in ast.walk(ast.parse(snippet.source))
        if isinstance(statement, ast.Import | ast.ImportFrom)
    }
    assert len(imports) > 5
    script = tmp_path / "script.py"
    script.write_text(
        "\n".join(
            [
                *("import sys", *sorted(imports)),
                "assert [f for f in sys.meta_path if type(f).__name__ == 'LateStdlib'], 'fetched'",
            ]
        )
    )
    engine = {"lockFileURL": f"{bootable}/pyodide-lock.json", "packages": ["deep-learning-engine"]}
    run_inside(tmp_path, [script], {**booted_with(bootable), **engine})


def test_a_failed_download_of_the_rest_is_told_and_can_be_tried_again(bootable, tmp_path):
    (bootable / LATER).rename(bootable / "away")
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, random\n"  # of the boot part
        "assert 'wave' not in sys.modules\n"
        "from pathlib import Path\n"
        "try:\n"
        "    import wave\n"
        "except ImportError as error:\n"
        "    told = str(error)\n"
        "Path('/job/runtime/away').rename('/job/runtime/stdlib-rest.bin')\n"
        "import wave\n"
        "Path('/job/told').write_text(told)\n"
    )
    run_inside(tmp_path, [script], booted_with(bootable))
    told = (tmp_path / "told").read_text()
    assert told.startswith("wave is in the part of the standard library")
    assert "run again" in told


def test_what_a_program_says_that_it_will_import_is_known_before_it_runs(bootable, tmp_path):
    concerned = ["import wave", "import os, wave as w", "from wave import open", "import xml.dom"]
    concerned += ["from xml import dom", "def f():\n    from xmlrpc.client import dumps"]
    others = ["import json", "x = 'import wave'", "import waves", "from . import wave", "x = = 1"]
    script = tmp_path / "script.py"
    script.write_text(
        "import sitecustomize\n"
        f"found = [sitecustomize.concerns([source]) for source in {concerned + others}]\n"
        f"assert found == [True] * {len(concerned)} + [False] * {len(others)}, found\n"
        f"assert sitecustomize.concerns({others + concerned})\n"
        "import wave\n"
        f"assert not sitecustomize.concerns({concerned}), 'it is here by now'\n"
    )
    run_inside(tmp_path, [script], booted_with(bootable))
