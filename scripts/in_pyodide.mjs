// Runs Python in a fresh Pyodide under Node, for scripts/in_pyodide.py. A task comes as JSON from
// standard input.
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { guardStack } from "../docs/assets/js/worker/stack.js";

/**
 * @typedef {object} Task
 * @property {object} options    for loadPyodide
 * @property {Record<string, string>} mounts  host folders, by their path inside
 * @property {Record<string, string>} files   texts, by their path inside
 * @property {{file?: string, text?: string}[]} programs  each with a namespace of its own
 * @property {object} names  what these have from the start
 * @property {boolean} guarded  whether its stack is guarded as in a page
 */

/** @type {Task} */
const { options, mounts, files, programs, names, guarded } = JSON.parse(readFileSync(0, "utf8"));
try {
  const pyodide = await loadPyodide({ createPyodideModule, ...options });
  if (guarded) guardStack(pyodide);
  for (const [inside, root] of Object.entries(mounts)) {
    pyodide.FS.mkdirTree(inside);
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, inside);
  }
  for (const [path, text] of Object.entries(files)) {
    pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")) || "/");
    pyodide.FS.writeFile(path, text);
  }
  for (const { file, text } of programs) {
    pyodide.runPython(text ?? readFileSync(/** @type {string} */ (file), "utf8"), {
      filename: file ?? "program.py",
      globals: pyodide.toPy({ __name__: "__main__", ...names }),
    });
  }
} catch (error) {
  // The object itself drags half of the runtime's source along.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
process.exit(0);
