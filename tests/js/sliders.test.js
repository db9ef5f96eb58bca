import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { findSliders } from "../../docs/assets/js/sliders.js";

test("a slider is found where its number is", () => {
  const code = 'a = 1\nx = -2.5  # @param {type:"slider", min:-3, max:3, step:0.5}\n';
  const [{ from, to, ...slider }] = findSliders(code);
  assert.deepEqual(slider, {
    ...{ name: "x", value: "-2.5" },
    range: { min: "-3", max: "3", step: "0.5" },
  });
  assert.equal(code.slice(from, to), "-2.5");
});
