/** Cache Storage in memory, as far as our workers use it. */

/** @typedef {string | {url: string}} Key */

/** @param {Key} key */
const address = (key) => (typeof key === "string" ? key : key.url);

export class Cache {
  /** @type {Map<string, Response>} */ #entries = new Map();

  /** @param {Key} key */
  async match(key) {
    return this.#entries.get(address(key))?.clone();
  }

  /** @param {Key} key @param {Response} response */
  async put(key, response) {
    this.#entries.set(address(key), response);
  }

  /** @param {Key} key */
  async delete(key) {
    return this.#entries.delete(address(key));
  }

  async keys() {
    return [...this.#entries.keys()].map((url) => ({ url }));
  }

  /** Fetches with what is the global `fetch` by then. @param {string[]} urls */
  async addAll(urls) {
    const responses = await Promise.all(urls.map((url) => this.fetch(url)));
    if (!responses.every(({ ok }) => ok)) throw new TypeError("a request failed");
    urls.forEach((url, i) => this.#entries.set(url, responses[i]));
  }

  /** @type {(url: string) => Promise<Response>} */
  fetch = (url) => fetch(url);
}

export class CacheStorage {
  /** @type {Map<string, Cache>} */ #caches = new Map();
  /** @type {((url: string) => Promise<Response>) | undefined} */ fetch;

  /** @param {string} name */
  async open(name) {
    const cache = this.#caches.get(name) ?? new Cache();
    if (this.fetch) cache.fetch = this.fetch;
    this.#caches.set(name, cache);
    return cache;
  }

  /** @param {string} name */
  async delete(name) {
    return this.#caches.delete(name);
  }

  async keys() {
    return [...this.#caches.keys()];
  }
}
