/** What the page fetches for Python: what was published, or nothing. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, beforeEach, mock, test } from "node:test";

/** @import { Progress } from "../../docs/assets/js/messages.js" */

const CONTENT = new TextEncoder().encode("what the site has published");
const PORTAL = new TextEncoder().encode("<title>Welcome to our network</title>");

/** @param {Uint8Array} content */
const listed = (content) => ({
  path: "runtime/a.zip",
  size: content.length,
  digest: createHash("sha256").update(content).digest("hex"),
});

Object.assign(globalThis, { PYTHON_FILES: JSON.stringify({ "a.zip": listed(CONTENT) }) });
const { Files, digestOf } = await import("../../docs/assets/js/sandbox/files.js");

const { fetch: realFetch, crypto: realCrypto } = globalThis;
after(() => Object.assign(globalThis, { fetch: realFetch }));

/** @type {RequestInit[]} */
let asked;
/** @type {(cache?: RequestCache) => Response | Promise<Response>} */
let server;

beforeEach(() => {
  asked = [];
  const fetch = async (/** @type {URL} */ _address, /** @type {RequestInit} */ options) => {
    asked.push(options);
    return server(options.cache);
  };
  Object.assign(globalThis, { fetch });
});

const ignore = () => {};
const take = (name = "a.zip") => new Files(ignore).take(name);

test("a file comes as it was published, and no redirection is followed", async () => {
  server = () => new Response(CONTENT);
  assert.deepEqual(await take(), CONTENT);
  assert.deepEqual(asked.map(({ redirect }) => redirect), ["error"]);
});

for (const [what, bytes] of Object.entries({
  "a portal's page": PORTAL,
  "half of it": CONTENT.slice(0, 9),
  "more than it": Uint8Array.of(...CONTENT, 0),
  "as many other bytes": CONTENT.map((byte) => byte ^ 1),
  "nothing": new Uint8Array(0),
})) {
  test(`${what} in its place: asked for past all caches, and refused`, async () => {
    server = () => new Response(bytes);
    await assert.rejects(take(), /a\.zip is not what this site has published/);
    assert.deepEqual(asked.map(({ cache }) => cache), ["default", "reload"]);
  });

  test(`${what} in a cache does no harm`, async () => {
    server = (cache) => new Response(cache === "reload" ? CONTENT : bytes);
    assert.deepEqual(await take(), CONTENT);
  });
}

test("a server that says why not is quoted", async () => {
  server = () => new Response("", { status: 503 });
  await assert.rejects(take(), /^Error: the server answered 503$/);
});

test("what is not listed is not asked for, whatever it is called", async () => {
  for (const name of ["https://example.org/", "../index.html", "toString", "__proto__", ""]) {
    await assert.rejects(take(name), /there is no such file/);
  }
  assert.deepEqual(asked, []);
});

test("where the page cannot make digests, the browser compares", async () => {
  server = () => new Response(CONTENT);
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  try {
    await take();
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: realCrypto, configurable: true });
  }
  const expected = createHash("sha256").update(CONTENT).digest("base64");
  assert.equal(asked[0].integrity, `sha256-${expected}`);
});

test("bytes are counted and reported, and those that were for nothing are not", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {Progress[]} */
  const reports = [];
  const files = new Files((progress) => reports.push(progress));
  server = (cache) => new Response(cache === "reload" ? CONTENT : CONTENT.slice(0, 9));
  await files.take("a.zip");
  mock.timers.tick(100);
  assert.deepEqual(reports, [{ loaded: CONTENT.length, total: CONTENT.length }]);
});

test("what is expected is fetched once, and then given away", async () => {
  server = () => new Response(CONTENT);
  const files = new Files(ignore);
  files.expect("a.zip");
  await files.take("a.zip");
  assert.equal(asked.length, 1);
  await files.take("a.zip");
  assert.equal(asked.length, 2);
});

test("stopped downloads are stopped", async () => {
  server = () => new Response(CONTENT);
  const files = new Files(ignore);
  await files.take("a.zip");
  files.stop();
  assert.equal(asked[0].signal?.aborted, true);
});

test("digests are those that everybody makes", async () => {
  assert.equal(await digestOf(CONTENT), listed(CONTENT).digest);
});
