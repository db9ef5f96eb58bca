/** What the service worker decides to keep, to serve and to forget; its site and caches are ours. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { CacheStorage } from "./caches.js";

const ROOT = "https://example.org/blog/";
const RUNTIME = `${ROOT}assets/generated/runtime-0123456789abcdef/`;
const RUNTIME_NAME = RUNTIME.slice(RUNTIME.indexOf("runtime-"));
const CHUNK = `${ROOT}assets/generated/editor-ABCDEF12.js`;
const FILES = `${ROOT}assets/generated/files.json`;
const SOURCE = new URL("../../docs/service-worker.js", import.meta.url);
const PROGRAM = readFileSync(SOURCE, "utf8");

/** @param {string} text */
const digestOf = (text) => createHash("sha256").update(text).digest("hex");

/** What the build lists: files below assets/generated, by name. @param {Record<string, string>} files */
const list = (files) =>
  JSON.stringify(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digestOf(text)])),
  );

const PORTAL = "<!doctype html><title>Welcome to our network</title>";

/** @param {string} build */
const page = (build, content = "") => `<meta name="build" content="${build}">${content}`;

/** A browser with our service worker, and a site that it visits. */
class Visit {
  caches = new CacheStorage();
  /** @type {Map<string, string>} what the server has */ site = new Map();
  /** @type {string[]} what was asked for */ asked = [];
  online = true;
  /** @type {((url: string) => Response | undefined)} what stands in between */
  between = () => undefined;
  now = 1e9; // ms
  unregistered = 0;
  /** @type {Record<string, (event: object) => void>} */ #handlers = {};
  /** @type {Promise<unknown>[]} */ #waiting = [];

  constructor() {
    this.caches.fetch = this.#fetch;
    const context = createContext({
      ...{ URL, Request, Response, Headers, TextDecoder, DOMException, crypto },
      console: { warn: () => {} },
      caches: this.caches,
      fetch: this.#fetch,
      Date: { now: () => this.now },
      self: {
        location: new URL(`${ROOT}service-worker.js`),
        addEventListener: (/** @type {string} */ type, /** @type {() => void} */ handler) => {
          this.#handlers[type] = handler;
        },
        registration: { unregister: async () => this.unregistered++ },
        clients: { claim: async () => {} },
      },
    });
    runInContext(PROGRAM, context, { filename: SOURCE.pathname });
  }

  #fetch = async (/** @type {string | {url: string}} */ request) => {
    const url = typeof request === "string" ? request : request.url;
    if (!this.online) throw new TypeError("no network");
    this.asked.push(url);
    const answer = this.between(url);
    if (answer) return answer;
    const text = this.site.get(url);
    return new Response(text ?? "not here", { status: text === undefined ? 404 : 200 });
  };

  /** @param {string} build @param {Record<string, string>} [more] address -> content */
  publish(build, more = {}) {
    this.site = new Map([
      [ROOT, page(build)],
      [`${ROOT}post/`, page(build, '<link href="../style.css"><img alt="" src="figure.svg">')],
      [`${ROOT}style.css`, `style of ${build}`],
      [`${ROOT}post/figure.svg`, `figure of ${build}`],
      [FILES, list({ [`${RUNTIME_NAME}pyodide.mjs`]: "python", "editor-ABCDEF12.js": "editor" })],
      [`${RUNTIME}pyodide.mjs`, "python"],
      [CHUNK, "editor"],
      ...Object.entries(more),
    ]);
  }

  /** What the page gets for a request; undefined if the browser is left to it. @param {string} url */
  async get(url, mode = "navigate", cache = "default") {
    /** @type {Promise<Response> | undefined} */
    let answer;
    this.#handlers.fetch({
      request: { url, method: "GET", mode, cache },
      respondWith: (/** @type {Promise<Response>} */ response) => (answer = response),
      waitUntil: (/** @type {Promise<unknown>} */ work) => this.#waiting.push(work),
    });
    const response = await answer;
    await this.settled();
    return response;
  }

  async activate() {
    this.#handlers.activate({
      waitUntil: (/** @type {Promise<unknown>} */ work) => this.#waiting.push(work),
    });
    await this.settled();
  }

  /** @param {string[]} keep */
  async tell(...keep) {
    this.#handlers.message({
      data: { keep },
      waitUntil: (/** @type {Promise<unknown>} */ work) => this.#waiting.push(work),
    });
    await this.settled();
  }

  async settled() {
    while (this.#waiting.length) await this.#waiting.pop();
  }

  /** What is kept, by address, of the build in use. */
  async kept() {
    const pointer = await this.caches.open("offline /blog/ pointer");
    const build = (await (await pointer.match(ROOT))?.text()) ?? "";
    const cache = await this.caches.open(`offline /blog/ build ${build}`);
    const keys = (await cache.keys()).map(({ url }) => url).sort();
    const texts = await Promise.all(keys.map(async (url) => (await cache.match(url))?.text()));
    return Object.fromEntries(keys.map((url, i) => [url, texts[i]]));
  }
}

