import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, unpack } from "../../docs/assets/js/worker/image.js";
import { Random } from "./random.js";

const PAGE = 4096;

/** @param {Uint8Array} memory @param {[string, Uint8Array][]} files */
function assertKept(memory, files) {
  const back = unpack(pack(memory, files));
  assert.ok(Buffer.from(back.memory).equals(Buffer.from(memory)));
  assert.deepEqual(
    back.files.map(([path, content]) => [path, [...content]]),
    files.map(([path, content]) => [path, [...content]]),
  );
}

test("memory and files come back", () => {
  const random = new Random(1);
  for (let round = 0; round < 40; round++) {
    const memory = new Uint8Array(4 * random.below(6 * (PAGE / 4)));
    for (let page = 0; page * PAGE < memory.length; page++) {
      if (random.below(2)) memory[page * PAGE + random.below(PAGE)] = 1 + random.below(255);
    }
    /** @type {[string, Uint8Array][]} */
    const files = Array.from({ length: random.below(4) }, (_, i) => [
      `/lib/é${i}.py`,
      Uint8Array.from({ length: random.below(9) }, () => random.below(256)),
    ]);
    assertKept(memory, files);
  }
});

test("a byte at the edge of a page is not lost", () => {
  for (const at of [0, PAGE - 1, PAGE, 2 * PAGE - 1]) {
    const memory = new Uint8Array(2 * PAGE);
    memory[at] = 7;
    assertKept(memory, []);
  }
});

test("zeros take no room", () => {
  assert.ok(pack(new Uint8Array(1000 * PAGE), []).length < 100);
  const half = new Uint8Array(1000 * PAGE).fill(1, 0, 500 * PAGE);
  assert.ok(pack(half, []).length < 501 * PAGE);
});

test("an image that lies within other bytes is read", () => {
  const memory = new Uint8Array(PAGE).fill(9);
  const image = pack(memory, []);
  const padded = new Uint8Array(image.length + 24);
  padded.set(image, 8);
  assert.deepEqual(unpack(padded.subarray(8, 8 + image.length)).memory, memory);
});
