import { show } from "./page.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { StaticCode } from "../../docs/assets/js/staticcode.js";
import { Random } from "./random.js";

const HTML = `<pre><span></span><code><span class="n">x</span> <span class="o">=</span> <span
class="mf">2.0</span>
<span class="nb">print</span><span class="p">(</span><span class="n">x</span>)
</code></pre>`;
const TEXT = "x = 2.0\nprint(x)";

function staticCode() {
  const page = show(`<div class="highlight">${HTML}</div>`);
  return new StaticCode(/** @type {HTMLElement} */ (page.querySelector("div")));
}

test("its text is the code, without the last line end", () => {
  assert.equal(staticCode().text, TEXT);
});

test("a part is replaced as in a string, wherever it lies", () => {
  const random = new Random(6);
  const code = staticCode();
  let text = TEXT;
  for (let round = 0; round < 300; round++) {
    const from = random.below(text.length + 1);
    const to = from + random.below(text.length + 1 - from);
    const insert = random.pick(["", "3", "abc", "\n", "🙂"]);
    text = text.slice(0, from) + insert + text.slice(to);
    code.replace(from, to, insert);
    if (text.endsWith("\n")) {
      text += "y";
      code.replace(text.length - 1, text.length - 1, "y");
    }
    assert.equal(code.text, text);
  }
});

test("it can be had back as it was, colours included", () => {
  const code = staticCode();
  const before = code.element.innerHTML;
  code.replace(4, 7, "3.5");
  assert.equal(code.text, "x = 3.5\nprint(x)");
  assert.match(code.element.innerHTML, /<span class="mf">3\.5<\/span>/);
  code.restore();
  assert.equal(code.element.innerHTML, before);
});

test("what would not be seen is shown, and the text stays as it is", () => {
  const code = staticCode();
  code.replace(TEXT.length, TEXT.length, " # a\u202eb\u200b🙂❤️\u00a0");
  assert.equal(code.text, `${TEXT} # a\u202eb\u200b🙂❤️\u00a0`);
  const marks = () => [...code.element.querySelectorAll(".py-unseen")].map((mark) => mark.getAttribute("title"));
  assert.deepEqual(marks(), ["U+202E", "U+200B", "U+00A0"]);
  code.replace(code.text.indexOf("\u202e"), code.text.indexOf("🙂"), "");
  assert.deepEqual(marks(), ["U+00A0"]);
  code.restore();
  assert.deepEqual(marks(), []);
});