/** @type {Visit} */
let visit;

beforeEach(() => {
  visit = new Visit();
  visit.publish("one");
});

test("a visited page is kept with what it shows, and read without a network", async () => {
  await visit.get(`${ROOT}post/`);
  assert.deepEqual(Object.keys(await visit.kept()), [
    `${ROOT}post/`,
    `${ROOT}post/figure.svg`,
    `${ROOT}style.css`,
  ]);
  visit.online = false;
  const response = await visit.get(`${ROOT}post/?from=mail#part`);
  assert.match((await response?.text()) ?? "", /content="one"/);
  assert.equal(await (await visit.get(`${ROOT}style.css`, "no-cors"))?.text(), "style of one");
});

test("a page that was not visited says which were", async () => {
  await visit.get(`${ROOT}post/`);
  visit.online = false;
  const response = await visit.get(`${ROOT}other/`);
  assert.equal(response?.status, 503);
  assert.match((await response?.text()) ?? "", /<a href="https:\/\/example.org\/blog\/post\/">/);
});

test("a file that is not kept fails without a network, as it would by itself", async () => {
  visit.online = false;
  await assert.rejects(visit.get(`${ROOT}figure.svg`, "no-cors"), /no network/);
});

test("online, a page is never stale", async () => {
  await visit.get(`${ROOT}post/`);
  visit.publish("two");
  const response = await visit.get(`${ROOT}post/`);
  assert.match((await response?.text()) ?? "", /content="two"/);
  assert.equal(response?.headers.get("Cache-Control"), "no-cache");
});

test("after a new build all that was kept is of the new one", async () => {
  await visit.get(`${ROOT}post/`);
  visit.publish("two");
  await visit.get(ROOT);
  const kept = await visit.kept();
  assert.equal(kept[`${ROOT}style.css`], "style of two");
  assert.equal(kept[`${ROOT}post/figure.svg`], "figure of two");
  assert.deepEqual((await visit.caches.keys()).filter((name) => /build/.test(name)), [
    "offline /blog/ build two",
  ]);
});

test("a build that is only half there does not take the place of the old one", async () => {
  await visit.get(`${ROOT}post/`);
  visit.publish("two", { [`${ROOT}post/`]: page("one") });
  await visit.get(ROOT);
  assert.equal((await visit.kept())[`${ROOT}style.css`], "style of one");
});

test("a build that is replaced while it is fetched gives way to the next", async () => {
  await visit.get(`${ROOT}post/`);
  visit.publish("two");
  const { asked } = visit;
  const push = asked.push.bind(asked);
  asked.push = (url) => {
    if (url === `${ROOT}style.css`) visit.publish("three");
    return push(url);
  };
  await visit.get(ROOT);
  assert.equal((await visit.kept())[`${ROOT}style.css`], "style of three");
});

