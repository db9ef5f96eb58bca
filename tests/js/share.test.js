import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeLink, readLink } from "../../docs/assets/js/share.js";
import { PIECES, Random } from "./random.js";

/** A fragment of these bytes, deflated or not. @param {Uint8Array | string} bytes */
async function fragment(bytes, deflate = true) {
  const plain = new Blob([/** @type {BlobPart} */ (bytes)]).stream();
  const packed = deflate ? plain.pipeThrough(new CompressionStream("deflate-raw")) : plain;
  return `#code=${Buffer.from(await new Response(packed).arrayBuffer()).toString("base64url")}`;
}

test("a link brings what was put in, whatever the text", async () => {
  const random = new Random(2);
  for (let round = 0; round < 60; round++) {
    /** @type {[string, string][]} */
    const codes = Array.from({ length: 1 + random.below(3) }, (_, i) => [
      `block-${i}`,
      random.text(300, PIECES),
    ]);
    const link = await makeLink(codes);
    assert.match(link, /^https:\/\/example\.org\/post\/\?x=1#code=[\w-]+$/);
    assert.deepEqual([...(await readLink(new URL(link).hash))], codes);
  }
});

test("a link that would be too long says so, in numbers", async () => {
  const random = new Random(3);
  const noise = Array.from({ length: 20_000 }, () => random.below(36).toString(36)).join("");
  await assert.rejects(makeLink([["a", noise]]), {
    name: "RangeError",
    message: /^Too long for a link \(\d+ characters of 8000\): copy it$/,
  });
});

test("a link that unfolds without end is refused", async () => {
  const bomb = await fragment(JSON.stringify([["a", " ".repeat(5_000_000)]]));
  assert.ok(bomb.length < 8000);
  await assert.rejects(readLink(bomb), { message: "more code than a link may hold" });
});

for (const [what, value] of Object.entries({
  "an object": { a: "x" },
  null: null,
  "a list of texts": ["ab"],
  "texts of two": ["ab", "cd"],
  "a pair with a number": [["a", 1]],
  "a triple": [["a", "x", "y"]],
})) {
  test(`${what} is no list of codes`, async () => {
    await assert.rejects(readLink(await fragment(JSON.stringify(value))), /not a list of codes/);
  });
}

test("what is damaged is refused", async () => {
  for (const hash of [
    "#code=",
    "#code=!!!",
    "#code=AAAA",
    await fragment("[[", true),
    await fragment(Uint8Array.of(0xff, 0xfe)),
    await fragment(JSON.stringify([["a", "x"]]), false),
    (await fragment(JSON.stringify([["a", "x".repeat(99)]]))).slice(0, -6),
  ]) {
    await assert.rejects(readLink(hash), hash);
  }
});

test("every cut and every changed character of a link is refused or read, never worse", async () => {
  const random = new Random(4);
  const { hash } = new URL(await makeLink([["a", "print('hello')\n".repeat(9)]]));
  for (let round = 0; round < 200; round++) {
    const at = 6 + random.below(hash.length - 6);
    const changed = hash.slice(0, at) + random.pick(["", "A", "_", "é", " "]) + hash.slice(at + 1);
    try {
      for (const entry of await readLink(changed)) assert.equal(typeof entry[1], "string");
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
});
