/**
 * Where Python ends calls that go too deep: before the browser does, which nothing survives.
 *
 * Python counts what lies in memory (see scripts/bundling/interpreter.py); a worker's own stack is
 * of half a megabyte in Chromium. Of all kinds of recursion that were tried there (tests/engine/
 * runner/test_depth.py), the worst for the browser filled it at 185 kB of Python's.
 */

/**
 * @import { PyodideAPI } from "pyodide"
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
