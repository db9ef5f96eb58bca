/** What Python is made of, as this site has published it: each file has the digest of the build. */

/**
 * @import { Progress } from "../messages.js"
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 *
 * @typedef {object} Listed
 * @property {string} path    relative to this module
 * @property {number} size    in bytes
 * @property {string} digest  SHA-256, in hexadecimal
 */

/** @type {Record<string, Listed>} by name */
const FILES = JSON.parse(PYTHON_FILES);

const INTERVAL = 100; // ms between reports of progress

export const WORKER = "worker.js";
export const PROGRAM = "pyodide.asm.wasm";
export const REST = "stdlib-rest.bin"; // comes later, if at all

/** What a start without an image needs besides. */
export const BOOT = Object.keys(FILES).filter((name) => ![WORKER, PROGRAM, REST].includes(name));

/** What must not outlive a change of any file: their digests, in short. */
export const VERSION = Object.values(FILES)
  .map(({ digest }) => digest.slice(0, 8))
  .join("");

/** Fetches files, and reports how much of them all has come. */
export class Files {
  /** @type {Map<string, Promise<Bytes>>} */ #coming = new Map();
  #stopping = new AbortController();
  #loaded = 0;
  #total = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {(progress: Progress) => void} report */
  constructor(report) {
    this.report = report;
  }

  /** Begin to fetch what will be asked for. @param {string} name */
  expect(name) {
    this.#total += FILES[name].size;
    const bytes = this.#fetch(FILES[name]);
    bytes.catch(() => {}); // whoever asks for it is told
    this.#coming.set(name, bytes);
    return bytes;
  }

  /**
   * @param {string} name
   * @returns {Promise<Bytes>} which nobody else has; rejects with words for the reader
   */
  async take(name) {
    if (!Object.hasOwn(FILES, name)) throw new Error("there is no such file");
    const bytes = this.#coming.get(name) ?? this.expect(name);
    this.#coming.delete(name);
    return bytes;
  }

  /** Fetch no more. */
  stop() {
    this.#stopping.abort();
  }

  /** @param {Listed} file */
  async #fetch(file) {
    // What some cache holds may be damaged; so it is asked for once more, past all caches.
    for (const cache of /** @type {RequestCache[]} */ (["default", "reload"])) {
      let counted = 0;
      const bytes = await read(file, { cache, signal: this.#stopping.signal }, (size) => {
        counted += size;
        this.#count(size);
      });
      if (bytes) return bytes;
      this.#count(-counted);
    }
    const name = file.path.split("/").at(-1);
    throw new Error(`${name} is not what this site has published; is a login page in between?`);
  }

  /** @param {number} bytes */
  #count(bytes) {
    this.#loaded += bytes;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.report({ loaded: this.#loaded, total: this.#total });
    }, INTERVAL);
  }
}

/**
 * @param {Listed} file
 * @param {RequestInit} options
 * @param {(bytes: number) => void} count
 * @returns {Promise<Bytes | null>} null if what came is not the file
 */
async function read({ path, size, digest }, options, count) {
  // Where the page cannot make digests, the browser compares; then all comes at once, at the end.
  const integrity = globalThis.crypto?.subtle ? "" : `sha256-${base64(digest)}`;
  const address = new URL(path, import.meta.url);
  const response = await fetch(address, { ...options, integrity, redirect: "error" });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  if (!response.body) return null;
  const bytes = new Uint8Array(size);
  let filled = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > size) {
      reader.cancel();
      return null;
    }
    bytes.set(value, filled);
    filled += value.length;
    count(value.length);
  }
  if (filled !== size) return null;
  return integrity || (await digestOf(bytes)) === digest ? bytes : null;
}

/** @param {Bytes} bytes @returns {Promise<string>} SHA-256, in hexadecimal */
export async function digestOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} digest in hexadecimal */
function base64(digest) {
  const bytes = digest.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [];
  return btoa(String.fromCharCode(...bytes));
}
