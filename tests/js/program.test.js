import { show } from "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { allBlocks, blocksBelow, blocksUpTo, cellsOf, inWords } from "../../docs/assets/js/program.js";

/** The blocks of a page with two programs. */
function blocks() {
  const block = (/** @type {string} */ id) => `<div><py-playground id="${id}"></py-playground></div>`;
  const page = show(
    `<article>${["a", "b", "c"].map(block).join("")}</article><article>${block("d")}</article>`,
  );
  return [...page.querySelectorAll("py-playground")];
}

/** @param {{id: string}[]} found */
const ids = (found) => found.map(({ id }) => id).join("");

test("a program is the blocks of an article, in their order", () => {
  const [a, b, , d] = blocks();
  assert.equal(ids(allBlocks(b)), "abc");
  assert.equal(ids(blocksUpTo(b)), "ab");
  assert.equal(ids(blocksBelow(b)), "c");
  assert.equal(ids(blocksUpTo(a)), "a");
  assert.equal(ids(allBlocks(d)), "d");
});

test("in words, what runs besides the block itself", () => {
  const named = blocks().map((block, i) => Object.assign(block, { name: `${i}.py`, edited: false }));
  const [a, b, c] = named;
  assert.equal(inWords([a]), "");
  assert.equal(inWords([a, b]), "the block above");
  assert.equal(inWords([a, b, c]), "the 2 blocks above");
  Object.assign(a, { edited: true });
  Object.assign(c, { edited: true });
  assert.equal(inWords([a, b, c]), "the 2 blocks above, with your edits in 0.py");
});

test("an exercise stands apart, unless blocks below use it: then they go on from its answer", () => {
  const [a, b, c] = blocks().map((block, i) =>
    Object.assign(block, { name: `${i}.py`, edited: true, cell: `cell ${i}`, cellAbove: `above ${i}` }),
  );
  Object.assign(b, { apart: true });
  assert.equal(ids(blocksUpTo(c)), "ac");
  assert.equal(ids(blocksUpTo(b)), "ab");
  assert.equal(ids(blocksBelow(a)), "c");
  Object.assign(b, { apart: false, answer: { own: true, source: "x" } });
  assert.equal(ids(blocksUpTo(c)), "abc");
  assert.deepEqual(cellsOf([a, b, c]), ["above 0", "above 1", "cell 2"]);
  assert.equal(inWords([a, b, c]), "the 2 blocks above, with your edits in 0.py, with your answer to 1.py");
  Object.assign(a, { edited: false });
  Object.assign(b, { answer: { own: false, source: "x" } });
  assert.equal(inWords([a, b, c]), "the 2 blocks above, with the solution to 1.py");
});
