/** Watches what Python downloads: how much has come, what has failed, and how long it held up. */

/** @import { Progress } from "../messages.js" */

const INTERVAL = 100; // ms between reports of progress
/** @type {Record<string, number>} */
const SIZES = JSON.parse(RUNTIME_BYTES);
const LATE = "stdlib-rest.bin"; // comes later, if at all
const PROGRAM = "pyodide.asm.wasm";

/**
 * @typedef {object} Tools
 * @property {WebAssembly.Module} [module] the interpreter, once it is there
 * @property {(url: string) => Promise<unknown>} importFile imports a module of the runtime
 */

/**
 * Do what downloads, and count the bytes that are fetched meanwhile. Pyodide goes on waiting for
 * some files that have not come and for a program that cannot be used; here these fail.
 *
 * @template T
 * @param {WebAssembly.Module | undefined} compiled the interpreter, if that need not be fetched
 * @param {(progress: Progress) => void} report
 * @param {(tools: Tools) => Promise<T>} action
 * @returns {Promise<T>}
 */
export async function downloading(compiled, report, action) {
  const { fetch: fetchFile } = self;
  const { instantiateStreaming } = WebAssembly;
  const count = counter(report);
  /** @type {Tools} */
  const tools = {
    module: compiled,
    importFile: async (url) => {
      const module = await import(url);
      count(SIZES[fileName(url)]);
      return module;
    },
  };
  try {
    return await new Promise((resolve, reject) => {
      /** @type {<T>(promise: Promise<T>) => Promise<T>} */
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

/** @param {string} url */
function fileName(url) {
  return url.slice(url.lastIndexOf("/") + 1);
}

/**
 * @param {typeof fetch} fetchFile
 * @param {RequestInfo | URL} input
 * @param {RequestInit | undefined} options
 * @param {(bytes: number) => void} count
 * @param {(error: unknown) => void} fail told of a download that breaks off
 */
async function fetchCounted(fetchFile, input, options, count, fail) {
  const response = await fetchFile(input, options);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  if (!response.body) throw new Error("the server answered nothing");
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

/**
 * Adds bytes up, and reports now and then.
 * @param {(progress: Progress) => void} report
 * @returns {(bytes: number) => void}
 */
function counter(report) {
  const total = Object.values(SIZES).reduce((sum, size) => sum + size, -SIZES[LATE]);
  let loaded = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (bytes) => {
    loaded += bytes;
    timer ||= setTimeout(() => {
      timer = undefined;
      report({ loaded, total });
    }, INTERVAL);
  };
}

/**
 * A module of the standard library may be fetched while Python runs, which waits for it. Calls
 * `onWait` before each; returns a function that tells the seconds waited so far.
 * @param {() => void} onWait
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
