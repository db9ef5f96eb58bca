/** Loads our modules when they are needed, also when that failed before. */

const FILES = new URL("files.json", import.meta.url);

/** @type {Map<string, number>} how often a module could not be loaded */
const failures = new Map();

/** @type {Map<string, any>} what came under another address: each module is one, for all */
const came = new Map();

/**
 * Firefox remembers for the visit that a module could not be fetched: when it is wanted again, it is
 * asked for under another address, too.
 * @template T
 * @param {string} name             what the module's file is named, without its ending
 * @param {() => Promise<T>} load   imports it
 * @returns {Promise<T>}
 */
export async function loaded(name, load) {
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
