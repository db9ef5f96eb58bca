"""Inside Pyodide: /job/stdlib.zip as what a boot needs and what can come later.

stdlib-boot.zip is an ordinary archive: the files listed in /job/boot.json, and late_stdlib.py.
stdlib-rest.bin is the continuation of it: written over the archive's directory, at its end, it
makes the archive of everything (late_stdlib.py does that). Compressed by Pyodide's own zlib, so
the bytes do not depend on the machine.
"""

import io
import json
import marshal
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

job = Path("/job")
everything = zipfile.ZipFile(job / "stdlib.zip")
boot = json.loads((job / "boot.json").read_text())
rest = sorted(set(everything.namelist()) - set(boot))


def module_name(file: str) -> str:
    return file.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".")


def hook() -> bytes:
    """Byte code of sitecustomize: late_stdlib.py, put to work for the modules of the rest."""
    modules = sorted(module_name(file) for file in rest if file.endswith(".pyc"))
    source = (job / "late_stdlib.py").read_text()
    source += f"\n\nsys.meta_path.append(LateStdlib(frozenset({modules!r})))\n"
    code = compile(source, "sitecustomize.py", "exec", dont_inherit=True)
    unchecked = (1).to_bytes(4, "little") + bytes(8)  # PEP 552: do not look for a source
    return MAGIC_NUMBER + unchecked + marshal.dumps(code)


def archive(files: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name, data in [
            ("sitecustomize.pyc", hook()),
            *((f, everything.read(f)) for f in files),
        ]:
            # Deflated rather than stored: hosts compress by media type, and not .zip; inflating
            # costs a boot some 60 ms, storing would cost it 2 MB of transfer.
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


first, whole = archive(boot), archive([*boot, *rest])
cut = int.from_bytes(first[-6:-2], "little")  # offset of the directory, which ends the archive
assert first[:cut] == whole[:cut]
(job / "stdlib-boot.zip").write_bytes(first)
(job / "stdlib-rest.bin").write_bytes(whole[cut:])
