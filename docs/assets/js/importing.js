/** Loads our modules when they are needed, also when that failed before. */

const FILES = new URL("files.json", import.meta.url);

/** @type {Map<string, number>} how often a module could not be loaded */
const failures = new Map();

/** @type {Map<string, any>} what came under another address: each module is one, for all */
const came = new Map();

/** @type {Map<string, Promise<any>>} attempts: all who want the same meanwhile share its end */
const underWay = new Map();

/**
 * A module; those who want one that is being loaded wait for the same attempt.
 * @template T
 * @param {string} name             what the module's file is named, without its ending
 * @param {() => Promise<T>} load   imports it
 * @returns {Promise<T>}
 */
export function loaded(name, load) {
  const attempt = underWay.get(name) ?? tried(name, load).finally(() => underWay.delete(name));
  underWay.set(name, attempt);
  return attempt;
}

/**
 * Firefox remembers for the visit that a module could not be fetched: when it is wanted again, it is
 * asked for under another address, too.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} load
 * @returns {Promise<T>}
 */
async function tried(name, load) {
  if (came.has(name)) return came.get(name);
  try {
    return await load();
  } catch (error) {
    const before = failures.get(name) ?? 0;
    failures.set(name, before + 1);
    if (!before) throw error;
    const digests = await (await fetch(FILES)).json();
    const file = Object.keys(digests).find((path) => path.startsWith(`${name}-`));
    if (!file) throw error;
    came.set(name, await import(new URL(`${file}?again=${before}`, FILES).href));
    return came.get(name);
  }
}
