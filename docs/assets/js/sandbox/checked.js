/**
 * What the worker says, as far as it can be understood. A program that was run there can make it
 * say anything at all: what gets through here has every field that the page reads, as it should be.
 */

/**
 * @import { FromWorker } from "../messages.js"
 * @typedef {(value: any) => boolean} Check
 * @typedef {Record<string, Check>} Fields
 */

const MOST_TEXT = 2 ** 24; // characters; the outbox stays far below
const MOST_PARTS = 100_000; // of a list

/** @type {Check} */ const isText = (value) => typeof value === "string" && value.length <= MOST_TEXT;
/** @type {Check} */ const isNumber = (value) => Number.isFinite(value);
/** @type {Check} */ const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
/** @type {Check} */ const isFlag = (value) => typeof value === "boolean";
/** @type {Check} */ const isNone = (value) => value === null || value === undefined;
/** @type {Check} */ const isRecord = (value) => Object.prototype.toString.call(value) === "[object Object]";

/** @type {(...checks: Check[]) => Check} */
const either =
  (...checks) =>
  (value) =>
    checks.some((check) => check(value));

/** @type {(check: Check) => Check} */
const listOf = (check) => (value) =>
  Array.isArray(value) && value.length <= MOST_PARTS && value.every(check);

/** @type {(fields: Fields) => Check} */
const record = (fields) => (value) =>
  isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

/** @type {(kinds: Record<string, Fields>) => Check} */
const oneOf = (kinds) => (value) =>
  isRecord(value) && Object.hasOwn(kinds, value.type) && record(kinds[value.type])(value);

const isFrames = listOf(
  record({ cell: isText, line: isCount, end_line: isCount, col: isCount, end_col: isCount }),
);

const isOutput = oneOf({
  stream: { name: (name) => name === "stdout" || name === "stderr", text: isText, back: either(isCount, isNone) },
  display: {
    data: record({
      "text/plain": isText,
      "image/svg+xml": either(isText, isNone),
      "application/vnd.engine.steps+json": either(isRecord, isNone),
    }),
    id: either(isText, isNone),
    update: isFlag,
  },
  error: { traceback: isText, frames: isFrames, hint: either(isText, isNone) },
  verdict: {
    verdict: (verdict) => ["passed", "refused", "fault"].includes(verdict),
    message: isText,
    frames: isFrames,
  },
  cut: { message: isText },
});

// A suggestion with more in it could write into the editor what it does not show.
/** @type {Check} */
const isSuggestion = (value) =>
  record({ label: isText, type: isText })(value) && Object.keys(value).length === 2;

const isMessage = oneOf({
  want: { name: isText },
  ready: { made: isFlag },
  begun: {},
  events: { events: listOf(isOutput) },
  fetching: {},
  end: {
    ...{ ok: isFlag, seconds: isNumber },
    ...{ spent: either(isFlag, isNone), again: either(isFlag, isNone) },
  },
  answer: {
    number: isCount,
    answer: either(listOf(isSuggestion), record({ title: isText, text: isText }), isNone),
  },
  lost: { message: isText },
});

/**
 * @param {unknown} message
 * @returns {FromWorker | null} null if it cannot be understood
 */
export function checked(message) {
  return isMessage(message) ? /** @type {FromWorker} */ (message) : null;
}
