"""The runtime folder: Pyodide, the standard library and the engine, as the worker loads them."""

import hashlib
import json
import shutil
import sys
import tomllib
from pathlib import Path

import pyodide_lock

from scripts.environment import output_of
from scripts.in_pyodide import stock
from scripts.project import CACHE, ROOT, digest

from . import interpreter
from .interpreter import with_counted_calls
from .pyodide import run_inside, site_packages, stock_info
from .stage import stage

PROGRAM = "pyodide.asm.wasm"  # its JavaScript is part of the worker's
LOCK = "pyodide-lock.json"

_INSIDE = Path(__file__).parent / "inside"
_ENGINE_INPUTS: list[Path | str] = [
    ROOT / name for name in ("engine", "pyproject.toml", "LICENSE", "requirements.txt")
]


def make_runtime(out: Path, cache: Path = CACHE) -> Path:
    """Make out/runtime-<hash of its content>, and return it."""
    stdlib = _compiled_stdlib(cache)
    engine = _engine(cache, stdlib)
    split = _split_stdlib(cache, stdlib, engine / "boot.json")
    files = [
        _program(cache) / PROGRAM,
        *(split / name for name in ("stdlib-boot.zip", "stdlib-rest.bin")),
        *(path for path in engine.iterdir() if path.name != "boot.json"),
    ]
    files.sort(key=lambda file: file.name)
    runtime = out / f"runtime-{digest(files)}"
    runtime.mkdir()
    for file in files:
        shutil.copyfile(file, runtime / file.name)
    return runtime


def _program(cache: Path) -> Path:
    """Folder with the interpreter."""

    def make(job: Path) -> None:
        (job / PROGRAM).write_bytes(with_counted_calls(stock(PROGRAM).read_bytes()))

    inputs = [Path(interpreter.__file__), stock(PROGRAM)]
    return stage("Interpreter, with counted calls", cache, "interpreter", inputs, make)


def _compiled_stdlib(cache: Path) -> Path:
    """Folder with stdlib.zip: the standard library as byte code."""

    def make(job: Path) -> None:
        shutil.copyfile(stock("python_stdlib.zip"), job / "stock.zip")
        run_inside(job, [script], {})
        (job / "stock.zip").unlink()

    script = _INSIDE / "compile_stdlib.py"
    inputs = [script, stock("python_stdlib.zip"), stock("pyodide.asm.wasm")]
    return stage("Standard library, byte-compiled", cache, "stdlib", inputs, make)


def _engine(cache: Path, stdlib: Path) -> Path:
    """Folder with the engine's byte-compiled wheel, the lock file for it, and boot.json."""
    scripts = [_INSIDE / "trace_boot.py", _INSIDE / "compile_engine.py"]
    site = site_packages()

    def make(job: Path) -> None:
        output_of(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", job, ROOT],
            "Building the engine's wheel",
        )
        (pure,) = job.glob("*.whl")
        package = _write_lock(job, pure)
        options = {
            "stdLibURL": str(stdlib / "stdlib.zip"),
            "lockFileURL": str(job / LOCK),
            "packages": [package],
        }
        run_inside(job, scripts, options, {"/site": site})
        pure.unlink()
        (compiled,) = (job / "compiled").iterdir()
        wheel = compiled.rename(job / compiled.name)
        (job / "compiled").rmdir()
        _write_lock(job, wheel)

    inputs: list[Path | str] = [*_ENGINE_INPUTS, *scripts, Path(__file__), stdlib.name, site.name]
    return stage("Engine wheel, byte-compiled", cache, "engine", inputs, make)


def _write_lock(folder: Path, wheel: Path) -> str:
    """Write the lock file that offers `wheel` and nothing else; return the package's name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = stock_info()
    package = pyodide_lock.PackageSpec(
        name=project["name"],
        version=project["version"],
        file_name=wheel.name,
        install_dir="site",
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        imports=["engine"],
    )
    lock = pyodide_lock.PyodideLockSpec(
        info=pyodide_lock.InfoSpec(
            platform=info["platform"],
            python=info["python"],
            abi_version=info["abi_version"],
            version=json.loads(stock("package.json").read_text(encoding="utf-8"))["version"],
        ),
        packages={package.name: package},
    )
    lock.check_wheel_filenames()
    lock.to_json(folder / LOCK)
    return package.name


def _split_stdlib(cache: Path, stdlib: Path, boot: Path) -> Path:
    """Folder with stdlib-boot.zip and stdlib-rest.bin."""
    scripts = [_INSIDE / "split_stdlib.py", _INSIDE / "late_stdlib.py"]

    def make(job: Path) -> None:
        copies = [stdlib / "stdlib.zip", boot, scripts[1]]
        for path in copies:
            shutil.copyfile(path, job / path.name)
        run_inside(job, scripts[:1], {"stdLibURL": str(stdlib / "stdlib.zip")})
        for path in copies:
            (job / path.name).unlink()

    inputs: list[Path | str] = [*scripts, boot, stdlib.name]
    return stage("Standard library, in two parts", cache, "split-stdlib", inputs, make)
