"""Inside Pyodide: the engine's wheel with byte code, compiled by pyodide-build.

Reads the one /job/*.whl, writes /job/compiled/<name with this interpreter's tag>.whl. pyodide-build
puts each .pyc in the place of its .py. Here the sources stay, and the byte code goes where Python
keeps it beside sources: tracebacks and inspect can show the engine's lines to the reader.
"""

import base64
import hashlib
import os
import re
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

sys.path.append("/site")
os.environ["SOURCE_DATE_EPOCH"] = "315532800"  # no times in .pyc files

from pyodide_build._py_compile import _py_compile_archive

(pure,) = Path("/job").glob("*.whl")
work = Path("/tmp/wheel")
work.mkdir()
(work / pure.name).write_bytes(pure.read_bytes())
compiled = _py_compile_archive(work / pure.name, verbose=False)
assert compiled is not None
interpreter_tag = compiled.name.split("-")[2]


def unchecked(pyc: bytes) -> bytes:
    """A hash-based .pyc that is trusted as it is (PEP 552): nothing edits these sources."""
    return pyc[:4] + (1).to_bytes(4, "little") + pyc[8:]


files: dict[str, bytes] = {}
for archive in (zipfile.ZipFile(pure), zipfile.ZipFile(compiled)):
    for name in archive.namelist():
        data = archive.read(name)
        if name.endswith(".pyc"):
            name, data = cache_from_source(name.removesuffix("c")), unchecked(data)
        elif name.endswith("/WHEEL"):
            data = re.sub(rb"(?m)^Tag: py3-", b"Tag: %s-" % interpreter_tag.encode(), data)
        elif name.endswith("/METADATA"):
            data = data.partition(b"\n\n")[0] + b"\n"  # without the README, which changes often
        files[name] = data


def record() -> bytes:
    """The RECORD of the wheel: every file with its hash and length, itself without."""
    lines = []
    for name, data in sorted(files.items()):
        checksum = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={checksum},{len(data)}\n")
    return "".join([*lines, f"{record_name},,\n"]).encode()


(record_name,) = [name for name in files if name.endswith(".dist-info/RECORD")]
del files[record_name]
files[record_name] = record()
with zipfile.ZipFile(work / "out.whl", "w") as out:
    for name, data in sorted(files.items()):
        out.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)
Path("/job/compiled").mkdir()
Path("/job/compiled", compiled.name).write_bytes((work / "out.whl").read_bytes())
