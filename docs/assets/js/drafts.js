/**
 * What the reader has typed, kept in the browser: per page and block, with the original that it
 * was made from.
 */

import { read, write } from "./kept.js";

export const DRAFT = "py-draft:"; // then page#block

/**
 * @typedef {object} Saved
 * @property {string} original
 * @property {string | null} text   what the reader has made of it
 * @property {string | null} older  what the reader had made of an earlier original
 * @property {string | null} [base]  that original
 */

export class Draft {
  #key;
  /** @type {Saved} */ #saved;

  /**
   * @param {string} page
   * @param {string} block
   * @param {string} original
   */
  constructor(page, block, original) {
    this.#key = `${DRAFT}${page}#${block}`;
    const found = read(this.#key);
    const saved = isSaved(found) ? found : null; // storage is anybody's
    this.#saved = { original, text: null, older: null };
    if (saved?.original === original) this.#saved = saved;
    else if (saved?.text != null) Object.assign(this.#saved, { older: saved.text, base: saved.original });
    else if (saved) Object.assign(this.#saved, { older: saved.older, base: saved.base });
  }

  /** The reader's text, or null. */
  get text() {
    return this.#saved.text;
  }

  /** The reader's text of an earlier original, about which nothing was decided, or null. */
  get older() {
    return this.#saved.older;
  }

  get original() {
    return this.#saved.original;
  }

  /** The original that the older text was made from, or null if that is not known. */
  get base() {
    return this.#saved.base ?? null;
  }

  /** @param {string} text */
  write(text) {
    this.#saved.text = text === this.#saved.original ? null : text;
    this.#store();
  }

  forgetOlder() {
    this.#saved.older = null;
    this.#store();
  }

  #store() {
    const { text, older } = this.#saved;
    write(this.#key, text === null && older === null ? null : this.#saved);
  }
}

/**
 * @param {any} value
 * @returns {value is Saved}
 */
export function isSaved(value) {
  const isText = (/** @type {unknown} */ part) => part === null || typeof part === "string";
  return typeof value?.original === "string" && isText(value.text) && isText(value.older);
}
