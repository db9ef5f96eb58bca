/**
 * The file that holds what a reader has typed and passed: JSON, `{format, version, entries}`, each
 * entry `{kind, page, block, value}`; pages are named from the site's root, so that a site that
 * moves takes them along. Whatever a file holds, only text of these forms is taken.
 */

import { DRAFT, isSaved } from "../drafts.js";
import { read, write } from "../kept.js";
import { GUESS, isGuess } from "../predict/guess.js";
import { keys } from "./keys.js";
import { EXERCISE, isRecord } from "./record.js";

const FORMAT = "deep-learning-progress";
const VERSION = 1;
const MAX_BYTES = 5_000_000; // what browsers keep for a site

/** @type {Record<string, {prefix: string, sound: (value: any) => boolean, name: string}>} */
const KINDS = {
  edit: { prefix: DRAFT, sound: isSaved, name: "edited block" },
  exercise: { prefix: EXERCISE, sound: isRecord, name: "exercise" },
  guess: { prefix: GUESS, sound: isGuess, name: "prediction" },
};

/**
 * @typedef {{kind: string, page: string, block: string, value: any}} Entry
 * @typedef {{format: string, version: number, entries: Entry[]}} Backup
 */

/** The site's path on its host, which a page's path begins with. */
function root() {
  const home = document.querySelector(".md-logo")?.getAttribute("href") ?? "/";
  return new URL(home, location.href).pathname.replace(/[^/]*$/, "");
}

/** All that is here. @returns {Backup} */
export function backup() {
  const base = root();
  const entries = Object.entries(KINDS).flatMap(([kind, { prefix, sound }]) =>
    keys(prefix).flatMap((key) => {
      const [page, block] = split(key.slice(prefix.length));
      const value = read(key);
      if (!page.startsWith(base) || !sound(value)) return [];
      return [{ kind, page: page.slice(base.length), block, value }];
    }),
  );
  return { format: FORMAT, version: VERSION, entries };
}

/**
 * @param {string} text of a file
 * @param {number} bytes
 * @returns {Backup}
 * @throws {RangeError} with words for the reader, if it is not a whole one of ours
 */
export function parseBackup(text, bytes) {
  if (bytes > MAX_BYTES) throw new RangeError("the file is larger than a browser can keep");
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new RangeError("the file is damaged, or not one that was saved here");
  }
  if (found?.format !== FORMAT) throw new RangeError("the file was not saved here");
  if (!Number.isInteger(found.version) || found.version < 1) {
    throw new RangeError("the file is damaged: it names no version");
  }
  if (found.version > VERSION) {
    throw new RangeError("the file is of a newer version of this site: reload this page, then try again");
  }
  const { entries } = found;
  if (!Array.isArray(entries)) throw new RangeError("the file is damaged: it has no entries");
  const wrong = entries.findIndex((entry) => !isEntry(entry));
  if (wrong >= 0) throw new RangeError(`the file is damaged: its entry ${wrong + 1} is not whole`);
  // Of each only the parts that are known.
  const taken = entries.map(({ kind, page, block, value }) => ({ kind, page, block, value }));
  return { format: FORMAT, version: VERSION, entries: taken };
}

/** @param {any} entry */
function isEntry(entry) {
  const { kind, page, block, value } = entry ?? {};
  return (
    typeof kind === "string" &&
    Object.hasOwn(KINDS, kind) &&
    /^(?:[\w.~%-]+\/)*(?:[\w.~%-]+)?$/.test(page) &&
    !/(?:^|\/)\.\.?(?:\/|$)/.test(page) &&
    typeof block === "string" &&
    /^[a-z0-9][a-z0-9-]*$/.test(block) &&
    KINDS[kind].sound(value)
  );
}

/**
 * What a file would do, in words.
 * @param {Backup} found
 * @returns {{brings: string, replaces: string[]}}
 */
export function describe({ entries }) {
  const counts = Object.entries(KINDS).map(([kind, { name }]) => {
    const count = entries.filter((entry) => entry.kind === kind).length;
    return `${count} ${name}${count === 1 ? "" : "s"}`;
  });
  const replaces = entries.flatMap((entry) => {
    const mine = read(keyOf(entry));
    const name = `${KINDS[entry.kind].name} ${entry.block} of ${entry.page || "the front page"}`;
    return mine !== null && !same(mine, entry.value) ? [name] : [];
  });
  return { brings: counts.join(", "), replaces };
}

/**
 * @param {Backup} found
 * @param {boolean} replace what differs here; otherwise it stays
 * @returns {{count: number, undo: () => void, kept: boolean}}
 */
export function merge({ entries }, replace) {
  /** @type {[key: string, value: unknown][]} */
  const before = [];
  let kept = true;
  for (const entry of entries) {
    const key = keyOf(entry);
    const mine = read(key);
    if (mine !== null && (!replace || same(mine, entry.value))) continue;
    before.push([key, mine]);
    kept = write(key, entry.value) && kept;
  }
  const undo = () => before.forEach(([key, value]) => write(key, value));
  return { count: before.length, undo, kept };
}

/** @param {Entry} entry */
function keyOf({ kind, page, block }) {
  return `${KINDS[kind].prefix}${root()}${page}#${block}`;
}

/** @param {string} place @returns {[page: string, block: string]} */
function split(place) {
  const at = place.lastIndexOf("#");
  return [place.slice(0, at), place.slice(at + 1)];
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
