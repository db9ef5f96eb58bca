/** The file that takes a reader's work along: whatever it holds, only what is sound is taken. */

import { show } from "./page.js";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Draft } from "../../docs/assets/js/drafts.js";
import { backup, describe, merge, parseBackup } from "../../docs/assets/js/exercise/backup.js";
import { readRecord, writeRecord } from "../../docs/assets/js/exercise/record.js";
import { readGuess, writeGuess } from "../../docs/assets/js/predict/guess.js";
import { keys } from "../../docs/assets/js/exercise/keys.js";
import { read } from "../../docs/assets/js/kept.js";

const PASSED = { passed: { text: "x = 1", version: "a1", on: "2026-03-01" }, tried: ["x = 0"] };

beforeEach(() => {
  localStorage.clear();
  show('<a class="md-logo" href="/site/index.html"></a>');
});

function fill() {
  new Draft("/site/post/", "a", "x = 1").write("x = '</script><script>alert(1)</script>'");
  writeRecord("/site/post/", "b", PASSED);
  writeGuess("/site/post/", "c", { text: "28" });
  localStorage.setItem("py-exercise:/elsewhere/#b", JSON.stringify(PASSED));
  localStorage.setItem("py-exercise:/site/#broken", "{");
  localStorage.setItem("somebody else's", "1");
}

/** @param {unknown} value */
const parsed = (value) => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return parseBackup(text, text.length);
};

test("all that is here, and nothing else, comes back in an empty browser", () => {
  fill();
  const before = keys("py-").filter((key) => key.includes("/site/post/")).map((key) => [key, read(key)]);
  const file = JSON.stringify(backup());
  assert.equal(JSON.parse(file).entries.length, 3);
  localStorage.clear();
  const found = parsed(file);
  assert.deepEqual(describe(found).replaces, []);
  assert.equal(describe(found).brings, "1 edited block, 1 exercise, 1 prediction");
  assert.equal(merge(found, false).count, 3);
  assert.deepEqual(keys("py-").map((key) => [key, read(key)]), before);
});

test("a site that has moved takes it along", () => {
  fill();
  const file = JSON.stringify(backup());
  localStorage.clear();
  show('<a class="md-logo" href="/"></a>');
  merge(parsed(file), true);
  assert.deepEqual(readRecord("/post/", "b"), PASSED);
});

test("what differs is named, stays or is replaced as the reader says, and can be undone", () => {
  fill();
  const found = parsed(JSON.stringify(backup()));
  writeGuess("/site/post/", "c", { text: "29" });
  assert.deepEqual(describe(found).replaces, ["prediction c of post/"]);
  assert.equal(merge(found, false).count, 0);
  assert.equal(readGuess("/site/post/", "c")?.text, "29");
  const { count, undo } = merge(found, true);
  assert.equal(count, 1);
  assert.equal(readGuess("/site/post/", "c")?.text, "28");
  undo();
  assert.equal(readGuess("/site/post/", "c")?.text, "29");
});

const entry = { kind: "exercise", page: "post/", block: "b", value: PASSED };
const whole = { format: "deep-learning-progress", version: 1, entries: [entry] };

test("a whole file is taken", () => {
  assert.equal(parsed(whole).entries.length, 1);
});

/** @type {[words: RegExp, file: unknown][]} */
const REFUSED = [
  [/damaged, or not one/, "not JSON"],
  [/damaged, or not one/, JSON.stringify(whole).slice(0, -3)],
  [/not saved here/, []],
  [/not saved here/, null],
  [/not saved here/, { ...whole, format: "other" }],
  [/newer version/, { ...whole, version: 2 }],
  [/names no version/, { ...whole, version: "1" }],
  [/no entries/, { ...whole, entries: { length: 1 } }],
  [/entry 2/, { ...whole, entries: [entry, null] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, kind: "__proto__" }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, kind: "toString" }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, page: "../other/" }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, page: "/post/" }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, page: 'post/"><script>' }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, block: "<img src=x onerror=alert(1)>" }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, block: 7 }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, value: { passed: true, tried: [] } }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, value: { passed: null, tried: [1] } }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, kind: "edit" }] }],
  [/entry 1/, { ...whole, entries: [{ ...entry, kind: "guess", value: null }] }],
];

for (const [words, file] of REFUSED) {
  test(`refused: ${JSON.stringify(file).slice(0, 120)}`, () => {
    fill();
    const before = JSON.stringify({ ...localStorage });
    assert.throws(() => parsed(file), { name: "RangeError", message: words });
    assert.equal(JSON.stringify({ ...localStorage }), before);
  });
}

test("a file larger than what a browser keeps is not even read", () => {
  assert.throws(() => parseBackup(JSON.stringify(whole), 5_000_001), /larger/);
});

test("of an entry only the known parts are taken", () => {
  const more = { ...entry, extra: 1, ["__proto__"]: { polluted: true } };
  const [taken] = parsed({ ...whole, entries: [more] }).entries;
  assert.deepEqual(Object.keys(taken), ["kind", "page", "block", "value"]);
});
