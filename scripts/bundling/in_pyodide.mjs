// Runs Python scripts in a fresh Pyodide: node in_pyodide.mjs '{"scripts": [...], "options":
// {...}, "mounts": {"/inside": "host folder"}}'. Used by pyodide.py.
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const { scripts, options, mounts } = JSON.parse(process.argv[2]);
try {
  const pyodide = await loadPyodide(options);
  for (const [inside, root] of Object.entries(mounts)) {
    pyodide.FS.mkdirTree(inside);
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, inside);
  }
  for (const filename of scripts) {
    // A namespace for each, as if each were a program of its own.
    const globals = pyodide.toPy({ __name__: "__main__" });
    pyodide.runPython(readFileSync(filename, "utf8"), { filename, globals });
  }
} catch (error) {
  // The object itself drags half of the runtime's source along.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
process.exit(0);
