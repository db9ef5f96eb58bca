import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Outbox } from "../../docs/assets/js/worker/outbox.js";
import { PIECES, Random } from "./random.js";

/** @import { DisplayEvent, OutputEvent } from "../../docs/assets/js/messages.js" */

let now = 0; // ms
mock.method(performance, "now", () => now);

/** @type {OutputEvent[][]} */
let batches = [];
let outbox = new Outbox(() => {});

beforeEach(() => {
  now += 1000;
  batches = [];
  outbox = new Outbox((events) => batches.push(structuredClone(events)));
  outbox.start();
});

/** All text that was sent, of both streams. */
const sentText = () =>
  batches.flat().flatMap((event) => (event.type === "stream" ? [event.text] : [])).join("");

/** @param {string} [text] @returns {DisplayEvent} */
const display = (text = "text", id = "a", update = false, svg = false) => ({
  ...{ type: "display", id, update },
  data: { "text/plain": text, ...(svg && { "image/svg+xml": "<svg/>" }) },
});

test("little goes out at once, much in batches, nothing is lost or reordered", () => {
  const random = new Random(7);
  let written = "";
  for (let part = 0; part < 500; part++) {
    const text = random.text(5, PIECES);
    written += text;
    outbox.stream(random.pick(["stdout", "stderr"]), text);
    now += random.below(3);
    outbox.tick();
  }
  outbox.flush();
  assert.equal(sentText(), written);
  assert.ok(batches.length <= 8 * (500 * 2) / 50 + 9, `${batches.length} batches`);
});

test("the first text does not wait for more", () => {
  outbox.stream("stdout", "a");
  assert.equal(sentText(), "a");
});

test("text that waits goes out when its interval is over", () => {
  for (let i = 0; i < 20; i++) outbox.stream("stdout", "x");
  assert.equal(sentText(), "x".repeat(8));
  now += 49;
  outbox.tick();
  assert.equal(sentText(), "x".repeat(8));
  now += 1;
  outbox.tick();
  assert.equal(sentText(), "x".repeat(20));
});

test("text in a row of one stream is one event", () => {
  for (let i = 0; i < 12; i++) outbox.stream("stdout", "x");
  outbox.stream("stderr", "y");
  outbox.flush();
  assert.deepEqual(batches.at(-1), [
    { type: "stream", name: "stdout", text: "xxxx" },
    { type: "stream", name: "stderr", text: "y" },
  ]);
});

for (const [what, unit, shown] of /** @type {const} */ ([
  ["lines", "a\n", 10_000],
  ["characters", "abcde", 50_000],
])) {
  test(`output of too many ${what} is cut, once, and said to be`, () => {
    for (let i = 0; i < shown + 3; i++) outbox.stream("stdout", unit);
    outbox.stream("stderr", "more");
    outbox.flush();
    assert.equal(sentText(), unit.repeat(shown));
    const cuts = batches.flat().filter(({ type }) => type === "cut");
    assert.deepEqual(cuts, [
      {
        type: "cut",
        message: "Output cut: a run shows up to 10,000 lines, 250,000 characters and 200 figures.",
      },
    ]);
  });
}

test("one text that is too long shows its beginning", () => {
  outbox.stream("stdout", "x".repeat(300_000));
  outbox.flush();
  assert.equal(sentText().length, 250_000);
  assert.equal(batches.flat().at(-1)?.type, "cut");
});

test("what fits exactly is not cut", () => {
  outbox.stream("stdout", "x".repeat(250_000));
  outbox.flush();
  assert.equal(batches.flat().length, 1);
});

test("an error is shown after a cut, too, and a very long one without its middle", () => {
  outbox.stream("stdout", "\n".repeat(10_001));
  outbox.event({
    ...{ type: "error", name: "E", message: "m", frames: [], hint: null },
    traceback: `start ${"x".repeat(50_000)} end`,
  });
  outbox.flush();
  const [error] = batches.flat().filter((event) => event.type === "error");
  assert.match(error.traceback, /^start x+\n\[…\]\nx+ end$/);
  assert.ok(error.traceback.length < 20_010);
});

test("a new run counts anew", () => {
  outbox.stream("stdout", "\n".repeat(10_001));
  outbox.start();
  outbox.stream("stdout", "again");
  outbox.flush();
  assert.ok(sentText().endsWith("again"));
});

test("of what is shown again in one place while it waits, the last is sent", () => {
  for (let i = 0; i < 8; i++) outbox.stream("stdout", "x"); // the burst is used up
  outbox.event(display("0"));
  for (let i = 1; i <= 5; i++) outbox.event(display(String(i), "a", true));
  outbox.event(display("other", "b", true));
  outbox.flush();
  assert.deepEqual(batches.at(-1), [display("5"), display("other", "b", true)]);
});

test("figures are counted, updates of a figure are not", () => {
  for (let i = 0; i < 200; i++) outbox.event(display("f", `id-${i}`, false, true));
  for (let i = 0; i < 9; i++) outbox.event(display("f", "id-1", true, true));
  outbox.event(display("f", "one more", false, true));
  outbox.flush();
  assert.equal(batches.flat().filter(({ type }) => type === "cut").length, 1);
  assert.ok(!batches.flat().some((event) => event.type === "display" && event.id === "one more"));
});

test("what is taken back is taken from what waits, or told", () => {
  outbox.stream("stdout", "a\n10%");
  assert.deepEqual(batches.at(-1), [{ type: "stream", name: "stdout", text: "a\n10%" }]);
  outbox.stream("stdout", "20%", 3);
  assert.deepEqual(batches.at(-1), [{ type: "stream", name: "stdout", text: "20%", back: 3 }]);
  for (let i = 0; i < 6; i++) outbox.stream("stdout", "\u{1F600}"); // uses the interval up
  outbox.stream("stdout", "\u{1F600}\u{1F600}");
  outbox.stream("stdout", "!", 1);
  outbox.flush();
  assert.deepEqual(batches.at(-1), [{ type: "stream", name: "stdout", text: "\u{1F600}!" }]);
});

test("what is in a hurry does not wait for its interval", () => {
  for (let i = 0; i < 20; i++) {
    outbox.stream("stdout", "x");
    outbox.hurry();
  }
  assert.equal(sentText(), "x".repeat(20));
});

test("large figures come at a pace, and not without end", () => {
  const large = (/** @type {boolean} */ update, size = 340_000) => {
    const event = display("text", "a", update, true);
    event.data["image/svg+xml"] = "x".repeat(size);
    outbox.event(event);
  };
  large(false);
  now += 100;
  large(true);
  outbox.tick();
  assert.equal(batches.length, 1);
  now += 300;
  outbox.tick();
  assert.equal(batches.length, 2);
  large(true, 2_000_000);
  assert.equal(batches.flat().at(-1)?.type, "cut");
});