test("after a failure it does not try again at once, and later it does", async () => {
  visit.site.delete(FILES);
  await visit.get(`${ROOT}post/`);
  assert.deepEqual(await visit.kept(), {});
  visit.publish("one");
  visit.asked = [];
  await visit.get(ROOT);
  assert.deepEqual(visit.asked, [ROOT]);
  visit.now += 31_000;
  await visit.get(ROOT);
  assert.ok(`${ROOT}post/` in (await visit.kept()));
});

test("what is gone from the server is not kept", async () => {
  await visit.get(`${ROOT}post/`);
  visit.publish("two");
  visit.site.delete(`${ROOT}post/`);
  await visit.get(ROOT);
  assert.deepEqual(Object.keys(await visit.kept()).filter((url) => url.endsWith("post/")), []);
});

test("another site in the place of ours ends it", async () => {
  await visit.get(`${ROOT}post/`);
  visit.site = new Map([[ROOT, "<h1>Something else</h1>"]]);
  await visit.get(ROOT);
  assert.ok(visit.unregistered);
});

test("a file with its version in its name comes once", async () => {
  for (const _ of [1, 2]) assert.equal(await (await visit.get(CHUNK, "cors"))?.text(), "editor");
  assert.deepEqual(visit.asked, [CHUNK, FILES]);
  visit.online = false;
  assert.equal(await (await visit.get(CHUNK, "cors"))?.text(), "editor");
});

test("Python of an older build is replaced with the build", async () => {
  await visit.tell(`${RUNTIME}pyodide.mjs`, ROOT);
  const newer = "runtime-ffffffffffffffff/pyodide.mjs";
  visit.publish("two", {
    [FILES]: list({ [newer]: "newer python" }),
    [`${ROOT}assets/generated/${newer}`]: "newer python",
  });
  await visit.get(ROOT);
  const cache = await visit.caches.open("offline /blog/ verified");
  assert.deepEqual(await cache.keys(), [{ url: `${ROOT}assets/generated/${newer}` }]);
});

test("what is not ours is left to the browser", async () => {
  assert.equal(await visit.get("https://example.org/other/"), undefined);
  await visit.tell("https://other.example/page/", "https://example.org/other.css");
  assert.deepEqual(visit.asked, []);
});

/** The addresses of the versioned files that are kept. */
async function verified() {
  const cache = await visit.caches.open("offline /blog/ verified");
  return (await cache.keys()).map(({ url }) => url);
}

const html = { headers: { "Content-Type": "text/html" } };
/** @type {Record<string, (text: string) => Response>} what may come in the place of a file */
const WRONG = {
  "a portal's page": () => new Response(PORTAL, html),
  "a portal's page of another type": () => new Response(PORTAL),
  "half of it": (text) => new Response(text.slice(0, 3)),
  "a part, and said so": (text) => new Response(text, { status: 206 }),
  "an error": () => new Response("", { status: 503 }),
  "what a redirection led to": redirected,
};

/** @param {string} text @returns {Response} */
function redirected(text) {
  const response = new Response(text);
  return Object.assign(
    Object.defineProperty(response, "redirected", { value: true }),
    { clone: () => redirected(text) },
  );
}

for (const [what, answer] of Object.entries(WRONG)) {
  test(`${what}, once in the place of a versioned file, is not kept`, async () => {
    visit.between = (url) => (url === CHUNK ? answer("editor") : undefined);
    await visit.get(CHUNK, "cors");
    assert.deepEqual(await verified(), []);
    visit.between = () => undefined;
    assert.equal(await (await visit.get(CHUNK, "cors"))?.text(), "editor");
    assert.deepEqual(await verified(), [CHUNK]);
  });

  test(`${what}, in the place of the list of digests: nothing is kept, and later it is`, async () => {
    visit.between = (url) => (url === FILES ? answer(list({})) : undefined);
    assert.equal(await (await visit.get(CHUNK, "cors"))?.text(), "editor");
    assert.deepEqual(await verified(), []);
    visit.between = () => undefined;
    await visit.get(CHUNK, "cors");
    assert.deepEqual(await verified(), [CHUNK]);
  });
}

