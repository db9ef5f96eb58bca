"""Inside Pyodide: the standard library's sources (/job/stock.zip) as byte code (/job/stdlib.zip).

Unchecked-hash .pyc files (PEP 552) hold no time, so the same sources give the same bytes. Files
that are not Python are kept. Nothing is compressed here: this archive never travels.
"""

import sys
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode, compile

# Where Pyodide puts the archive: tracebacks name the same files as with Pyodide's own archive.
ARCHIVE = "/lib/python{}{}.zip".format(*sys.version_info)

source, code = Path("/tmp/module.py"), Path("/tmp/module.pyc")
stock = zipfile.ZipFile("/job/stock.zip")
with zipfile.ZipFile("/tmp/stdlib.zip", "w") as out:
    for name in sorted(stock.namelist()):
        if name.endswith("/"):
            continue
        data = stock.read(name)
        if name.endswith(".py"):
            source.write_bytes(data)
            compile(
                str(source),
                cfile=str(code),
                dfile=f"{ARCHIVE}/{name}",
                doraise=True,
                invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
            )
            name, data = name + "c", code.read_bytes()
        out.writestr(zipfile.ZipInfo(name), data)
# In one piece: zipfile seeks back and forth, which is slow through the mounted folder.
Path("/job/stdlib.zip").write_bytes(Path("/tmp/stdlib.zip").read_bytes())
