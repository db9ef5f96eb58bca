/**
 * Makes visited pages, and Python once it was used, work offline. It stands at the root of the
 * site, because what it serves lies below it.
 *
 * Online, everything that may change comes from the network: nothing stale is ever shown. What has
 * its version in its name never changes and comes from the cache.
 *
 * Every page says which build of the site it is of, and a cache holds files of one build only: the
 * front page is asked before and after anything is fetched to be kept, and a page that is kept must
 * agree. After a new build, all that was kept is fetched anew, into a cache that takes the place of
 * the old one when it is complete, or not at all.
 *
 * What answers may be something in between, as the login page of a network: nothing is kept of a
 * file with a version that is not, byte for byte, what the build lists in files.json.
 */

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const ROOT = new URL("./", scope.location.href).href;
const GENERATED = `${ROOT}assets/generated/`;
const VERSIONED = /^(?:runtime-[0-9a-f]{16}\/.+|[^/]+-[0-9A-Z]{8}\.js)$/; // below GENERATED

// An origin may have several sites, and its caches belong to all of them.
const OURS = `offline ${new URL(ROOT).pathname} `;
const VERSIONED_CACHE = `${OURS}verified`;
const POINTER_CACHE = `${OURS}pointer`; // names the build whose cache is in use
const BUILD_CACHE = `${OURS}build `; // and the build

const DIGEST = "X-SHA-256"; // header of what is kept of versioned files
/** @type {Record<string, string>} by the ends of names */
const TYPES = { js: "text/javascript", json: "application/json", wasm: "application/wasm" };
const OTHER_TYPE = "application/octet-stream";

const PAUSE = 30_000; // ms after a failure; the next request of a page is no better a moment

/** @type {Set<string>} */
const wanted = new Set(); // addresses that are to be kept
let queue = Promise.resolve(); // one look after the other
/** @type {Promise<void> | null} */
let next = null; // the look that has not begun
let pausedUntil = 0;

scope.addEventListener("install", () => scope.skipWaiting());
scope.addEventListener("activate", (event) => {
  event.waitUntil(caches.delete(`${OURS}versioned`).catch(warn)); // earlier, nothing was compared
  event.waitUntil(scope.clients.claim());
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(ROOT)) return;
  const url = plain(request.url);
  event.respondWith(isVersioned(url) ? fromCache(event, url, request) : fromNetwork(event, url));
});

/** The page names what it has, or will want, that did not come through here. */
scope.addEventListener("message", (event) => {
  /** @type {{keep: string[]}} */
  const { keep: named } = event.data;
  const urls = named.map(plain).filter((url) => url.startsWith(ROOT));
  for (const url of urls.filter(isVersioned)) {
    event.waitUntil(fromCache(event, url, new Request(url)).catch(warn)); // it comes when asked for
  }
  event.waitUntil(keep(urls.filter((url) => !isVersioned(url))));
});

/**
 * @param {ExtendableEvent} event
 * @param {string} url
 * @param {Request} request with "reload" it asks for what is not from a cache
 */
async function fromCache(event, url, request) {
  const stored = request.cache === "reload" ? undefined : await lookUp(verified, url);
  if (stored && (await isSound(url, stored))) return stored;
  let response = await fetch(request, suspects.has(url) ? { cache: "reload" } : {});
  // The browser's own cache may hold for days what a portal said once.
  if (isHtml(response)) response = await fetch(request, { cache: "reload" });
  const kept = putVersioned(url, response.clone()).then(
    () => suspects.delete(url),
    (error) => {
      suspects.add(url);
      warn(error);
    },
  );
  event.waitUntil(kept);
  return response;
}

/** @type {Set<string>} versioned files in whose place something else came */
const suspects = new Set();

function verified() {
  return caches.open(VERSIONED_CACHE);
}

/**
 * Whether what was kept still is what it was. Of Python's files, which are large, the page itself
 * looks at every byte.
 * @param {string} url
 * @param {Response} stored
 */
async function isSound(url, stored) {
  if (!url.endsWith(".js")) return true;
  const digest = stored.headers.get(DIGEST);
  return digest === (await digestOf(await stored.clone().arrayBuffer()));
}

/**
 * Keep a versioned file, if it is what the build lists.
 * @param {string} url
 * @param {Response} response
 */
