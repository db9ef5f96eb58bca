/** What a worker may say: the page must be able to live with whatever gets through. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checked } from "../../docs/assets/js/sandbox/checked.js";

const frame = { cell: "a", line: 1, end_line: 1, col: 0, end_col: 3 };
const error = { type: "error", name: "E", message: "", traceback: "E", frames: [frame], hint: null };
const display = { type: "display", data: { "text/plain": "1" }, id: null, update: false };
const stream = { type: "stream", name: "stdout", text: "1\n" };
/** @param {...object} events */
const says = (...events) => ({ type: "events", events });

const SOUND = [
  { type: "want", name: "a.zip" },
  { type: "ready", made: true },
  { type: "begun" },
  { type: "fetching" },
  says(),
  says(stream, display, error, { type: "cut", message: "Output cut" }),
  says({ ...display, data: { "text/plain": "1", "image/svg+xml": "<svg/>" }, id: "a" }),
  says({ ...display, data: { "text/plain": "1", "application/vnd.engine.steps+json": {} } }),
  says({ ...error, hint: "Did you mean…" }),
  says({ type: "verdict", verdict: "refused", message: "not yet", frames: [frame] }),
  { type: "end", ok: true, seconds: 0.1 },
  { type: "answer", number: 3, answer: null },
  { type: "answer", number: 3, answer: [{ label: "print", type: "function" }] },
  { type: "answer", number: 3, answer: { title: "print", text: "Prints." } },
  { type: "lost", message: "gone" },
];

test("what our worker says is understood", () => {
  for (const message of SOUND) assert.equal(checked(message), message);
});

const other = [undefined, null, NaN, -1, 1.5, "text", {}, [], [null], () => 1, Symbol("s"), true];

/**
 * Every way to put another value in the place of one part of a message.
 * @param {any} value
 * @returns {Generator<any>}
 */
function* altered(value) {
  if (value instanceof Uint8Array || value === null || typeof value !== "object") {
    yield* other;
    return;
  }
  for (const key of Object.keys(value)) {
    for (const part of altered(value[key])) {
      const copy = Array.isArray(value) ? [...value] : { ...value };
      copy[key] = part;
      yield copy;
    }
  }
}

test("one part of another kind, anywhere, is not understood, or does no harm", () => {
  let refused = 0;
  for (const message of SOUND) {
    for (const wrong of altered(message)) {
      const heard = checked(wrong);
      if (!heard) refused++;
      else if (heard.type === "events") heard.events.forEach(readEvent);
    }
  }
  assert.ok(refused > 300, `${refused}`);
});

/** As the page reads it. @param {any} event */
function readEvent(event) {
  if (event.type === "stream") event.text.split("\n");
  else if (event.type === "display") {
    event.data["text/plain"].split("\n");
    event.data["image/svg+xml"]?.trim();
    assert.equal(typeof event.update, "boolean");
  } else if (event.type === "error") {
    event.traceback.split("\n");
    for (const { line, col } of event.frames) assert.ok(line >= 0 && col >= 0);
  } else event.message.split("\n");
}

test("no message at all, and none of a kind that there is not", () => {
  for (const message of [...other, { type: "done" }, { type: "toString" }, { type: "__proto__" }]) {
    assert.equal(checked(message), null);
  }
});

test("a suggestion that would write what it does not show is refused", () => {
  const hidden = { label: "print", type: "function", apply: "import os" };
  assert.equal(checked({ type: "answer", number: 1, answer: [hidden] }), null);
});

test("what is too much for a page is refused", () => {
  assert.equal(checked(says({ ...stream, text: "x".repeat(2 ** 24 + 1) })), null);
  assert.equal(checked(says(...Array(100_001).fill(stream))), null);
});

test("a field named __proto__ changes no prototype", () => {
  const message = JSON.parse('{"type": "begun", "__proto__": {"polluted": 1}}');
  assert.ok(checked(message));
  assert.equal(Reflect.get({}, "polluted"), undefined);
});
