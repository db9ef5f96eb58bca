"""The licences of what we publish, which ask to go with every copy."""

import json
from pathlib import Path

from scripts.in_pyodide import installed
from scripts.project import ROOT

HEADER = "This site's code contains, in whole or in part, the following works.\n"


def write_licences(out: Path) -> None:
    """Write out/licences.txt: the terms of each npm package that is not only a tool of ours, and
    where the engine's data comes from."""
    packages = json.loads(installed(".package-lock.json").read_text("utf-8"))["packages"]
    texts = [HEADER]
    for name in sorted(name for name, entry in packages.items() if not entry.get("dev")):
        folder = installed(name.removeprefix("node_modules/"))
        about = json.loads((folder / "package.json").read_text("utf-8"))
        source = about["repository"]["url"].removeprefix("git+")
        texts.append(f"\n{about['name']} {about['version']}: {about['license']}, {source}\n")
        texts += (path.read_text("utf-8") for path in sorted(folder.glob("LICEN[CS]E*")))
    data = (ROOT / "engine" / "names.txt").read_text("ascii").splitlines()
    texts += ["\nThe engine's names:", *(line[2:] for line in data if line.startswith("# ")), ""]
    (out / "licences.txt").write_text("\n".join(texts), encoding="utf-8")
