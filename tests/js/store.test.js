import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { CacheStorage } from "./caches.js";

const digest = "00".repeat(32);
const PYTHON_FILES = JSON.stringify({ "a.zip": { path: "runtime/a.zip", size: 1, digest } });
Object.assign(globalThis, { PYTHON_FILES });
const { readImage, storeImage } = await import("../../docs/assets/js/sandbox/store.js");

const IMAGE = Uint8Array.of(1, 2, 3);
const warnings = mock.method(console, "warn", () => {});

/** @type {CacheStorage} */
let storage;

beforeEach(() => {
  storage = new CacheStorage();
  Object.assign(globalThis, { caches: storage });
  warnings.mock.resetCalls();
});

/** @returns {Promise<Response | undefined>} what is stored */
async function stored() {
  const cache = await storage.open("python-image");
  const [key] = await cache.keys();
  return key && cache.match(key);
}

test("an image comes back", async () => {
  await storeImage(IMAGE, false);
  assert.deepEqual(await readImage(), IMAGE);
});

test("where there is none, there is none", async () => {
  assert.equal(await readImage(), undefined);
  assert.equal(warnings.mock.callCount(), 0);
});

test("a damaged image is not used, and dropped", async () => {
  await storeImage(IMAGE, false);
  const { headers } = (await stored()) ?? {};
  const cache = await storage.open("python-image");
  await cache.put((await cache.keys())[0], new Response(Uint8Array.of(1, 2, 4), { headers }));
  assert.equal(await readImage(), undefined);
  assert.equal(await stored(), undefined);
  assert.match(String(warnings.mock.calls[0].arguments[1]), /damaged/);
});

test("what is stored stays, unless it has proved useless", async () => {
  await storeImage(IMAGE, false);
  await storeImage(Uint8Array.of(9), false);
  assert.deepEqual(await readImage(), IMAGE);
  await storeImage(Uint8Array.of(9), true);
  assert.deepEqual(await readImage(), Uint8Array.of(9));
});

test("images of other builds are dropped", async () => {
  const cache = await storage.open("python-image");
  await cache.put("https://example.org/old", new Response("old"));
  await storeImage(IMAGE, false);
  assert.equal((await cache.keys()).length, 1);
});

test("where storage is denied, nothing breaks", async () => {
  storage.open = () => Promise.reject(new DOMException("denied", "SecurityError"));
  await storeImage(IMAGE, false);
  assert.equal(await readImage(), undefined);
  assert.equal(warnings.mock.callCount(), 2);
});
