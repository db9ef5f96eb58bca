/** Loads our modules when they are needed, also when that failed before. */

const FILES = new URL("files.json", import.meta.url);

/** @type {Map<string, number>} how often a module could not be loaded */
const failures = new Map();

/**
 * Firefox remembers for the visit that a module could not be fetched: when it is wanted again, it is
 * asked for under another address, too.
 * @template T
 * @param {string} name             what the module's file is named, without its ending
 * @param {() => Promise<T>} load   imports it
 * @returns {Promise<T>}
 */
export async function loaded(name, load) {
  try {
    return await load();
  } catch (error) {
    const before = failures.get(name) ?? 0;
    failures.set(name, before + 1);
    if (!before) throw error;
    /** @type {string[]} */
    const files = await (await fetch(FILES)).json();
    const file = files.find((path) => path.startsWith(`${name}-`));
    if (!file) throw error;
    return import(new URL(`${file}?again=${before}`, FILES).href);
  }
}
