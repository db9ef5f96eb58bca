/** The text of a run. It may grow long: what has been laid out once is not laid out again. */

import { make } from "./dom.js";

/** When the text goes on in a new box, which is laid out by itself, and only when in sight. */
const BOX_LINES = 200;
const BOX_CHARACTERS = 10_000; // also within a line: it breaks there, as it would a little later

export class TextLog {
  element = make("pre", { class: "py-text", role: "log", tabindex: "0", "aria-label": "Output" });
  #box = null;
  #lines = 0;
  #characters = 0;
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
      this.#makeRoom();
      const to = this.#end(text, from);
      this.#append(text.slice(from, to), `py-${stream}`);
      from = to;
    }
  }

  /** Write text on lines of its own; returns what replaces it, or with null takes it away. */
  entry(text) {
    if (!this.#atLineStart) this.write("\n", "stdout");
    this.#makeRoom();
    const span = make("span", { class: "py-entry" }, `${text}\n`);
    this.#box.append(span);
    this.#count(span.textContent);
    return (update) => {
      span.textContent = update === null ? "" : `${update}\n`;
    };
  }

  /** Keep the end in sight while `append` adds to it, unless the reader has scrolled away. */
  follow(append) {
    const pre = this.element;
    const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 8;
    append();
    if (atEnd) pre.scrollTop = pre.scrollHeight;
  }

  #makeRoom() {
    const full = this.#atLineStart && this.#lines >= BOX_LINES;
    if (this.#box && !full && this.#characters < BOX_CHARACTERS) return;
    this.#box = make("span", { class: "py-lines" });
    this.#lines = this.#characters = 0;
    this.element.append(this.#box);
  }

  /** How far into the text, from `from` on, the box has room. */
  #end(text, from) {
    const limit = Math.min(text.length, from + BOX_CHARACTERS - this.#characters);
    let end = from;
    for (let lines = this.#lines; lines < BOX_LINES; lines++) {
      end = text.indexOf("\n", end) + 1;
      if (!end || end > limit) return limit;
    }
    return end > from ? end : limit;
  }

  #append(text, name) {
    const last = this.#box.lastChild;
    if (last?.className === name) last.lastChild.appendData(text);
    else this.#box.append(make("span", { class: name }, text));
    this.#count(text);
  }

  #count(text) {
    this.#lines += text.split("\n").length - 1;
    this.#characters += text.length;
    this.#atLineStart = text.endsWith("\n");
  }
}
