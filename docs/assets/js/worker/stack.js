/**
 * Where Python ends calls that go too deep: before the browser does, which nothing survives.
 *
 * Python counts what lies in memory (see scripts/bundling/interpreter.py); a worker's own stack is
 * of half a megabyte in Chromium. Of all kinds of recursion that were tried there (tests/engine/
 * runner/test_depth.py), the worst for the browser filled it at 185 kB of Python's.
 */

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { Cell, Frame } from "../messages.js"
 * @typedef {object} Native what Pyodide exports and does not declare
 * @property {() => number} stackSave
 * @property {() => number} _PyThreadState_Get
 * @property {(thread: number, start: number, size: number) => number}
 *   _PyUnstable_ThreadState_SetStackProtection
 */

const SIZE = 160 * 1024; // bytes; Python keeps 16 kB of them for the error itself

/** To be called where nothing else is on the stack. @param {PyodideAPI} pyodide */
export function guardStack(pyodide) {
  const { _module } = /** @type {{_module: Native}} */ (/** @type {unknown} */ (pyodide));
  const thread = _module._PyThreadState_Get();
  const top = _module.stackSave();
  if (_module._PyUnstable_ThreadState_SetStackProtection(thread, top - SIZE, SIZE)) {
    throw new Error("Python does not let its stack be guarded");
  }
}

const MOST_CALLS = 20; // that are shown

/**
 * What Python's last words say of where it was: `File "title.py", line 3 in f`, innermost first.
 * @param {string[]} lines
 * @param {Cell[]} cells
 * @returns {{text: string, frames: Frame[]}} outermost first
 */
export function placesIn(lines, cells) {
  /** @type {Frame[]} */
  const frames = [];
  let text = "";
  for (const line of lines.slice(lines.findLastIndex((said) => said.startsWith("Stack")) + 1)) {
    const [, file = "", number = "1", name = ""] = /^  File "(.*)", line (\d+) in (.*)$/.exec(line) ?? [];
    const cell = cells.find(({ id, title }) => (title || id) === file);
    if (!cell || frames.length === MOST_CALLS) continue;
    const code = cell.source.split("\n")[Number(number) - 1] ?? "";
    const place = { line: Number(number), end_line: Number(number), col: 0, end_col: code.length };
    frames.unshift({ cell: cell.id, ...place });
    text = `  File "${file}", line ${number}, in ${name}\n    ${code.trim()}\n${text}`;
  }
  return { text, frames };
}
