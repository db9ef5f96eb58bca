import assert from "node:assert/strict";
import { after, beforeEach, mock, test } from "node:test";

Object.assign(globalThis, {
  RUNTIME_BYTES: JSON.stringify({ "pyodide.asm.wasm": 900, "a.zip": 100, "stdlib-rest.bin": 5000 }),
  self: globalThis,
});
const { downloading } = await import("../../docs/assets/js/worker/downloads.js");

/** @import { Progress } from "../../docs/assets/js/messages.js" */

const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const realFetch = globalThis.fetch;
after(() => Object.assign(globalThis, { fetch: realFetch }));

/** @type {(url: string) => Promise<Response>} */
let server;
const ourFetch = (/** @type {string} */ url) => server(url);

beforeEach(() => {
  Object.assign(globalThis, { fetch: ourFetch });
  server = async () => new Response(new Uint8Array(100));
});

const ignore = () => {};

test("what the action gives is given, and the browser's functions are back", async () => {
  const { instantiateStreaming } = WebAssembly;
  const size = await downloading(undefined, ignore, async () => {
    assert.notEqual(globalThis.fetch, ourFetch);
    return (await (await fetch("a.zip")).arrayBuffer()).byteLength;
  });
  assert.equal(size, 100);
  assert.equal(globalThis.fetch, ourFetch);
  assert.equal(WebAssembly.instantiateStreaming, instantiateStreaming);
});

test("bytes are counted and reported against all but what comes later", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {Progress[]} */
  const reports = [];
  await downloading(undefined, (progress) => reports.push(progress), async () => {
    await (await fetch("a.zip")).arrayBuffer();
    await (await fetch("b.zip")).arrayBuffer();
  });
  mock.timers.tick(100);
  mock.timers.reset();
  assert.deepEqual(reports, [{ loaded: 200, total: 1000 }]);
});

test("a file that does not come fails the whole, though the action waits on", async () => {
  server = () => Promise.reject(new TypeError("no network"));
  const waiting = downloading(undefined, ignore, () => {
    fetch("a.zip").catch(ignore);
    return new Promise(ignore);
  });
  await assert.rejects(waiting, /no network/);
  assert.equal(globalThis.fetch, ourFetch);
});

test("an answer that is no file fails with its status", async () => {
  server = async () => new Response("not here", { status: 404 });
  const waiting = downloading(undefined, ignore, () => {
    fetch("a.zip").catch(ignore);
    return new Promise(ignore);
  });
  await assert.rejects(waiting, /the server answered 404/);
});

test("a download that breaks off in the middle fails the whole", async () => {
  server = async () => {
    let pulls = 0;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (pulls++) controller.error(new TypeError("broken off"));
          else controller.enqueue(new Uint8Array(10));
        },
      }),
    );
  };
  const waiting = downloading(undefined, ignore, async () => {
    (await fetch("a.zip")).arrayBuffer().catch(ignore);
    return new Promise(ignore);
  });
  await assert.rejects(waiting, /broken off/);
});

test("a compiled interpreter is not fetched again", async () => {
  const compiled = await WebAssembly.compile(EMPTY_MODULE);
  server = () => Promise.reject(new Error("nothing shall be asked for"));
  const module = await downloading(compiled, ignore, async () => {
    const result = await WebAssembly.instantiateStreaming(fetch("runtime/pyodide.asm.wasm"), {});
    return result.module;
  });
  assert.equal(module, compiled);
});

test("a freshly compiled interpreter is kept for the next start", async () => {
  server = async () =>
    new Response(EMPTY_MODULE, { headers: { "Content-Type": "application/wasm" } });
  const kept = await downloading(undefined, ignore, async (tools) => {
    await WebAssembly.instantiateStreaming(fetch("runtime/pyodide.asm.wasm"), {});
    return tools.module;
  });
  assert.ok(kept instanceof WebAssembly.Module);
});
