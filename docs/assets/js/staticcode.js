/** The highlighted code as it came with the page. */

import { make } from "./dom.js";
import { codeOf, unseenPattern } from "./unseen.js";

const UNSEEN = unseenPattern("u");

/** Error marks in static code, of all blocks; a browser without highlights shows none there. */
const marks = globalThis.Highlight ? new Highlight() : null;
if (marks) CSS.highlights.set("py-error", marks);

export class StaticCode {
  /** @type {HTMLElement} */ #code;
  /** @type {Node[]} */ #original;
  /** @type {Range | null} */ #mark = null;

  /** @param {HTMLElement} element the code and its frame */
  constructor(element) {
    this.element = element;
    this.#code = /** @type {HTMLElement} */ (element.querySelector("code"));
    this.#showUnseen();
    this.#original = [...this.#code.childNodes].map((node) => node.cloneNode(true));
  }

  /** The code as it was, highlighted. */
  restore() {
    this.#code.replaceChildren(...this.#original.map((node) => node.cloneNode(true)));
  }

  get text() {
    return (this.#code.textContent ?? "").replace(/\n$/, "");
  }

  /**
   * Replace a part of the text, keeping the highlighting of the rest.
   * @param {number} from
   * @param {number} to
   * @param {string} insert
   */
  replace(from, to, insert) {
    let pending = insert;
    for (const { node, start, end } of [...this.#nodes()]) {
      if (end < from || start > to || (end === from && from !== to)) continue;
      const before = node.data.slice(0, Math.max(from - start, 0));
      node.data = before + pending + node.data.slice(Math.max(to - start, 0));
      pending = "";
    }
    this.#showUnseen();
  }

  /**
   * Mark what an error is about; nothing, if the range is empty.
   * @param {number} from
   * @param {number} to
   */
  mark(from, to) {
    if (this.#mark) marks?.delete(this.#mark);
    this.#mark = null;
    if (from === to || !marks) return;
    const mark = new Range();
    for (const { node, start, end } of this.#nodes()) {
      if (start <= from) mark.setStart(node, Math.min(from - start, node.length));
      if (start < to) mark.setEnd(node, Math.min(to, end) - start);
    }
    marks.add(mark);
    this.#mark = mark;
  }

  /**
   * Where in the text a point of the window is, or null.
   * @param {number} x
   * @param {number} y
   */
  offsetAt(x, y) {
    const place = document.caretPositionFromPoint?.(x, y);
    const range = place ? null : document.caretRangeFromPoint?.(x, y); // Safari
    const node = place?.offsetNode ?? range?.startContainer;
    const offset = place?.offset ?? range?.startOffset ?? 0;
    for (const piece of this.#nodes()) {
      if (piece.node === node) return Math.min(piece.start + offset, this.text.length);
    }
    return null;
  }

  /** Put what a reader would not see into elements that show it; the text stays as it is. */
  #showUnseen() {
    for (const old of this.#code.querySelectorAll(".py-unseen")) old.replaceWith(...old.childNodes);
    if (!UNSEEN.test(this.text)) return;
    for (const { node } of [...this.#nodes()]) {
      let rest = node;
      for (let found; (found = UNSEEN.exec(rest.data)); ) {
        const hidden = rest.splitText(found.index);
        rest = hidden.splitText(found[0].length);
        const code = codeOf(found[0]);
        const shown = make("span", { class: "py-unseen", title: code, "data-code": code });
        hidden.replaceWith(shown);
        shown.append(hidden);
      }
    }
  }

  *#nodes() {
    const walker = document.createTreeWalker(this.#code, NodeFilter.SHOW_TEXT);
    for (let start = 0; walker.nextNode(); ) {
      const node = /** @type {Text} */ (walker.currentNode);
      const end = start + node.length;
      yield { node, start, end };
      start = end;
    }
  }
}
