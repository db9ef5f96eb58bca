/** What is kept of an exercise: whether it was passed, with which answer, and what was tried. */

import { read, write } from "../kept.js";

export const EXERCISE = "py-exercise:"; // then page#block

/**
 * @typedef {object} Passed
 * @property {string} text       the answer
 * @property {string} version    of the exercise, see data-version
 * @property {string} on         the day, as 2026-03-01
 *
 * @typedef {object} ExerciseRecord
 * @property {Passed | null} passed
 * @property {string[]} tried    different answers that were refused, the last three
 */

/**
 * @param {string} page
 * @param {string} block
 * @returns {ExerciseRecord}
 */
export function readRecord(page, block) {
  const found = read(`${EXERCISE}${page}#${block}`);
  return isRecord(found) ? found : { passed: null, tried: [] }; // storage is anybody's
}

/**
 * @param {string} page
 * @param {string} block
 * @param {ExerciseRecord | null} record null: as if it had never been tried
 * @returns {boolean} whether it will be there in a later visit
 */
export function writeRecord(page, block, record) {
  return write(`${EXERCISE}${page}#${block}`, record);
}

/**
 * @param {any} value
 * @returns {value is ExerciseRecord}
 */
export function isRecord(value) {
  const isText = (/** @type {unknown} */ part) => typeof part === "string";
  const { passed, tried } = value ?? {};
  return (
    Array.isArray(tried) &&
    tried.every(isText) &&
    (passed === null || [passed?.text, passed?.version, passed?.on].every(isText))
  );
}
