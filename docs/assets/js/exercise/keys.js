/** What this browser keeps, listed: see kept.js. */

import { visit } from "../kept.js";

/** The keys that begin so, and have a value. @param {string} prefix */
export function keys(prefix) {
  const found = new Set([...visit].filter(([, text]) => text !== null).map(([key]) => key));
  try {
    for (const key of Object.keys(localStorage)) if (visit.get(key) !== null) found.add(key);
  } catch {
    // denied
  }
  return [...found].filter((key) => key.startsWith(prefix)).sort();
}
