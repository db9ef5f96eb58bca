/** Lets the site's service worker keep visited pages, and Python, for times without a connection. */

const WORKER = new URL("../../service-worker.js", import.meta.url);
const FILES = new URL("files.json", import.meta.url); // what has its version in its name

/** How long (ms) the reader's own downloads have the line for themselves. */
const COURTESY = 3000;

/** A site that does not say which build it is, as `mkdocs serve` makes it, is not kept. */
const offered = navigator.serviceWorker && document.querySelector("meta[name=build]");

export async function keepPages() {
  if (!offered) return;
  try {
    await navigator.serviceWorker.register(WORKER);
    const [page] = /** @type {PerformanceNavigationTiming[]} */ (
      performance.getEntriesByType("navigation")
    );
    // The service worker has seen the page come. (Firefox does not tell, and tells it again.)
    if (page?.workerStart > 0) return;
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    await keep([location.href, ...loaded]);
  } catch (error) {
    console.warn("Pages are not kept for offline reading:", error);
  }
}

/** Python was used: also what it has not needed so far, and the editor, shall be there. */
export async function keepPython() {
  if (!offered || navigator.connection?.saveData) return;
  await new Promise((resolve) => setTimeout(resolve, COURTESY));
  try {
    const digests = await (await fetch(FILES)).json();
    await keep(Object.keys(digests).map((name) => new URL(name, FILES).href));
  } catch (error) {
    console.warn("Python is not kept for times without a connection:", error);
  }
}

/** @param {string[]} urls */
async function keep(urls) {
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage({ keep: urls });
}
