/**
 * Starts Python: from an image of an earlier start, or else step by step. Nothing is downloaded
 * here, for nothing can be: the page gives each file that is asked for.
 */

import { loadPyodide } from "pyodide";
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { pack, unpack } from "./image.js";

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { Kept } from "../messages.js"
 * @import { File } from "./image.js"
 * @typedef {PyodideAPI["FS"]} FileSystem
 * @typedef {PyodideAPI & {_api: {sitePackages: string}}} Private what Pyodide does not declare
 *
 * @typedef {(name: string) => Promise<Uint8Array<ArrayBuffer> | Blob>} Want asks the page for a file
 * @typedef {Map<string, Uint8Array<ArrayBuffer>>} Files by name
 */

const PROGRAM = "pyodide.asm.wasm";
const LOCK = "pyodide-lock.json";
const STDLIB = "stdlib-boot.zip";
/** @type {string[]} those two, and the engine's wheel */
const FILES = JSON.parse(BOOT_FILES);
const ENGINE = "deep-learning-engine";
const FOLDER = "https://python.invalid/"; // where Pyodide believes its files to be

// What was random when the image was made shall not be the same in every visit; and Pyodide puts the
// working folder before the modules' places once more.
const WAKE = `
import sys
if "random" in sys.modules:
    sys.modules["random"].seed()
sys.path[:] = dict.fromkeys(sys.path)
`;

/**
 * @param {Kept} kept from an earlier start
 * @param {Want} want
 * @param {object} options further ones for Pyodide
 * @returns {Promise<{pyodide: PyodideAPI, kept: Kept}>}
 */
export async function boot({ image, module }, want, options) {
  const get = async (/** @type {string} */ name) =>
    /** @type {Uint8Array<ArrayBuffer>} */ (await want(name));
  const compile = async () => module ?? WebAssembly.compile(await get(PROGRAM));
  if (image) {
    const compiled = await compile();
    try {
      return await restore(image, compiled, options);
    } catch (error) {
      console.warn("Python could not be started from its image, and is started anew:", error);
      return boot({ module: compiled }, want, options);
    }
  }
  const files = FILES.map(async (name) => /** @type {const} */ ([name, await get(name)]));
  const [compiled, ...came] = await Promise.all([compile(), ...files]);
  return start(new Map(came), compiled, options);
}

/**
 * @param {Files} files
 * @param {WebAssembly.Module} module
 * @param {object} options
 */
async function start(files, module, options) {
  // Pyodide's snapshots are private: without them, or if they fail, starts are plain starts.
  const further = { packages: [ENGINE], _makeSnapshot: true };
  const pyodide = await load(files, module, { ...options, ...further });
  pyodide.pyimport("engine.runner.page").destroy();
  /** @type {Kept} */
  const kept = { module };
  try {
    const { _api } = /** @type {Private} */ (pyodide);
    kept.image = pack(takeMemory(pyodide), [
      ...[...files].filter(([name]) => name === LOCK || name === STDLIB),
      ...installedFiles(pyodide.FS, _api.sitePackages),
    ]);
  } catch (error) {
    console.warn("The next start of Python will not be faster:", error);
  }
  // To be able to make an image, Pyodide has put a proxy there, which not all properties bear.
  pyodide.registerJsModule("js", globalThis);
  return { pyodide, kept };
}

/**
 * @param {Uint8Array<ArrayBuffer>} image
 * @param {WebAssembly.Module} module
 * @param {object} options
 */
async function restore(image, module, options) {
  const { memory, files } = unpack(image);
  const own = /** @type {[string, Uint8Array<ArrayBuffer>][]} */ (files); // parts of the image
  const installed = files.filter(([path]) => path.startsWith("/"));
  const further = {
    _loadSnapshot: memory,
    fsInit: (/** @type {FileSystem} */ FS) => writeFiles(FS, installed),
  };
  const pyodide = await load(new Map(own), module, { ...options, ...further });
  pyodide.runPython(WAKE);
  return { pyodide, kept: { image, module } };
}

/**
 * Pyodide fetches its files; here it gets those that came.
 * @param {Files} files
 * @param {WebAssembly.Module} module
 * @param {object} options
 */
async function load(files, module, options) {
  const { fetch } = self;
  const { instantiateStreaming } = WebAssembly;
  self.fetch = async (address) => new Response(files.get(String(address).split("/").at(-1) ?? ""));
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    return { instance: await WebAssembly.instantiate(module, imports), module };
  };
  try {
    return await loadPyodide({
      indexURL: FOLDER,
      packageBaseUrl: FOLDER,
      stdLibURL: FOLDER + STDLIB,
      lockFileContents: JSON.parse(new TextDecoder().decode(files.get(LOCK))),
      createPyodideModule,
      ...options,
    });
  } finally {
    self.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}

/** @param {PyodideAPI} pyodide */
function takeMemory(pyodide) {
  // It must look as if nothing was loaded, which a restored Python has no record of.
  delete pyodide.loadedPackages[ENGINE];
  return pyodide.makeMemorySnapshot();
}

/**
 * @param {FileSystem} FS
 * @param {string} folder
 * @returns {File[]}
 */
function installedFiles(FS, folder) {
  return FS.readdir(folder)
    .filter((/** @type {string} */ name) => name !== "." && name !== "..")
    .flatMap((/** @type {string} */ name) => {
      const path = `${folder}/${name}`;
      if (FS.isDir(FS.stat(path).mode)) return installedFiles(FS, path);
      return [[path, FS.readFile(path)]];
    });
}

/**
 * @param {FileSystem} FS
 * @param {File[]} files
 */
async function writeFiles(FS, files) {
  for (const [path, content] of files) {
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, content);
  }
}
