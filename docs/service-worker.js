/**
 * Makes visited pages, and Python once it was used, work offline. It stands at the root of the
 * site, because what it serves lies below it.
 *
 * Online, everything that may change comes from the network: nothing stale is ever shown. What has
 * its version in its name never changes and comes from the cache.
 *
 * Every page says which build of the site it is of, and a cache holds files of one build only:
 * each time something is to be kept, the build is asked for before and after it is fetched. After
 * a new build, all that was kept is fetched anew, into a cache that takes the place of the old
 * one when it is complete, or not at all.
 */

const ROOT = new URL("./", self.location).href;
const GENERATED = `${ROOT}assets/generated/`;
const VERSIONED = /^(?:runtime-[0-9a-f]{16}\/.+|[^/]+-[0-9A-Z]{8}\.js)$/; // below GENERATED

const VERSIONED_CACHE = "site-versioned";
const POINTER_CACHE = "site-pointer"; // names the build whose cache is in use
const BUILD_CACHE = "site-build-"; // and the build

const wanted = new Set(); // addresses that are to be kept
let queue = Promise.resolve(); // one look after the other

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(ROOT)) return;
  const url = plain(request.url);
  event.respondWith(isVersioned(url) ? fromCache(event, request) : fromNetwork(event, url));
});

/** The page names what it has, or will want, that did not come through here. */
self.addEventListener("message", (event) => {
  const urls = event.data.keep.map(plain).filter((url) => url.startsWith(ROOT));
  for (const url of urls.filter(isVersioned)) {
    event.waitUntil(fromCache(event, url).catch(warn)); // it comes when it is asked for
  }
  event.waitUntil(keep(urls.filter((url) => !isVersioned(url))));
});

async function fromCache(event, request) {
  const cache = await caches.open(VERSIONED_CACHE);
  const stored = await cache.match(request, { ignoreVary: true });
  if (stored) return stored;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(cache.put(request, response.clone()).catch(warn));
  return response;
}

async function fromNetwork(event, url) {
  let response;
  try {
    // The browser's own cache may hold a style sheet for longer than a page that needs a newer one.
    response = await fetch(event.request, { cache: "no-cache" });
  } catch (error) {
    const stored = await (await inUse()).cache.match(url, { ignoreVary: true });
    if (stored) return stored;
    if (event.request.mode === "navigate") return notHere();
    throw error;
  }
  if (response.ok && !response.redirected) event.waitUntil(keep([url]));
  return neverReused(response);
}

/** The same response, marked so that the browser asks again before it uses it for another page. */
function neverReused(response) {
  if (response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("Cache-Control", "no-cache");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/** Have these files in the cache of the build in use, whatever build that will be by then. */
function keep(urls) {
  for (const url of urls) wanted.add(url);
  queue = queue.then(keepWanted).catch(warn);
  return queue;
}

async function keepWanted() {
  const urls = [...wanted];
  await keepNow(urls);
  for (const url of urls) wanted.delete(url);
}

function warn(error) {
  console.warn("Not kept for offline reading:", error);
}

async function keepNow(urls) {
  const { build, cache } = await inUse();
  const kept = (await cache.keys()).map(({ url }) => url);
  const missing = urls.filter((url) => !kept.includes(url));
  if (!missing.length && !urls.some(isPage)) return;
  const latest = await latestBuild();
  const needed = latest === build ? missing : [...new Set([...kept, ...urls])];
  if (!needed.length) return;
  const found = await Promise.all(needed.map(download));
  if ((await latestBuild()) !== latest) throw new Error("a newer build was published meanwhile");
  const next = await caches.open(BUILD_CACHE + latest);
  for (const [url, response] of found) if (response.ok) await next.put(url, response);
  if (latest !== build) await use(latest);
}

async function download(url) {
  const response = await fetch(url, { cache: "no-cache" });
  return [url, new Response(await response.arrayBuffer(), response)];
}

async function use(build) {
  const pointer = await caches.open(POINTER_CACHE);
  await pointer.put(ROOT, new Response(build));
  for (const name of await caches.keys()) {
    if (name.startsWith(BUILD_CACHE) && name !== BUILD_CACHE + build) await caches.delete(name);
  }
  const names = await (await fetch(`${GENERATED}files.json`, { cache: "no-cache" })).json();
  const versioned = await caches.open(VERSIONED_CACHE);
  for (const { url } of await versioned.keys()) {
    if (!names.includes(url.slice(GENERATED.length))) await versioned.delete(url);
  }
}

async function inUse() {
  const pointer = await caches.open(POINTER_CACHE);
  const build = (await (await pointer.match(ROOT))?.text()) ?? "";
  return { build, cache: await caches.open(BUILD_CACHE + build) };
}

/** Which build the server has: the front page says so. */
async function latestBuild() {
  const response = await fetch(ROOT, { cache: "no-cache" });
  const build = /<meta name="build" content="([^"]+)"/.exec(await response.text())?.[1];
  if (!build) throw new Error("the front page does not say of which build it is");
  return build;
}

/** A page that was never visited, while offline: which others there are. */
async function notHere() {
  const { cache } = await inUse();
  const links = [];
  for (const { url } of (await cache.keys()).filter(({ url }) => isPage(url))) {
    const title = /<title>(.*?)<\/title>/s.exec(await (await cache.match(url)).text())?.[1];
    links.push(`<li><a href="${url}">${title ?? url}</a>`);
  }
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Offline</title>
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <body style="max-width:40em;margin:3em auto;padding:0 1em;font:1rem/1.6 system-ui,sans-serif">
    <h1>You are offline</h1>
    <p>This page was not visited before, so it is not kept here. These were:</p>
    <ul>${links.join("")}</ul>`;
  const headers = { "Content-Type": "text/html" };
  return new Response(text, { status: 503, statusText: "Offline", headers });
}

function isPage(url) {
  return url.endsWith("/") || url.endsWith(".html");
}

function isVersioned(url) {
  return url.startsWith(GENERATED) && VERSIONED.test(url.slice(GENERATED.length));
}

/** An address without what the server does not see or does not need. */
function plain(address) {
  const url = new URL(address);
  return url.origin + url.pathname;
}
