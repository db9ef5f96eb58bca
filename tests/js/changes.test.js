/** The reader's change and the author's, in one text. */

import { show } from "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { merged, showDifference } from "../../docs/assets/js/changes/changes.js";
import { Draft } from "../../docs/assets/js/drafts.js";

const BASE = "a = 1\nb = 2\nc = 3\nprint(a + b)\nprint(c)";

test("changes in different places are both there", () => {
  const mine = BASE.replace("a = 1", "a = 10");
  const theirs = BASE.replace("print(c)", "print(c, 'new')");
  const { text, conflicts } = merged(mine, BASE, theirs);
  assert.equal(text, mine.replace("print(c)", "print(c, 'new')"));
  assert.equal(conflicts, 0);
});

test("the same change on both sides is no conflict", () => {
  const both = BASE.replace("b = 2", "b = 5");
  assert.deepEqual(merged(both, BASE, both), { text: both, conflicts: 0 });
});

test("where they meet both stay, as comments say, indented as the code is", () => {
  const { text, conflicts } = merged("if x:\n    y = 1", "if x:\n    y = 0", "if x:\n    y = 2");
  assert.equal(conflicts, 1);
  assert.equal(
    text,
    "if x:\n    # yours:\n    y = 1\n    # the new one's:\n    y = 2\n    # (to here)",
  );
});

test("what only one side has changed is taken as it is", () => {
  assert.equal(merged(BASE, BASE, "new").text, "new");
  assert.equal(merged("mine", BASE, BASE).text, "mine");
  assert.equal(merged("", BASE, BASE).text, "");
});

test("the difference names both sides and leaves out what is far from it", () => {
  const long = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
  show("");
  const box = showDifference(`mine\n${long}`, `<b>new</b>\n${long}`);
  const lines = [...box.querySelectorAll(".py-line")].map((line) => line.textContent);
  assert.deepEqual(lines.slice(0, 3), ["− mine\n", "+ <b>new</b>\n", "  line 0\n"]);
  assert.ok(lines.includes("  … 24 lines …\n"));
  assert.equal(lines.length, 9);
});

test("an older text remembers what it was made from, through further changes", () => {
  localStorage.clear();
  new Draft("/p/", "a", "x = 1").write("x = 2");
  let draft = new Draft("/p/", "a", "x = 5");
  assert.deepEqual([draft.older, draft.base], ["x = 2", "x = 1"]);
  draft = new Draft("/p/", "a", "x = 6"); // nothing was decided
  assert.deepEqual([draft.older, draft.base], ["x = 2", "x = 1"]);
  draft.write("x = 7");
  draft = new Draft("/p/", "a", "x = 8");
  assert.deepEqual([draft.older, draft.base], ["x = 7", "x = 6"]);
  localStorage.setItem("py-draft:/p/#b", JSON.stringify({ original: "o", text: null, older: "m" }));
  assert.deepEqual(new Draft("/p/", "b", "n").base, null); // of an earlier visit, without
});
