/** Names of Python in a text, found from their end: however long a line is, nothing else is read. */

const PART = /[\p{L}\p{M}\p{N}_]/u;

/**
 * Where the name begins that ends here; the place itself, if none does.
 * @param {string} text
 * @param {number} end
 */
export function nameStart(text, end) {
  let start = end;
  while (start > 0 && PART.test(text[start - 1])) start--;
  return start;
}

/**
 * Where the dotted name begins that ends here.
 * @param {string} text
 * @param {number} end
 */
export function dottedStart(text, end) {
  let start = end;
  while (start > 0 && (text[start - 1] === "." || PART.test(text[start - 1]))) start--;
  return start;
}

/**
 * Where the name ends that goes on here.
 * @param {string} text
 * @param {number} start
 */
export function nameEnd(text, start) {
  let end = start;
  while (end < text.length && PART.test(text[end])) end++;
  return end;
}
