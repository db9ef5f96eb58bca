import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameAt } from "../../docs/assets/js/stepper.js";

/** @import { EdgeStep, ForwardStep, SeedStep } from "../../docs/assets/js/messages.js" */

// y = x·x at 3: two edges into the same node.
/** @type {ForwardStep[]} */
const forward = [
  { node: 0, data: "3", text: "x" },
  { node: 1, data: "9", text: "y" },
];
/** @type {(number: Partial<EdgeStep>) => EdgeStep} */
const edge = (numbers) => ({
  ...{ from: 1, to: 0, operand: 0, upstream: "1", local: "3", contribution: "3" },
  ...{ before: "0", sum: "3", sign: "+", text: "" },
  ...numbers,
});
/** @type {(SeedStep | EdgeStep)[]} */
const backward = [
  { node: 1, operand: null, grad: "1", text: "seed" },
  edge({}),
  edge({ operand: 1, before: "3", sum: "6" }),
];
const steps = { forward, backward };

test("nothing is there before the first step", () => {
  const frame = frameAt(steps, 0);
  assert.equal(frame.step, null);
  assert.equal(frame.data.size + frame.grad.size + frame.passed.length, 0);
  assert.equal(frame.sweeping, false);
});

test("data come first, gradients after, each at its step", () => {
  const seen = [1, 2, 3, 4, 5].map((count) => frameAt(steps, count));
  assert.deepEqual(
    seen.map(({ data }) => data.size),
    [1, 2, 2, 2, 2],
  );
  assert.deepEqual(
    seen.map(({ sweeping }) => sweeping),
    [false, false, true, true, true],
  );
  assert.deepEqual(
    seen.map(({ grad }) => [grad.get(1), grad.get(0)]),
    [
      [undefined, undefined],
      [undefined, undefined],
      ["1", undefined],
      ["1", "3"],
      ["1", "6"],
    ],
  );
  assert.deepEqual(
    seen.map(({ passed }) => passed.length),
    [0, 0, 0, 1, 2],
  );
  assert.deepEqual(
    seen.map(({ step }) => step),
    [...forward, ...backward],
  );
});
