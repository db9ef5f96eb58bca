/** Starts Python: from an image of an earlier start, or else step by step. */

import { downloading } from "./downloads.js";
import { pack, unpack } from "./image.js";

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { Kept, Progress } from "../messages.js"
 * @import { Tools } from "./downloads.js"
 * @import { File } from "./image.js"
 * @typedef {PyodideAPI["FS"]} FileSystem
 * @typedef {PyodideAPI & {_api: {sitePackages: string}}} Private what Pyodide does not declare
 */

const RUNTIME = new URL(RUNTIME_PATH, import.meta.url).href;
const ENGINE = "deep-learning-engine";
const OPTIONS = {
  indexURL: RUNTIME,
  lockFileURL: `${RUNTIME}pyodide-lock.json`,
  stdLibURL: `${RUNTIME}stdlib-boot.zip`,
};

// What was random when the image was made shall not be the same in every visit.
const RESEED = `
import sys
if "random" in sys.modules:
    sys.modules["random"].seed()
`;

/**
 * @param {Kept} kept from an earlier start
 * @param {(progress: Progress) => void} report
 * @returns {Promise<{pyodide: PyodideAPI, kept: Kept}>}
 */
export async function boot(kept, report) {
  const { image } = kept;
  if (image) {
    try {
      return await downloading(kept.module, () => {}, (tools) => restore(image, tools));
    } catch (error) {
      console.warn("Python could not be started from its image, and is started anew:", error);
    }
  }
  return downloading(kept.module, report, start);
}

/** @param {Tools} tools */
async function start(tools) {
  const load = await loader(tools);
  // Pyodide's snapshots are private: without them, or if they fail, starts are plain starts.
  const pyodide = await load({ ...OPTIONS, packages: [ENGINE], _makeSnapshot: true });
  pyodide.pyimport("engine.runner").destroy();
  /** @type {Kept} */
  const kept = { module: tools.module };
  try {
    const { _api } = /** @type {Private} */ (pyodide);
    kept.image = pack(takeMemory(pyodide), installedFiles(pyodide.FS, _api.sitePackages));
  } catch (error) {
    console.warn("The next start of Python will not be faster:", error);
  }
  // To be able to make an image, Pyodide has put a proxy there, which not all properties bear.
  pyodide.registerJsModule("js", globalThis);
  return { pyodide, kept };
}

/**
 * @param {Uint8Array<ArrayBuffer>} image
 * @param {Tools} tools
 */
async function restore(image, tools) {
  const load = await loader(tools);
  const { memory, files } = unpack(image);
  const pyodide = await load({
    ...OPTIONS,
    _loadSnapshot: memory,
    fsInit: (FS) => writeFiles(FS, files),
  });
  pyodide.runPython(RESEED);
  return { pyodide, kept: { image, module: tools.module } };
}

/**
 * Loads Pyodide's two modules, which are needed one after the other, at the same time.
 * @param {Tools} tools
 */
async function loader({ importFile }) {
  const program = importFile(`${RUNTIME}pyodide.asm.mjs`);
  program.catch(() => {}); // it is awaited below, if the other comes at all
  const main = importFile(`${RUNTIME}pyodide.mjs`);
  const { loadPyodide } = /** @type {typeof import("pyodide")} */ (await main);
  await program;
  return loadPyodide;
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
