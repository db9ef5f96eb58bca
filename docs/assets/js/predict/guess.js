/** What the reader has guessed that a block would show. */

import { read, write } from "../kept.js";

export const GUESS = "py-guess:"; // then page#block

/** @typedef {{text: string | null}} Guess  null: "show it" */

/**
 * @param {string} page
 * @param {string} block
 * @returns {Guess | null} null: nothing yet
 */
export function readGuess(page, block) {
  const found = read(`${GUESS}${page}#${block}`);
  return isGuess(found) ? found : null; // storage is anybody's
}

/**
 * @param {string} page
 * @param {string} block
 * @param {Guess} guess
 */
export function writeGuess(page, block, guess) {
  return write(`${GUESS}${page}#${block}`, guess);
}

/**
 * @param {any} value
 * @returns {value is Guess}
 */
export function isGuess(value) {
  return value !== null && typeof value === "object" && (value.text === null || typeof value.text === "string");
}
