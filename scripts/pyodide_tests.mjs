// The tests of the engine and of every snippet inside Pyodide, under Node:
//   node scripts/pyodide_tests.mjs [pytest arguments]
// Pyodide, its standard library and the engine are those of docs/assets/generated, byte for byte
// what a page loads; the tests, and what they need besides, come from the repository.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PATHS = ["tests/engine", "tests/snippets", "docs"];
// Fewer tests than this, or none of one path, mean that the collection is broken.
const MINIMUM = 150;

/** The only file or folder that fits. @param {string} pattern */
function theOne(pattern) {
  const found = globSync(pattern, { cwd: ROOT });
  if (found.length === 1) return join(ROOT, found[0], "/");
  console.error(`${pattern}: ${found.length} found, not 1. Try: python3 scripts/dev.py test pyodide`);
  process.exit(2);
}

const PROGRAM = `
import os, sys

os.chdir("/repo")
sys.path.append("/site")
try:
    import pytest
except ImportError as error:
    raise SystemExit(f"{error}. The packages in .cache are damaged: delete .cache, then try again")

class Counts:
    def __init__(self):
        self.passed = dict.fromkeys(paths, 0)

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            for path in self.passed:
                self.passed[path] += report.nodeid.startswith(path + "/")

counts = Counts()
code = int(pytest.main(["--capture=sys", *(arguments or paths)], plugins=[counts]))
if not code and not arguments:
    passed = sum(counts.passed.values())
    if passed < minimum or not all(counts.passed.values()):
        print(f"Too few tests passed: {counts.passed}; there must be some of each, {minimum} in all")
        code = 1
if not code:
    print("Pyodide came to its end")  # dev.py looks for it: Python can be ended before
code
`;

const runtime = theOne("docs/assets/generated/runtime-*");
const site = theOne(".cache/pyodide-site-*");
try {
  /** @type {typeof import("pyodide")} */
  const { loadPyodide } = await import(pathToFileURL(join(runtime, "pyodide.mjs")).href);
  const pyodide = await loadPyodide({
    indexURL: runtime,
    stdLibURL: join(runtime, "stdlib-boot.zip"),
    lockFileURL: join(runtime, "pyodide-lock.json"),
    packages: ["deep-learning-engine"],
  });
  /** @type {(root: string, inside: string) => void} */
  const mount = (root, inside) => {
    pyodide.FS.mkdirTree(inside);
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, inside);
  };
  mount(site, "/site");
  // Not engine/, so that it can only be the wheel's; and not the root itself, where a listing
  // inside Pyodide ends early at files of a kind that it does not know, such as sockets.
  for (const folder of ["docs", "scripts", "tests"]) mount(join(ROOT, folder), `/repo/${folder}`);
  for (const file of ["conftest.py", "pyproject.toml"]) {
    pyodide.FS.writeFile(`/repo/${file}`, new Uint8Array(readFileSync(join(ROOT, file))));
  }
  const globals = pyodide.toPy({
    ...{ __name__: "__main__", paths: PATHS, minimum: MINIMUM },
    arguments: process.argv.slice(2),
  });
  process.exit(pyodide.runPython(PROGRAM, { globals, filename: "pyodide_tests.py" }));
} catch (error) {
  // The object itself drags half of the runtime's source along.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
