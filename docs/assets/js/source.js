/** The code of a block: static until the reader edits it, from then on in the editor. */

import { make } from "./dom.js";
import { loaded } from "./importing.js";
import { StaticCode } from "./staticcode.js";

/**
 * @import { Editor } from "./editor/editor.js"
 * @import { Ask, Frame } from "./messages.js"
 */

export class SourceView {
  /** Where the text is shown: static code or editor; both have `replace` and `mark`. */
  /** @type {StaticCode | Editor} */ #surface;
  /** @type {StaticCode} */ #static;
  /** @type {Editor | null} */ #editor = null;
  /** @type {Promise<Editor> | null} */ #mounting = null;
  /** @type {[from: number, to: number]} */ #marked = [0, 0];

  /**
   * @param {HTMLElement} element the static code
   * @param {string} label names the editor
   * @param {object} handlers
   * @param {() => void} handlers.onChange
   * @param {() => void} handlers.onRun
   * @param {(offset: number | null, word: boolean) => void} handlers.onEdit the reader wants to
   *   edit there, or to have the word there
   * @param {Ask} handlers.ask asks Python; null if there is no answer
   */
  constructor(element, label, handlers) {
    this.label = label;
    this.handlers = handlers;
    this.#static = this.#surface = new StaticCode(element);
    this.original = this.text = this.#static.text;
    this.#listen(element);
  }

  /**
   * Replace a part of the text.
   * @param {number} from
   * @param {number} to
   * @param {string} insert
   */
  replace(from, to, insert) {
    this.#surface.replace(from, to, insert);
    if (!this.#editor) this.#changed(this.text.slice(0, from) + insert + this.text.slice(to));
  }

  /** The original text again. */
  reset() {
    if (this.#editor) this.show(this.original);
    else {
      this.#static.restore();
      this.#changed(this.original);
    }
  }

  /** Put another text in place of all of it. @param {string} text */
  show(text) {
    if (this.#editor) this.#editor.replaceAll(text);
    else this.replace(0, this.text.length, text);
  }

  /** Open the editor, if that can be; without it the code has no colours once it was edited. */
  async open() {
    await this.#open().catch(() => {});
  }

  /**
   * Open the editor and put the cursor there. Rejects if the editor cannot be loaded.
   * @param {number | null} offset
   * @param {boolean} [word] select the word there
   */
  async edit(offset, word = false) {
    const editor = await this.#open();
    editor.focus(offset, word);
  }

  /**
   * Mark what an error is about.
   * @param {Frame} frame
   * @returns {number} where that is
   */
  mark(frame) {
    const from = this.#offset(frame.line, frame.col);
    const to = Math.max(this.#offset(frame.end_line, frame.end_col), from + 1);
    this.#marked = [from, Math.min(to, this.text.length)];
    this.#surface.mark(...this.#marked);
    return from;
  }

  /** The block is gone: the editor listens to the window, which would keep it. */
  close() {
    this.#editor?.destroy();
  }

  clearMark() {
    if (this.#marked[1]) this.#surface.mark(0, 0);
    this.#marked = [0, 0];
  }

  #open() {
    this.#mounting ??= this.#mount().catch((error) => {
      this.#mounting = null; // so that it can be tried again
      throw error;
    });
    return this.#mounting;
  }

  async #mount() {
    const { createEditor } = await loaded("editor", () => import("./editor/editor.js"));
    const parent = make("div", { class: "py-editor highlight" });
    const editor = createEditor({
      parent,
      text: this.text,
      label: this.label,
      onChange: (text) => this.#changed(text),
      onRun: this.handlers.onRun,
      ask: this.handlers.ask,
    });
    this.#static.mark(0, 0);
    this.#surface = this.#editor = editor;
    this.#surface.mark(...this.#marked);
    this.#static.element.after(parent);
    this.#static.element.hidden = true;
    return editor;
  }

  /** @param {string} text */
  #changed(text) {
    this.text = text;
    this.clearMark();
    this.handlers.onChange();
  }

  /**
   * Columns count characters, offsets count UTF-16 units.
   * @param {number} line
   * @param {number} column
   */
  #offset(line, column) {
    const lines = this.text.split("\n");
    const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    const inLine = [...(lines[line - 1] ?? "")].slice(0, column).join("").length;
    return Math.min(before + inLine, this.text.length);
  }

  /**
   * A click of the mouse asks for the editor, at the place clicked, a double click for the word
   * there; dragging, to select text, does not. A finger that touches code reads: for editing it has
   * the button, which does not bring up a keyboard by accident.
   * @param {HTMLElement} element
   */
  #listen(element) {
    /** @type {PointerEvent | undefined} */ let pressed;
    element.addEventListener("pointerdown", (event) => (pressed = event));
    element.addEventListener("click", ({ button, clientX: x, clientY: y, detail }) => {
      if (button || pressed?.pointerType !== "mouse") return;
      const moved = Math.hypot(x - pressed.clientX, y - pressed.clientY) > 4;
      if (!moved) this.handlers.onEdit(this.#static.offsetAt(x, y), detail > 1);
    });
  }
}
