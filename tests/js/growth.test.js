/** What looks at the reader's text at every key takes time in proportion to it, whatever it is. */

import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { dottedStart, nameEnd, nameStart } from "../../docs/assets/js/editor/names.js";
import { findParams, pythonString } from "../../docs/assets/js/params.js";
import { unseenPattern } from "../../docs/assets/js/unseen.js";
import { Outbox } from "../../docs/assets/js/worker/outbox.js";

/**
 * Seconds of the processor, so that a busy machine does not matter.
 * @param {() => void} work
 * @param {number} [rounds] of which the best counts
 */
function seconds(work, rounds = 5) {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

/** @type {Record<string, (text: string) => void>} */
const WORK = {
  fields: findParams,
  "a typed text": pythonString,
  "the name at the end": (text) => nameStart(text, text.length),
  "the dotted name at the end": (text) => dottedStart(text, text.length),
  "the name at the beginning": (text) => nameEnd(text, 0),
  "unseen characters": (text) => text.replace(unseenPattern("gu"), ""),
  output(text) {
    const outbox = new Outbox(() => {});
    outbox.start();
    outbox.stream("stdout", text);
  },
};

const BEGINNINGS = [
  ...["", "# @param ", "x = 1  # @param ", 'x = "', "x = 1 ", "x = ", "f(", "'''"],
  "x = 1  # @param [",
];
const PIECES = [
  ...["a", "a.", "1", ".1e", " ", "\t", "'", '"', '"\\', "\\", "(", ")", "[", "#", "\n", "a = "],
  ...["{", ",", '"a",', "min:1,", "'''", "\u200b", "x = 1 # @param\n"],
];

for (const [name, work] of Object.entries(WORK)) {
  test(name, () => {
    for (const beginning of BEGINNINGS) {
      for (const piece of PIECES) {
        const text = (/** @type {number} */ length) =>
          beginning + piece.repeat(length / piece.length) + "!# @param";
        const [short, long] = [text(5_000), text(40_000)];
        // 8 times the text: a quadratic pattern would take 64 times as long.
        if (seconds(() => work(long), 1) < 0.02) continue;
        const ratio = seconds(() => work(long)) / seconds(() => work(short));
        assert.ok(ratio < 24, `${JSON.stringify(beginning + piece)}…: ${ratio.toFixed(1)} times`);
      }
    }
  });
}