async function putVersioned(url, response) {
  if (!isWhole(response)) throw new Error(`${url}: the server answered ${response.status}`);
  const body = await response.arrayBuffer();
  const digest = await digestOf(body);
  const name = url.slice(GENERATED.length);
  const list = await listed(name);
  if (list[name] !== digest) throw new Error(`${url} is not what the site has published`);
  const type = TYPES[name.split(".").at(-1) ?? ""] ?? OTHER_TYPE;
  const headers = { "Content-Type": type, [DIGEST]: digest };
  await (await verified()).put(url, new Response(body, { headers }));
}

/** @param {Response} response */
function isWhole({ status, redirected }) {
  return status === 200 && !redirected;
}

/** @param {ArrayBuffer} body */
async function digestOf(body) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @type {Promise<Record<string, string>> | null} */
let list = null;

/**
 * The digests of all versioned files, by name, from a list that has this name. (Or not, if the
 * server has another build by now: then the file is not to be kept.)
 * @param {string} name
 */
async function listed(name) {
  const known = await list?.catch(() => null);
  if (known && name in known) return known;
  list = fetchList();
  return list;
}

/** @returns {Promise<Record<string, string>>} */
async function fetchList() {
  const response = await fetch(`${GENERATED}files.json`, { cache: "no-cache" });
  if (!isWhole(response)) throw new Error(`files.json: the server answered ${response.status}`);
  return response.json();
}

/**
 * @param {FetchEvent} event
 * @param {string} url
 */
async function fromNetwork(event, url) {
  let response;
  try {
    // The browser's own cache may hold a style sheet for longer than a page that needs a newer one.
    response = await fetch(event.request, { cache: "no-cache" });
  } catch (error) {
    const stored = await lookUp(async () => (await inUse()).cache, url);
    if (stored) return stored;
    if (event.request.mode === "navigate") return notHere();
    throw error;
  }
  if (isWhole(response)) event.waitUntil(keep([url]));
  return neverReused(response);
}

/**
 * What a cache has; nothing if storage is damaged, which must not stop a page that is online.
 * @param {() => Promise<Cache>} open
 * @param {Request | string} request
 */
async function lookUp(open, request) {
  try {
    return await (await open()).match(request, { ignoreVary: true });
  } catch (error) {
    warn(error);
    return undefined;
  }
}

/**
 * The same response, marked so that the browser asks again before it uses it for another page.
 * @param {Response} response
 */
function neverReused(response) {
  if (response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  headers.set("Cache-Control", "no-cache");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/**
 * Have these files in the cache of the build in use, whatever build that will be by then.
 * @param {string[]} urls
 */
function keep(urls) {
  for (const url of urls) wanted.add(url);
  next ??= queue.then(() => {
    next = null;
    return keepWanted();
  });
  queue = next;
  return next;
}

async function keepWanted() {
  if (Date.now() < pausedUntil) return;
  const urls = [...wanted];
  try {
    await keepNow(urls);
    for (const url of urls) wanted.delete(url);
  } catch (error) {
    pausedUntil = Date.now() + PAUSE;
    warn(error);
  }
}

/** @param {unknown} error */
function warn(error) {
  console.warn("Not kept for offline reading:", error);
}

/** @param {string[]} urls */
async function keepNow(urls) {
  const { build, cache } = await inUse();
  const kept = (await cache.keys()).map(({ url }) => url);
  const missing = urls.filter((url) => !kept.includes(url));
  if (!missing.length && !urls.some(isPage)) return;
  const latest = await latestBuild();
  if (latest === build && !missing.length) return;
  const changed = latest !== build;
  /** @type {Map<string, Response | null>} */
  let files = new Map();
  /** @type {string[]} */
  let names = [];
  let failure;
  try {
    if (changed) {
      files = await download([...kept, ...urls], [], latest, (error) => Promise.reject(error));
      names = await renewVersioned();
    } else files = await download(missing, kept, latest, warn);
  } catch (error) {
    failure = error;
  }
  if ((await latestBuild()) !== latest) {
    await keepNow(urls); // of the build that was published meanwhile
    return;
  }
  if (failure) throw failure;
  const filled = await caches.open(BUILD_CACHE + latest);
  for (const [url, response] of files) if (response) await filled.put(url, response);
  if (changed) await use(latest, names);
}

/**
 * Fetch files, and what the pages among them show. What is gone from the server is null.
 * @param {string[]} urls
 * @param {string[]} known what need not be fetched although a page shows it
 * @param {string} build what the pages must be of
 * @param {(error: Error) => unknown} onFailure of a single file
 * @returns {Promise<Map<string, Response | null>>}
 */
async function download(urls, known, build, onFailure) {
  /** @type {Map<string, Response | null>} */
  const files = new Map();
  let left = [...new Set(urls)];
  while (left.length) {
    /** @type {[url: string, text: string][]} */
    const pages = [];
    const fetchOne = async (/** @type {string} */ url) => {
      const response = await fetch(url, { cache: "no-cache" });
      const gone = isGone(response);
      if (!gone && !isWhole(response)) {
        throw new Error(`${url}: the server answered ${response.status}`);
      }
      if (!gone && !isPage(url) && isHtml(response)) throw new Error(`${url} came as a page`);
      const body = await response.arrayBuffer();
      if (!gone && isPage(url)) {
        const text = new TextDecoder().decode(body);
        if (buildOf(text) !== build) throw new Error(`${url} is not of the build ${build}`);
        pages.push([url, text]);
      }
      files.set(url, gone ? null : new Response(body, response));
    };
    await Promise.all(left.map((url) => fetchOne(url).catch(onFailure)));
    left = [...new Set(pages.flatMap(([url, text]) => shownBy(url, text)))];
    left = left.filter((url) => !files.has(url) && !known.includes(url));
  }
  return files;
}

/**
 * The images, styles and scripts of a page, as far as they are ours and have no version.
 * @param {string} page
 * @param {string} text
 */
function shownBy(page, text) {
  const found = text.matchAll(/<(?:img|link|script)\b[^>]*?\s(?:src|href)="?([^"\s>]+)/g);
  const urls = [...found].map(([, address]) => plain(new URL(address, page).href));
  return urls.filter(
    (url) => url.startsWith(ROOT) && !isPage(url) && !isVersioned(url) && !url.endsWith(".xml"),
  );
}

