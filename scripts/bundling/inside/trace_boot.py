"""Inside Pyodide, just booted as the page boots it: which files of the standard library that took.

Writes /job/boot.json, the names in the archive of what a boot, the engine, a run of every kind of
cell, and the usual imports of a first program have loaded. The rest can come later.
"""

import json
import pkgutil
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import engine
from engine.runner import Cell, Session

ARCHIVE = "/lib/python{}{}.zip/".format(*sys.version_info)
USUAL = (
    *("collections", "copy", "dataclasses", "functools", "itertools", "json", "math", "operator"),
    *("random", "re", "statistics", "string", "textwrap", "time", "timeit", "tracemalloc"),
    *("typing", "weakref"),
)
CELLS = (
    "print(1 + 1)",  # output
    "{'a': [1.5]}",  # an echo
    "def f(x):\n    return x / 0\n\nf(1)",  # a traceback
    "prnt(1)",  # a name error, which looks for a name that is meant
    "x = = 1",  # a syntax error
)

for name in USUAL:
    import_module(name)

for module in pkgutil.walk_packages(engine.__path__, "engine."):
    with suppress(ModuleNotFoundError):  # a module for another host needs what is not here
        import_module(module.name)
for number, source in enumerate(CELLS):
    Session(lambda event: None).run([Cell(id=f"cell-{number}", title="cell.py", source=source)])

origins = [
    str(spec.origin)  # "frozen" for those that the interpreter itself holds
    for spec in [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    if spec
]
boot = sorted({o.removeprefix(ARCHIVE) for o in origins if o.startswith(ARCHIVE)})
Path("/job/boot.json").write_text(json.dumps(boot))
