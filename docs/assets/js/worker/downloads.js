/** Watches what Python downloads: how much has come, what has failed, and how long it held up. */

/* global RUNTIME_BYTES */

const INTERVAL = 100; // ms between reports of progress
const SIZES = JSON.parse(RUNTIME_BYTES);
const LATE = "stdlib-rest.bin"; // comes later, if at all
const PROGRAM = "pyodide.asm.wasm";

/**
 * @typedef {object} Tools
 * @property {WebAssembly.Module} [module] the interpreter, once it is there
 * @property {(url: string) => Promise<object>} importFile imports a module of the runtime
 */

/**
 * Do what downloads, and count the bytes that are fetched meanwhile. Pyodide goes on waiting for
 * some files that have not come and for a program that cannot be used; here these fail.
 *
 * @template T
 * @param {WebAssembly.Module | undefined} compiled the interpreter, if that need not be fetched
 * @param {(progress: {loaded: number, total: number}) => void} report
 * @param {(tools: Tools) => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function downloading(compiled, report, action) {
  const { fetch: fetchFile } = self;
  const { instantiateStreaming } = WebAssembly;
  const count = counter(report);
  const tools = {
    module: compiled,
    importFile: async (url) => {
      const module = await import(url);
      count(SIZES[url.split("/").at(-1)]);
      return module;
    },
  };
  try {
    return await new Promise((resolve, reject) => {
      const orFail = async (promise) => {
        try {
          return await promise;
        } catch (error) {
          reject(error);
          throw error;
        }
      };
      self.fetch = (input, options) => {
        if (compiled && String(input).endsWith(PROGRAM)) return Promise.resolve(new Response());
        return orFail(fetchCounted(fetchFile, input, options, count, reject));
      };
      WebAssembly.instantiateStreaming = async (source, imports) => {
        if (compiled) {
          const instance = await orFail(WebAssembly.instantiate(compiled, imports));
          return { instance, module: compiled };
        }
        const result = await orFail(instantiateStreaming(source, imports));
        tools.module = result.module;
        return result;
      };
      action(tools).then(resolve, reject);
    });
  } finally {
    self.fetch = fetchFile;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}

async function fetchCounted(fetchFile, input, options, count, fail) {
  const response = await fetchFile(input, options);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const reader = response.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        count(value.length);
        controller.enqueue(value);
      } catch (error) {
        fail(error);
        controller.error(error);
      }
    },
  });
  return new Response(body, response);
}

/** Adds bytes up, and reports now and then. */
function counter(report) {
  const total = Object.values(SIZES).reduce((sum, size) => sum + size, -SIZES[LATE]);
  let loaded = 0;
  let timer = 0;
  return (bytes) => {
    loaded += bytes;
    timer ||= setTimeout(() => {
      timer = 0;
      report({ loaded, total });
    }, INTERVAL);
  };
}

/**
 * A module of the standard library may be fetched while Python runs, which waits for it. Calls
 * `onWait` before each; returns a function that tells the seconds waited so far.
 */
export function watchWaiting(onWait) {
  let waited = 0;
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (...body) {
    onWait();
    const begun = performance.now();
    try {
      return send.apply(this, body);
    } finally {
      waited += (performance.now() - begun) / 1000;
    }
  };
  return () => waited;
}
