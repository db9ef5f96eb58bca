/** Watches what Python downloads: how much has come, what has failed, and how long it held up. */

/* global RUNTIME_BYTES */

const INTERVAL = 100; // ms between reports of progress
const SIZES = JSON.parse(RUNTIME_BYTES);
const LATE = "stdlib-rest.bin"; // comes later, if at all

/**
 * Count the bytes of what is fetched from here on. Pyodide waits for ever for some files that have
 * not come, so failures are reported apart.
 *
 * @param {(progress: {loaded: number, total: number}) => void} report
 * @returns {Promise<never>} rejects when a download fails
 */
export function watchDownloads(report) {
  const total = Object.entries(SIZES)
    .filter(([name]) => name !== LATE && !name.endsWith(".mjs")) // modules are not fetched by fetch
    .reduce((sum, [, size]) => sum + size, 0);
  let loaded = 0;
  let reported = 0;
  const count = (bytes) => {
    loaded += bytes;
    const now = performance.now();
    if (now - reported < INTERVAL && loaded < total) return;
    reported = now;
    report({ loaded, total });
  };
  const fetchFile = self.fetch;
  return new Promise((_, reject) => {
    self.fetch = async (input, options) => {
      try {
        const response = await fetchFile(input, options);
        if (!response.ok) throw new Error(`the server answered ${response.status}`);
        countBytes(response, count).catch(reject);
        return response;
      } catch (error) {
        reject(error);
        throw error;
      }
    };
  });
}

/**
 * Count the bytes of a response's copy as they come. The response itself stays as it is: browsers
 * keep compiled WebAssembly for the next visit only if they were given their own.
 */
async function countBytes(response, count) {
  const reader = response.clone().body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    count(value.length);
  }
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
