/** The text of a run. It may grow long: what has been laid out is not laid out again. */

import { make } from "./dom.js";

/** Lines after which the text goes on in a new box, which is laid out only when in sight. */
const BOX_LINES = 200;

export class TextLog {
  element = make("pre", { class: "py-text", role: "log", tabindex: "0", "aria-label": "Output" });
  #box = null;
  #lines = 0;
  #atLineStart = true;

  get empty() {
    return !this.element.firstChild;
  }

  /**
   * @param {string} text
   * @param {string} stream "stdout" or "stderr"
   */
  write(text, stream) {
    for (let from = 0; from < text.length; ) {
      const room = this.#room();
      const to = endOfLines(text, from, room);
      this.#append(text.slice(from, to), stream);
      from = to;
    }
  }

  /** Write text on lines of its own; returns what to call to replace it. */
  entry(text) {
    if (!this.#atLineStart) this.write("\n", "stdout");
    this.#room();
    const node = document.createTextNode(`${text}\n`);
    this.#box.append(make("span", { class: "py-stdout" }, node));
    this.#lines += text.split("\n").length;
    return (update) => {
      node.data = update === null ? "" : `${update}\n`;
    };
  }

  /** Scroll to the end, unless the reader has scrolled away from it. */
  follow(append) {
    const pre = this.element;
    const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 8;
    append();
    if (atEnd) pre.scrollTop = pre.scrollHeight;
  }

  /** Make sure there is a box with room; returns the lines it can still take. */
  #room() {
    if (!this.#box || (this.#lines >= BOX_LINES && this.#atLineStart)) {
      this.#box = make("span", { class: "py-lines" });
      this.#lines = 0;
      this.element.append(this.#box);
    }
    return Math.max(BOX_LINES - this.#lines, 1);
  }

  #append(text, stream) {
    const last = this.#box.lastChild;
    if (last?.className === `py-${stream}`) last.lastChild.appendData(text);
    else this.#box.append(make("span", { class: `py-${stream}` }, text));
    this.#lines += text.split("\n").length - 1;
    this.#atLineStart = text.endsWith("\n");
  }
}

/** Where the first `count` lines of the text end, from `from` on. */
function endOfLines(text, from, count) {
  let end = from;
  for (; count > 0; count--) {
    end = text.indexOf("\n", end) + 1;
    if (!end) return text.length;
  }
  return end;
}
