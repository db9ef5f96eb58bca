/** What this browser keeps for the reader, as JSON by key; where storage is denied or full, it is
 * kept for the visit. */

/** What could not be kept. @type {Map<string, string | null>} */
export const visit = new Map();

/**
 * @param {string} key
 * @returns {any} null if there is nothing, or nothing that can be read
 */
export function read(key) {
  try {
    return JSON.parse((visit.has(key) ? visit.get(key) : localStorage.getItem(key)) ?? "null");
  } catch {
    return null; // denied, or not ours
  }
}

/**
 * @param {string} key
 * @param {unknown} value null: nothing any more
 * @returns {boolean} whether it will be there in a later visit
 */
export function write(key, value) {
  const text = value === null ? null : JSON.stringify(value);
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    visit.delete(key);
    return true;
  } catch {
    visit.set(key, text);
    return false;
  }
}