test("a file of a build that the server has not is given, and not kept", async () => {
  const other = `${ROOT}assets/generated/editor-ZZZZZZZZ.js`;
  visit.site.set(other, "an older editor");
  assert.equal(await (await visit.get(other, "cors"))?.text(), "an older editor");
  assert.deepEqual(await verified(), []);
});

test("what was damaged in storage, or put there by another, is fetched again", async () => {
  await visit.get(CHUNK, "cors");
  const cache = await visit.caches.open("offline /blog/ verified");
  for (const digest of ["", "00", digestOf("editor")]) {
    await cache.put(CHUNK, new Response("alert(1)", { headers: { "X-SHA-256": digest } }));
    assert.equal(await (await visit.get(CHUNK, "cors"))?.text(), "editor");
  }
  visit.online = false;
  assert.equal(await (await visit.get(CHUNK, "cors"))?.text(), "editor");
});

test("who asks past all caches gets what the server has, and that is kept", async () => {
  const file = `${RUNTIME}pyodide.mjs`;
  await visit.get(file, "cors");
  const cache = await visit.caches.open("offline /blog/ verified");
  await cache.put(file, new Response("damaged"));
  assert.equal(await (await visit.get(file, "cors", "reload"))?.text(), "python");
  assert.equal(await (await visit.get(file, "cors"))?.text(), "python");
});

test("a new build with something else in the place of one file does not take over", async () => {
  await visit.tell(`${RUNTIME}pyodide.mjs`, ROOT);
  visit.publish("two");
  visit.site.set(FILES, list({ "runtime-ffffffffffffffff/pyodide.mjs": "newer python" }));
  visit.between = (url) => (url.includes("runtime-ffff") ? new Response(PORTAL, html) : undefined);
  await visit.get(ROOT);
  assert.match((await visit.kept())[ROOT] ?? "", /content="one"/);
});

test("a portal's page in the place of the front page does not end it, nor is it kept", async () => {
  await visit.get(`${ROOT}post/`);
  visit.site.set(`${ROOT}service-worker.js`, "ours");
  visit.between = (url) => (url.endsWith(".js") ? undefined : new Response(PORTAL, html));
  await visit.get(ROOT);
  assert.equal(visit.unregistered, 0);
  visit.between = () => undefined;
  visit.online = false;
  assert.match((await (await visit.get(`${ROOT}post/`))?.text()) ?? "", /content="one"/);
});

test("a page in the place of a style sheet is not kept", async () => {
  const style = `${ROOT}style.css`;
  visit.between = (url) => (url === style ? new Response(PORTAL, html) : undefined);
  await visit.get(`${ROOT}post/`);
  assert.deepEqual(await visit.kept(), {});
  visit.between = () => undefined;
  visit.now += 31_000;
  await visit.get(`${ROOT}post/`);
  assert.equal((await visit.kept())[style], "style of one");
});

test("where mkdocs serves, it goes", async () => {
  await visit.get(`${ROOT}post/`);
  visit.publish("two", {
    [ROOT]: '<meta name="generator" content="mkdocs-1.6">',
    [`${ROOT}service-worker.js`]: "ours",
  });
  await visit.get(ROOT);
  assert.ok(visit.unregistered);
});

test("what an earlier version kept without a look at it goes", async () => {
  const cache = await visit.caches.open("offline /blog/ versioned");
  await cache.put(CHUNK, new Response(PORTAL));
  await visit.activate();
  assert.deepEqual((await visit.caches.keys()).filter((name) => / versioned$/.test(name)), []);
});
