/** Starts Python: from an image of an earlier start, or else step by step. */

/* global RUNTIME_PATH */

import { downloading } from "./downloads.js";
import { pack, unpack } from "./image.js";

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
 * @typedef {object} Kept what makes the next start fast
 * @property {Uint8Array} [image]           of Python after a start, see image.js
 * @property {WebAssembly.Module} [module]  the interpreter, compiled
 */

/**
 * @param {Kept} kept from an earlier start
 * @param {(progress: {loaded: number, total: number}) => void} report
 * @returns {Promise<{pyodide: object, kept: Kept}>}
 */
export async function boot(kept, report) {
  if (kept.image) {
    try {
      return await downloading(kept.module, () => {}, (tools) => restore(kept.image, tools));
    } catch (error) {
      console.warn("Python could not be started from its image, and is started anew:", error);
    }
  }
  return downloading(kept.module, report, start);
}

async function start(tools) {
  const load = await loader(tools);
  // Pyodide's snapshots are private: without them, or if they fail, starts are plain starts.
  const pyodide = await load({ ...OPTIONS, packages: [ENGINE], _makeSnapshot: true });
  pyodide.pyimport("engine.runner").destroy();
  const kept = { module: tools.module };
  try {
    kept.image = pack(takeMemory(pyodide), installedFiles(pyodide.FS, pyodide._api.sitePackages));
  } catch (error) {
    console.warn("The next start of Python will not be faster:", error);
  }
  // To be able to make an image, Pyodide has put a proxy there, which not all properties bear.
  pyodide.registerJsModule("js", globalThis);
  return { pyodide, kept };
}

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

/** Loads Pyodide's two modules, which are needed one after the other, at the same time. */
async function loader({ importFile }) {
  const program = importFile(`${RUNTIME}pyodide.asm.mjs`);
  program.catch(() => {}); // it is awaited below, if the other comes at all
  const { loadPyodide } = await importFile(`${RUNTIME}pyodide.mjs`);
  await program;
  return loadPyodide;
}

function takeMemory(pyodide) {
  // It must look as if nothing was loaded, which a restored Python has no record of.
  delete pyodide.loadedPackages[ENGINE];
  return pyodide.makeMemorySnapshot();
}

function installedFiles(FS, folder) {
  return FS.readdir(folder)
    .filter((name) => name !== "." && name !== "..")
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      if (FS.isDir(FS.stat(path).mode)) return installedFiles(FS, path);
      return [[path, FS.readFile(path)]];
    });
}

async function writeFiles(FS, files) {
  for (const [path, content] of files) {
    FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
    FS.writeFile(path, content);
  }
}
