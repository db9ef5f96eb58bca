import "./page.js";
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Draft } from "../../docs/assets/js/drafts.js";

beforeEach(() => localStorage.clear());

test("what was typed is there in a later visit", () => {
  new Draft("/post/", "a", "x = 1").write("x = 2");
  const draft = new Draft("/post/", "a", "x = 1");
  assert.equal(draft.text, "x = 2");
  assert.equal(draft.older, null);
});

test("a draft belongs to its page and block", () => {
  new Draft("/post/", "a", "x = 1").write("x = 2");
  assert.equal(new Draft("/post/", "b", "x = 1").text, null);
  assert.equal(new Draft("/other/", "a", "x = 1").text, null);
});

test("the original again is no draft, and leaves nothing behind", () => {
  const draft = new Draft("/post/", "a", "x = 1");
  draft.write("x = 2");
  draft.write("x = 1");
  assert.equal(new Draft("/post/", "a", "x = 1").text, null);
  assert.equal(localStorage.length, 0);
});

test("when the original changes, the text is kept as an older one until it is decided about", () => {
  new Draft("/post/", "a", "x = 1").write("x = 2");
  assert.equal(new Draft("/post/", "a", "x = 5").text, null);
  assert.equal(new Draft("/post/", "a", "x = 5").older, "x = 2");
  assert.equal(new Draft("/post/", "a", "x = 6").older, "x = 2");
  new Draft("/post/", "a", "x = 6").forgetOlder();
  assert.equal(new Draft("/post/", "a", "x = 6").older, null);
});

test("typing after a change of the original keeps the older text, too", () => {
  new Draft("/post/", "a", "x = 1").write("x = 2");
  new Draft("/post/", "a", "x = 5").write("x = 7");
  const draft = new Draft("/post/", "a", "x = 5");
  assert.deepEqual([draft.text, draft.older], ["x = 7", "x = 2"]);
});

for (const foreign of ["{", "[]", "null", '"text"', "7", '{"original": "x = 1"}', '{"text": 5}']) {
  test(`foreign storage is as good as none: ${foreign}`, () => {
    localStorage.setItem("py-draft:/post/#a", foreign);
    const draft = new Draft("/post/", "a", "x = 1");
    assert.deepEqual([draft.text, draft.older], [null, null]);
  });
}

test("where storage is full, the text is kept for the visit", () => {
  const full = mock.method(Object.getPrototypeOf(localStorage), "setItem", () => {
    throw new Error("quota exceeded");
  });
  new Draft("/post/", "a", "x = 1").write("x = 3");
  assert.equal(new Draft("/post/", "a", "x = 1").text, "x = 3");
  full.mock.restore();
  new Draft("/post/", "a", "x = 1").write("x = 4");
  assert.equal(new Draft("/post/", "a", "x = 1").text, "x = 4");
  new Draft("/post/", "a", "x = 1").write("x = 1");
});