/** Have Python of the latest build, if there is one of an older build. Returns all names. */
async function renewVersioned() {
  list = fetchList();
  const names = Object.keys(await list);
  const kept = (await (await verified()).keys()).map(({ url }) => url.slice(GENERATED.length));
  if (!kept.some((name) => name.startsWith("runtime-"))) return names;
  const missing = names.filter((name) => !kept.includes(name)).map((name) => GENERATED + name);
  await Promise.all(missing.map(async (url) => putVersioned(url, await fetch(url))));
  return names;
}

/**
 * @param {string} build
 * @param {string[]} names of all versioned files
 */
async function use(build, names) {
  const pointer = await caches.open(POINTER_CACHE);
  await pointer.put(ROOT, new Response(build));
  for (const name of await caches.keys()) {
    if (name.startsWith(BUILD_CACHE) && name !== BUILD_CACHE + build) await caches.delete(name);
  }
  const versioned = await verified();
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
  if (!response.ok) throw new Error(`the front page: the server answered ${response.status}`);
  const text = await response.text();
  const build = buildOf(text);
  if (build) return build;
  if (await isReplaced(text)) await scope.registration.unregister();
  throw new Error("the front page does not say of which build it is");
}

/**
 * Whether `mkdocs serve`, or another site, has taken the place of ours; or something stands in
 * between for a while, as the login page of a network, and has answered in the place of the front
 * page.
 * @param {string} text of the front page
 */
async function isReplaced(text) {
  if (/<meta name="generator" content="mkdocs/.test(text)) return true;
  return isGone(await fetch(scope.location.href, { cache: "no-cache" }));
}

/** @param {Response} response */
function isGone({ status }) {
  return status === 404 || status === 410;
}

/** @param {Response} response */
function isHtml({ headers }) {
  return /^text\/html\b/i.test(headers.get("Content-Type") ?? "");
}

/** @param {string} text */
function buildOf(text) {
  return /<meta name="build" content="([^"]+)"/.exec(text)?.[1];
}

/** A page that was never visited, while offline: which others there are. */
async function notHere() {
  const { cache } = await inUse();
  const links = [];
  for (const { url } of (await cache.keys()).filter(({ url }) => isPage(url))) {
    const text = (await (await cache.match(url))?.text()) ?? "";
    const title = /<title>(.*?)<\/title>/s.exec(text)?.[1];
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

/** @param {string} url */
function isPage(url) {
  return url.endsWith("/") || url.endsWith(".html");
}

/** @param {string} url */
function isVersioned(url) {
  return url.startsWith(GENERATED) && VERSIONED.test(url.slice(GENERATED.length));
}

/** An address without what the server does not see or does not need. @param {string} address */
function plain(address) {
  const url = new URL(address);
  return url.origin + url.pathname;
}
