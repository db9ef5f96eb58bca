import "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextLog } from "../../docs/assets/js/textlog.js";
import { PIECES, Random } from "./random.js";

test("what was written is what is shown, in boxes of bounded size", () => {
  const random = new Random(5);
  for (let round = 0; round < 30; round++) {
    const log = new TextLog();
    let written = "";
    for (let part = 0; part < 40; part++) {
      const text = random.text(40, PIECES).repeat(1 + random.below(60));
      log.write(text, random.pick(["stdout", "stderr"]));
      written += text;
    }
    assert.equal(log.element.textContent, written);
    assert.equal(log.empty, written === "");
    for (const box of log.element.children) {
      const text = box.textContent ?? "";
      assert.ok(text.length <= 10_000, `${text.length} characters`);
      assert.ok(text.split("\n").length - 1 <= 200, `${text.split("\n").length - 1} lines`);
    }
  }
});

test("text of one stream, written in parts, is one piece", () => {
  const log = new TextLog();
  for (const text of ["a", "b", "c"]) log.write(text, "stdout");
  log.write("d", "stderr");
  const pieces = [...log.element.querySelectorAll("span > span")];
  assert.deepEqual(
    pieces.map(({ className, textContent }) => [className, textContent]),
    [
      ["py-stdout", "abc"],
      ["py-stderr", "d"],
    ],
  );
});

test("an entry has lines of its own, and can be replaced or taken away", () => {
  const log = new TextLog();
  log.write("a", "stdout");
  const first = log.entry("1");
  log.write("b\n", "stdout");
  const second = log.entry("2");
  assert.equal(log.element.textContent, "a\n1\nb\n2\n");
  first("one\nmore");
  second(null);
  assert.equal(log.element.textContent, "a\none\nmore\nb\n");
});

test("the end stays in sight unless the reader has scrolled away", () => {
  const log = new TextLog();
  const size = { scrollHeight: 100, clientHeight: 50 };
  for (const name of /** @type {const} */ (["scrollHeight", "clientHeight"])) {
    Object.defineProperty(log.element, name, { get: () => size[name] });
  }
  const grow = () => (size.scrollHeight += 40);
  log.element.scrollTop = 50;
  log.follow(grow);
  assert.equal(log.element.scrollTop, 140);
  log.element.scrollTop = 60;
  log.follow(grow);
  assert.equal(log.element.scrollTop, 60);
});
