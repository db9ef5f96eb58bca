"""Our JavaScript, bundled by esbuild, and KaTeX's style sheet with its fonts."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from scripts.environment import output_of
from scripts.in_pyodide import installed
from scripts.project import ROOT, StepError, shown_path

SOURCES = ROOT / "docs" / "assets" / "js"

# Every chunk lies beside the entry: import.meta.url has the same folder in all of them.
_OPTIONS = (
    *("--bundle", "--minify", "--target=es2022", "--log-level=warning"),
    *("--legal-comments=none", "--loader:.html=text"),
)
_PAGE = ("--format=esm", "--splitting", "--entry-names=[name]", "--chunk-names=[name]-[hash]")
# A classic script: to start a module from a blob, Chromium asks for blob: in script-src too.
_WORKER = (
    *("--format=iife", "--entry-names=[name]-[hash]"),
    *("--define:import.meta.url=location.href", "--external:node:*", "--external:ws"),
)

# What a start of Python does not need, or not from the list.
_NOT_BOOT = ("pyodide.asm.wasm", "stdlib-rest.bin")


def bundle_javascript(out: Path, runtime: Path, sources: Path = SOURCES) -> None:
    """Put playground.js, its lazily loaded chunks and the worker into `out`.

    The worker is told by the string BOOT_FILES, a JSON list, which files of the runtime it needs
    for a start besides the interpreter. The page is told by PYTHON_FILES, a JSON object, what the
    worker may get: name -> path relative to import.meta.url, size in bytes, SHA-256 as digest.
    """
    files = {file.name: file for file in sorted(runtime.iterdir())}
    boot = [name for name in files if name not in _NOT_BOOT]
    constants = {"BOOT_FILES": json.dumps(boot)}
    files["worker.js"] = _esbuild(sources / "worker.js", out, constants, *_WORKER)
    listed = {name: _described(file, out.resolve()) for name, file in files.items()}
    constants = {"PYTHON_FILES": json.dumps(listed)}
    _esbuild(sources / "playground.js", out, constants, *_PAGE)


def _described(file: Path, out: Path) -> dict[str, str | int]:
    content = file.read_bytes()
    return {
        "path": file.resolve().relative_to(out).as_posix(),
        "size": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
    }


def _esbuild(source: Path, out: Path, constants: dict[str, str], *options: str) -> Path:
    """Bundle one entry point; return the file that it became."""
    if not source.is_file():
        raise StepError(f"{shown_path(source)} is missing.")
    # The program itself: the script in esbuild/bin drowns its messages in those of Node.
    program = installed("@esbuild/*/esbuild.exe" if os.name == "nt" else "@esbuild/*/bin/esbuild")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        output_of(
            [
                *(program, source, f"--outdir={out}", f"--metafile={report}"),
                *(f"--define:{name}={json.dumps(text)}" for name, text in constants.items()),
                *(*_OPTIONS, *options),
            ],
            f"esbuild ({shown_path(source)})",
        )
        outputs: dict[str, dict[str, str]] = json.loads(report.read_text(encoding="utf-8"))[
            "outputs"
        ]
    (entry,) = [
        path
        for path, made in outputs.items()
        if (ROOT / made.get("entryPoint", "")).resolve() == source.resolve()
    ]
    return (ROOT / entry).resolve()


def copy_katex(out: Path) -> None:
    """Put katex.min.css and the fonts that today's browsers take from it into out/katex."""
    katex = installed("katex/dist")
    css = (katex / "katex.min.css").read_text(encoding="utf-8")
    # Each font is offered as woff2, woff and ttf; a browser takes the first one it knows.
    css, count = re.subn(r',url\(fonts/[\w-]+\.(woff|ttf)\) format\("\w+"\)', "", css)
    fonts = sorted((katex / "fonts").glob("*.woff2"))
    if count != 2 * len(fonts):
        raise StepError(f"KaTeX's css names {count} older fonts, not {2 * len(fonts)}.")
    target = out / "katex" / "fonts"
    target.mkdir(parents=True)
    (out / "katex" / "katex.min.css").write_text(css, encoding="utf-8")
    for font in fonts:
        shutil.copyfile(font, target / font.name)
