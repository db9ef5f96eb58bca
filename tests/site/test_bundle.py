"""What scripts/bundle.py makes: the same bytes each time, small, and never half replaced."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from scripts import bundle as bundler
from scripts import in_pyodide
from scripts.bundling.publish import STAMP, publish
from scripts.project import StepError


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != STAMP
    }


@pytest.fixture(scope="module")
def generated() -> Path:
    bundler.bundle()
    return bundler.TARGET


@pytest.fixture
def sources(tmp_path) -> Path:
    """JavaScript of the smallest kind, to be bundled in the place of ours."""
    folder = tmp_path / "js"
    folder.mkdir()
    (folder / "worker.js").write_text("console.log(BOOT_FILES);")
    (folder / "playground.js").write_text("console.log(PYTHON_FILES);")
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
    told = json.loads(re.search(r"'(\{.*\})'", (target / "playground.js").read_text())[1])
    assert told.keys() == {"worker.js", *(path.name for path in runtime.iterdir())}
    assert told["worker.js"]["path"] == worker.name
    for listed in told.values():
        content = (target / listed["path"]).read_bytes()
        assert listed["size"] == len(content)
        assert listed["digest"] == hashlib.sha256(content).hexdigest()
    boot = set(json.loads(re.search(r"'(\[.*\])'", worker.read_text())[1]))
    assert boot == {p.name for p in runtime.iterdir()} - {"pyodide.asm.wasm", "stdlib-rest.bin"}


@pytest.mark.parametrize("broken", ["worker.js", "playground.js"])
def test_a_failed_bundle_leaves_the_old_one(tmp_path, sources, broken, capsys):
    target = tmp_path / "generated"
    bundler.bundle(target, sources)
    before = contents(target)
    (sources / broken).write_text("let = ;")
    with pytest.raises(StepError, match=rf"esbuild \(.*{broken}\) failed"):
        bundler.bundle(target, sources)
    assert f"{broken}:1" in capsys.readouterr().out  # esbuild says where
    assert contents(target) == before


def test_a_source_that_is_not_there(tmp_path, sources):
    (sources / "worker.js").unlink()
    with pytest.raises(StepError, match=r"worker\.js is missing\.$"):
        bundler.bundle(tmp_path / "generated", sources)


def test_packages_that_are_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(in_pyodide, "_MODULES", tmp_path / "node_modules")
    with pytest.raises(StepError, match=r"is missing\. Try: python3 scripts/dev\.py build$"):
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


def test_a_page_loads_at_most_12_kb_of_our_javascript(generated):
    loaded, found = set(), {"playground.js"}
    while found:
        name = found.pop()
        loaded.add(name)
        text = (generated / name).read_text(encoding="utf-8")
        # What is imported at once; import("…") comes later.
        found |= set(re.findall(r'(?:\bfrom|\bimport)\s*"\./([^"]+)"', text)) - loaded
    sizes = [len(gzip.compress((generated / name).read_bytes(), 6)) for name in loaded]
    assert sum(sizes) <= 12 * 1024


def test_no_source_maps(generated):
    assert not list(generated.rglob("*.map"))
    for path in generated.glob("*.js"):
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8")


def test_katex_asks_for_no_font_that_is_not_there(generated):
    css = (generated / "katex" / "katex.min.css").read_text(encoding="utf-8")
    asked = set(re.findall(r"url\(([^)]+)\)", css))
    assert asked == {f"fonts/{path.name}" for path in (generated / "katex" / "fonts").iterdir()}
    assert len(asked) == 20


def test_licences_go_with_what_is_published(generated):
    text = (generated / "licences.txt").read_text(encoding="utf-8")
    wanted = json.loads((bundler.ROOT / "package.json").read_text())["dependencies"]
    for name, version in wanted.items():
        assert f"\n{name} {version}: M" in text  # MIT or MPL-2.0
    assert "names 0.3.0 (https://github.com/treyhunner/names)" in text
    assert "are public domain (derived from 1990 Census data)" in text
    assert text.count("Permission is hereby granted") >= len(wanted) - 1  # MPL is not spelt out
