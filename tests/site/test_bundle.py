"""What scripts/bundle.py makes: the same bytes each time, whole, small, and never half replaced."""

import ast
import base64
import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from scripts import bundle as bundler
from scripts.bundling import node
from scripts.bundling.publish import STAMP, publish
from scripts.bundling.pyodide import run_inside, stock
from scripts.bundling.stage import BundleError
from scripts.markdown.paths import DOCS, all_pages
from scripts.markdown.snippets import parse_page

STOCK_FILES = (
    *("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"),
    *("pyodide-lock.json", "python_stdlib.zip"),
)
LATER = "stdlib-rest.bin"  # not part of a boot


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != STAMP
    }


def on_the_wire(path: Path) -> int:
    content = path.read_bytes()
    return min(len(content), len(gzip.compress(content, 6)))


@pytest.fixture(scope="module")
def generated() -> Path:
    bundler.bundle()
    return bundler.TARGET


@pytest.fixture(scope="module")
def runtime(generated) -> Path:
    (folder,) = generated.glob("runtime-*")
    return folder


@pytest.fixture
def sources(tmp_path) -> Path:
    """JavaScript of the smallest kind, to be bundled in the place of ours."""
    folder = tmp_path / "js"
    folder.mkdir()
    (folder / "worker.js").write_text("console.log(RUNTIME_PATH, RUNTIME_BYTES);")
    (folder / "playground.js").write_text("console.log(WORKER_PATH);")
    return folder


def test_the_same_inputs_give_the_same_bytes(generated, tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    bundler.make_bundle(again, cache=tmp_path / "empty-cache")
    first, second = contents(generated), contents(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_an_unchanged_bundle_is_left_alone(generated, capsys):
    before = {path: path.stat().st_mtime_ns for path in generated.rglob("*")}
    bundler.bundle()
    assert "up to date" in capsys.readouterr().out
    assert before == {path: path.stat().st_mtime_ns for path in generated.rglob("*")}


def test_a_missing_file_is_made_again(tmp_path, sources, capsys):
    target = tmp_path / "generated"
    bundler.bundle(target, sources)
    (target / "katex" / "katex.min.css").unlink()
    bundler.bundle(target, sources)
    assert (target / "katex" / "katex.min.css").exists()
    assert "up to date" not in capsys.readouterr().out


def test_modules_are_told_where_their_files_are(tmp_path, sources):
    target = tmp_path / "generated"
    bundler.bundle(target, sources)
    (worker,), (runtime,) = target.glob("worker-*.js"), target.glob("runtime-*")
    assert f'"{worker.name}"' in (target / "playground.js").read_text()
    told = worker.read_text()
    assert f'"{runtime.name}/"' in told
    sizes = json.loads(re.search(r"'(\{.*\})'", told)[1])
    assert sizes == {path.name: path.stat().st_size for path in runtime.iterdir()}


@pytest.mark.parametrize("broken", ["worker.js", "playground.js"])
def test_a_failed_bundle_leaves_the_old_one(tmp_path, sources, broken, capsys):
    target = tmp_path / "generated"
    bundler.bundle(target, sources)
    before = contents(target)
    (sources / broken).write_text("let = ;")
    with pytest.raises(BundleError, match=rf"esbuild \(.*{broken}\) failed"):
        bundler.bundle(target, sources)
    assert f"{broken}:1" in capsys.readouterr().out  # esbuild says where
    assert contents(target) == before


def test_a_source_that_is_not_there(tmp_path, sources):
    (sources / "worker.js").unlink()
    with pytest.raises(BundleError, match=r"worker\.js is missing\.$"):
        bundler.bundle(tmp_path / "generated", sources)


def test_packages_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(node, "_MODULES", tmp_path / "node_modules")
    with pytest.raises(BundleError, match=r"is missing\. Try: python3 scripts/dev\.py build$"):
        bundler.bundle(tmp_path / "generated")


def test_files_of_an_older_bundle_go(tmp_path):
    target, old, new = (tmp_path / name for name in ("target", "old", "new"))
    for made, name in ((old, "worker-1.js"), (new, "worker-2.js")):
        (made / name).mkdir(parents=True)
        (made / name / "file").write_text(name)
        (made / "playground.js").write_text(name)
        publish(made, target, name)
    assert contents(target) == {"worker-2.js/file": b"worker-2.js", "playground.js": b"worker-2.js"}
    assert not (target / "worker-1.js").exists()


def test_a_boot_is_no_larger_on_the_wire_than_stock(runtime):
    ours = sum(on_the_wire(path) for path in runtime.iterdir() if path.name != LATER)
    assert ours <= sum(on_the_wire(stock(name)) for name in STOCK_FILES)


def test_a_page_loads_at_most_12_kb_of_our_javascript(generated):
    loaded, found = set(), {"playground.js"}
    while found:
        name = found.pop()
        loaded.add(name)
        text = (generated / name).read_text(encoding="utf-8")
        # What is imported at once; import("…") comes later.
        found |= set(re.findall(r'(?:\bfrom|\bimport)\s*"\./([^"]+)"', text)) - loaded
    assert sum(on_the_wire(generated / name) for name in loaded) <= 12 * 1024


def test_no_source_maps(generated):
    assert not list(generated.rglob("*.map"))
    for path in generated.glob("*.js"):
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8")


def test_katex_asks_for_no_font_that_is_not_there(generated):
    css = (generated / "katex" / "katex.min.css").read_text(encoding="utf-8")
    asked = set(re.findall(r"url\(([^)]+)\)", css))
    assert asked == {f"fonts/{path.name}" for path in (generated / "katex" / "fonts").iterdir()}
    assert len(asked) == 20


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


def booted_with(runtime: Path) -> dict[str, str]:
    """Options of loadPyodide for the standard library as the page loads it."""
    return {"indexURL": f"{runtime}/", "stdLibURL": str(runtime / "stdlib-boot.zip")}


def test_every_module_of_the_standard_library_can_be_imported(runtime, tmp_path):
    shutil.copyfile(stock("python_stdlib.zip"), tmp_path / "python_stdlib.zip")
    outcomes = []
    for options in ({}, booted_with(runtime)):
        run_inside(tmp_path, [Path(__file__).with_name("inside_pyodide.py")], options)
        outcomes.append(json.loads((tmp_path / "imports.json").read_text()))
    theirs, ours = outcomes
    assert len(theirs) > 500
    assert ours == theirs
    assert sum(error == "" for error in ours.values()) > 500


def test_no_post_makes_its_reader_wait_for_the_rest(runtime, tmp_path):
    snippets = [
        snippet
        for page in all_pages(DOCS)
        for snippet in parse_page(page.read_text("utf-8-sig"), page)
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
    engine = {"lockFileURL": f"{runtime}/pyodide-lock.json", "packages": ["deep-learning-engine"]}
    run_inside(tmp_path, [script], {**booted_with(runtime), **engine})


def test_a_failed_download_of_the_rest_is_told_and_can_be_tried_again(runtime, tmp_path):
    cut_off = tmp_path / "runtime"
    shutil.copytree(runtime, cut_off)
    (cut_off / LATER).rename(cut_off / "away")
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
    run_inside(tmp_path, [script], booted_with(cut_off))
    told = (tmp_path / "told").read_text()
    assert told.startswith("wave is in the part of the standard library")
    assert "run again" in told
