/** The text of a run. It may grow long: what has been laid out once is not laid out again. */

import { make } from "./dom.js";

/** @import { StreamName } from "./messages.js" */

/** When the text goes on in a new box, which is laid out by itself, and only when in sight. */
const BOX_LINES = 200;
const BOX_CHARACTERS = 10_000; // also within a line: it breaks there, as it would a little later

export class TextLog {
  element = make("pre", { class: "py-text", role: "log", tabindex: "0", "aria-label": "Output" });
  /** @type {HTMLElement | null} */ #box = null;
  #lines = 0;
  #characters = 0;
  #atLineStart = true;

  get empty() {
    return !this.element.firstChild;
  }

  /**
   * @param {string} text
   * @param {StreamName} stream
   */
  write(text, stream) {
    for (let from = 0; from < text.length; ) {
      const box = this.#roomyBox();
      const to = this.#end(text, from);
      this.#append(box, text.slice(from, to), `py-${stream}`);
      from = to;
    }
  }

  /** Take back the last characters of the line. @param {number} count */
  erase(count) {
    for (let left = count; left > 0 && this.#box; ) {
      const span = this.#box.lastElementChild;
      if (!span) {
        const before = /** @type {HTMLElement | null} */ (this.#box.previousElementSibling);
        this.#box.remove();
        this.#box = before;
        continue;
      }
      const characters = [...(span.textContent ?? "")];
      const kept = characters.slice(0, Math.max(characters.length - left, 0)).join("");
      left -= characters.length;
      if (kept) /** @type {Text} */ (span.firstChild).data = kept;
      else span.remove();
    }
    this.#atLineStart = (this.#box?.textContent ?? "\n").endsWith("\n");
  }

  /**
   * Write text on lines of its own.
   * @param {string} text
   * @returns {(text: string | null) => void} replaces it, or with null takes it away
   */
  entry(text) {
    if (!this.#atLineStart) this.write("\n", "stdout");
    const span = make("span", { class: "py-entry" }, `${text}\n`);
    this.#roomyBox().append(span);
    this.#count(`${text}\n`);
    return (update) => {
      span.textContent = update === null ? "" : `${update}\n`;
    };
  }

  /**
   * Keep the end in sight, unless the reader has scrolled away.
   * @param {() => void} append adds to the text
   */
  follow(append) {
    const pre = this.element;
    const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 8;
    append();
    if (atEnd) pre.scrollTop = pre.scrollHeight;
  }

  /** The last box, or a new one if that is full. */
  #roomyBox() {
    const full = this.#atLineStart && this.#lines >= BOX_LINES;
    if (this.#box && !full && this.#characters < BOX_CHARACTERS) return this.#box;
    const box = make("span", { class: "py-lines" });
    this.#box = box;
    this.#lines = this.#characters = 0;
    this.element.append(box);
    return box;
  }

  /**
   * How far into the text the box has room.
   * @param {string} text
   * @param {number} from where what is left of it begins
   */
  #end(text, from) {
    const limit = Math.min(text.length, from + BOX_CHARACTERS - this.#characters);
    let end = from;
    for (let lines = this.#lines; lines < BOX_LINES; lines++) {
      end = text.indexOf("\n", end) + 1;
      if (!end || end > limit) return limit;
    }
    return end > from ? end : limit;
  }

  /**
   * @param {HTMLElement} box
   * @param {string} text
   * @param {string} name the class of its stream
   */
  #append(box, text, name) {
    const last = box.lastElementChild;
    if (last?.className === name) /** @type {Text} */ (last.firstChild).appendData(text);
    else box.append(make("span", { class: name }, text));
    this.#count(text);
  }

  /** @param {string} text */
  #count(text) {
    this.#lines += text.split("\n").length - 1;
    this.#characters += text.length;
    this.#atLineStart = text.endsWith("\n");
  }
}
