/**
 * What the reader has typed, kept for the visit: pages come and go, and are built anew each time.
 */

/** @type {Map<string, {original: string, text: string}>} */
const drafts = new Map();

/** The text kept for a block, if its original still is what it was when the reader typed. */
export function readDraft(key, original) {
  const draft = drafts.get(key);
  return draft?.original === original ? draft.text : null;
}

export function writeDraft(key, original, text) {
  if (text === original) drafts.delete(key);
  else drafts.set(key, { original, text });
}
