"""Run by test_bundle.py inside Pyodide: imports the modules of Pyodide's standard library, each by
itself, and writes to /job/imports.json what became of each: "" or the error."""

import io
import json
import sys
import zipfile
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


def outcome(name: str) -> str:
    try:
        if name.endswith("__main__"):  # importing it would run a program
            spec = find_spec(name)
            assert spec is not None
            assert spec.loader.get_code(name) is not None
        else:
            with redirect_stdout(io.StringIO()):  # `this` prints
                import_module(name)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return ""


files = zipfile.ZipFile("/job/python_stdlib.zip").namelist()
names = [file.removesuffix(".py").removesuffix("/__init__") for file in files if file[-3:] == ".py"]
# As in a browser that shows nothing: antigravity opens a page.
sys.modules["webbrowser"] = type(sys)("webbrowser")
sys.modules["webbrowser"].open = lambda *_: None
imports = {name: outcome(name.replace("/", ".")) for name in sorted(names)}
del sys.modules["webbrowser"]
imports["webbrowser"] = outcome("webbrowser")
Path("/job/imports.json").write_text(json.dumps(imports))
