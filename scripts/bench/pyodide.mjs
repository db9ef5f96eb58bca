// Runs a Python program inside Pyodide under Node, for scripts/bench/hosts.py: reads
// {"files": {path: text}, "program": text} from standard input, prints the program's value.
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const { files, program } = JSON.parse(readFileSync(0, "utf8"));
const pyodide = await loadPyodide();
for (const [path, text] of Object.entries(files)) {
  pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  pyodide.FS.writeFile(path, text);
}
console.log(pyodide.runPython(program));
