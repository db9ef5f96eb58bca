/** What scripts/bundling/javascript.py writes into the bundles in place of these names. */

/** JSON, for the page: what the worker may get; name -> {path, size, digest}, see sandbox/files.js. */
declare const PYTHON_FILES: string;

/** JSON, for the worker: the names of what a start needs besides the interpreter. */
declare const BOOT_FILES: string;

/** A page, as text. */
declare module "*.html" {
  const text: string;
  export default text;
}

/** What makes Pyodide's interpreter, of which its types say nothing. */
declare module "pyodide/pyodide.asm.mjs" {
  const createPyodideModule: NonNullable<
    NonNullable<Parameters<typeof import("pyodide").loadPyodide>[0]>["createPyodideModule"]
  >;
  export default createPyodideModule;
}
