/**
 * The part of the standard library that is not there from the start, see
 * scripts/bundling/inside/late_stdlib.py. Python cannot wait for a message while it runs, so what a
 * program says that it will import is fetched before it runs. Where it did not say so, as by
 * `import_module(name)`, its run ends at that import and begins anew when the part is there.
 */

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { Want } from "./boot.js"
 */

const REST = "stdlib-rest.bin";

export class LateStdlib {
  /** A run has met what is not there: nothing that it says now counts. */
  missed = false;
  /** @type {Blob | null} */ #rest = null;
  #failure = "";

  /**
   * @param {Want} want
   * @param {() => void} onMiss told at once
   */
  constructor(want, onMiss) {
    this.want = want;
    this.onMiss = onMiss;
  }

  /** What late_stdlib.py asks, while Python runs: the bytes; or else null, and the run is to end. */
  read = () => {
    if (this.#rest) return new Uint8Array(new FileReaderSync().readAsArrayBuffer(this.#rest));
    if (this.#failure) throw new Error(this.#failure);
    this.missed = true;
    this.onMiss();
    return null;
  };

  /** @param {Blob} rest */
  bring(rest) {
    this.#rest = rest;
  }

  /**
   * Whether these sources import what is not there.
   * @param {PyodideAPI} pyodide
   * @param {string[]} sources
   */
  concerns(pyodide, sources) {
    if (this.#rest) return false;
    const list = pyodide.toPy(sources);
    try {
      return pyodide.pyimport("sitecustomize").concerns(list);
    } finally {
      list.destroy();
    }
  }

  /** Fetch it. If that fails, imports will say so. */
  async fetch() {
    this.#failure = "";
    try {
      this.bring(/** @type {Blob} */ (await this.want(REST)));
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
  }
}
