"""A site with a fault is not built: the command is that of `build` and of these tests alike."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import environment
from scripts.project import ROOT

SETTINGS = """
site_name: A site
nav: [Home: index.md]
hooks: [{root}/scripts/markdown/sources.py]
plugins:
  - mkdocs-jupyter: {{execute: false, include: ["*.ipynb"]}}
markdown_extensions:
  - pymdownx.highlight
  - pymdownx.superfences
  - scripts.markdown.fences: {{docs_dir: {docs}}}
validation:
  omitted_files: warn
  unrecognized_links: warn
"""
HOME = "index.md"


def build(folder: Path, sources: dict[str, str | bytes]) -> tuple[int, str]:
    docs = folder / "docs"
    for name, content in sources.items():
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "mkdocs.yml").write_text(SETTINGS.format(root=ROOT, docs=docs))
    command = [*environment.site_command(folder / "site"), "-f", folder / "mkdocs.yml"]
    answer = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=environment.environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({HOME: "![A plot](gone.png)"}, "gone.png"),
        ({HOME: '<p><img alt="A plot" src="gone.png"></p>'}, "index.md: the image gone.png is"),
        ({HOME: "Text.", "lost.md": "Text."}, "lost.md"),
        ({HOME: "[there](gone.md)"}, "gone.md"),
        ({HOME: "Text.", "a.md": b"\n\ncaf\xe9", "b.md": b"\xff"}, "a.md:3: the byte 0xe9 is not"),
        ({HOME: "Text.", "lab.ipynb": '{\n"cells": [}'}, "lab.ipynb:2: not a notebook: "),
        ({HOME: "Text.", "lab.ipynb": "[]"}, "lab.ipynb:1: not a notebook: "),
    ],
)
def test_a_fault_fails_the_build_by_name(
    tmp_path: Path, sources: dict[str, str | bytes], told: str
) -> None:
    code, answer = build(tmp_path, sources)
    assert code == 1
    assert told in answer
    assert "Traceback" not in answer
    if "b.md" in sources:
        assert "b.md:1: the byte 0xff" in answer


@pytest.mark.skipif(os.name == "nt", reason="links need permission there")
def test_what_editors_leave_and_linked_folders_are_no_fault(tmp_path: Path) -> None:
    docs, elsewhere = tmp_path / "docs", tmp_path / "elsewhere"
    for folder in (docs, elsewhere):
        folder.mkdir()
    (docs / ".#index.md").symlink_to("author@machine.1234:5678")
    (docs / ".index.md.x.update~").write_text("half")
    (elsewhere / "figure.svg").write_text("<svg/>")
    (docs / "linked").symlink_to(elsewhere)
    image = '![A plot](linked/figure.svg) <img alt="A plot" src="linked/figure.svg">'
    code, answer = build(tmp_path, {HOME: f"{image}\n\n```python\nx = 1\n```\n"})
    assert (code, "Traceback" in answer) == (0, False), answer
