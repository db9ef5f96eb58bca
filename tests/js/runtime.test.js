import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { runtime } from "../../docs/assets/js/runtime.js";

/** How a run ends, and whether its program was asked for. @param {{allowed: boolean}[]} links */
function run(links) {
  return new Promise((resolve) => {
    let taken = false;
    runtime.run({
      owner: {},
      origin: () => links,
      program: () => {
        taken = true;
        return { cells: [], below: [] };
      },
      onState: () => {},
      onEvents: () => {},
      onEnd: ({ outcome }) => resolve({ outcome, taken }),
    });
  });
}

test("a link's code that nobody has let run is refused, whoever starts it", async () => {
  const [asked, unasked] = [{ allowed: true }, { allowed: false }];
  assert.deepEqual(await run([unasked]), { outcome: "refused", taken: false });
  assert.deepEqual(await run([asked, unasked]), { outcome: "refused", taken: false });
  // There is no Python here: what is not refused gets as far as that.
  assert.deepEqual(await run([asked]), { outcome: "failed", taken: false });
  assert.deepEqual(await run([]), { outcome: "failed", taken: false });
});
