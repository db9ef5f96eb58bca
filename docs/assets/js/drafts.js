/**
 * What the reader has typed, kept in the browser: per page and block, with the original that it
 * was made from. Where storage is denied or full, it is kept for the visit.
 */

/** @type {Map<string, string>} */
const visit = new Map();

/**
 * @typedef {object} Saved
 * @property {string} original
 * @property {string | null} text   what the reader has made of it
 * @property {string | null} older  what the reader had made of an earlier original
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
    this.#key = `py-draft:${page}#${block}`;
    const saved = read(this.#key);
    this.#saved = { original, text: null, older: null };
    if (saved?.original === original) this.#saved = saved;
    else if (saved) this.#saved.older = saved.text ?? saved.older;
  }

  /** The reader's text, or null. */
  get text() {
    return this.#saved.text;
  }

  /** The reader's text of an earlier original, about which nothing was decided, or null. */
  get older() {
    return this.#saved.older;
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
    store(this.#key, text === null && older === null ? null : JSON.stringify(this.#saved));
  }
}

/**
 * @param {string} key
 * @returns {Saved | null}
 */
function read(key) {
  try {
    const saved = JSON.parse(visit.get(key) ?? localStorage.getItem(key) ?? "null");
    return isSaved(saved) ? saved : null; // storage is anybody's
  } catch {
    return null; // denied, or not ours
  }
}

/**
 * @param {any} value
 * @returns {value is Saved}
 */
function isSaved(value) {
  const isText = (/** @type {unknown} */ part) => part === null || typeof part === "string";
  return typeof value?.original === "string" && isText(value.text) && isText(value.older);
}

/**
 * @param {string} key
 * @param {string | null} value
 */
function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    visit.delete(key);
  } catch {
    visit.set(key, value ?? "null");
  }
}
