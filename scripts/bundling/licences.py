"""The licences of what we publish, which ask to go with every copy."""

import json
from pathlib import Path

from .node import installed

HEADER = "This site's code contains, in whole or in part, the following works.\n"


def write_licences(out: Path) -> None:
    """Write out/licences.txt: the terms of each npm package that is not only a tool of ours."""
    packages = json.loads(installed(".package-lock.json").read_text("utf-8"))["packages"]
    texts = [HEADER]
    for name in sorted(name for name, entry in packages.items() if not entry.get("dev")):
        folder = installed(name.removeprefix("node_modules/"))
        about = json.loads((folder / "package.json").read_text("utf-8"))
        source = about["repository"]["url"].removeprefix("git+")
        texts.append(f"\n{about['name']} {about['version']}: {about['license']}, {source}\n")
        texts += (path.read_text("utf-8") for path in sorted(folder.glob("LICEN[CS]E*")))
    (out / "licences.txt").write_text("\n".join(texts), encoding="utf-8")
