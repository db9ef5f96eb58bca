/** What the reader and the author have made of one block, side by side and in one. */

import { diff3Merge, diffComm } from "node-diff3";
import { make } from "../dom.js";

const TOLD = "This block has changed since you edited it.";

/**
 * Offer the reader's text of an earlier original, the new original, or both in one.
 * @param {import("../drafts.js").Draft} draft
 * @param {string} older
 * @param {(text: string, actions: Record<string, () => void>) => HTMLElement | null} say
 * @param {(text: string) => void} goOnWith
 */
export function offer(draft, older, say, goOnWith) {
  const { base, original } = draft;
  const take = (/** @type {string} */ text) => () => {
    draft.forgetOlder();
    goOnWith(text);
  };
  const choices = { "Keep mine": take(older), "Use the new one": () => draft.forgetOlder() };
  const compare = () => {
    const { text, conflicts } = merged(older, base ?? original, original);
    const both = conflicts ? `Use both, ${conflicts} to settle` : "Use both";
    const more = base === null ? {} : { [both]: take(text) };
    say(TOLD, { ...choices, ...more })?.append(showDifference(older, original));
  };
  say(TOLD, { ...choices, Compare: compare });
}

/**
 * Both changes of a text, in one. Where they meet, both are kept, under comments that say whose.
 * @param {string} mine
 * @param {string} base what both have changed
 * @param {string} theirs
 * @returns {{text: string, conflicts: number}}
 */
export function merged(mine, base, theirs) {
  const [a, o, b] = [mine, base, theirs].map((text) => text.split("\n"));
  let conflicts = 0;
  const lines = diff3Merge(a, o, b, { excludeFalseConflicts: true }).flatMap((region) => {
    const { ok, conflict } = region;
    if (!conflict) return ok ?? [];
    conflicts++;
    const indent = /^\s*/.exec([...conflict.a, ...conflict.b].find((line) => line.trim()) ?? "");
    const say = (/** @type {string} */ words) => `${indent}# ${words}`;
    return [say("yours:"), ...conflict.a, say("the new one's:"), ...conflict.b, say("(to here)")];
  });
  return { text: lines.join("\n"), conflicts };
}

/**
 * The lines in which two texts differ, with a few around them.
 * @param {string} mine
 * @param {string} theirs
 */
export function showDifference(mine, theirs) {
  const rows = diffComm(mine.split("\n"), theirs.split("\n")).flatMap((part) =>
    part.common
      ? around(part.common).map((line) => row(" ", line))
      : [
          ...(part.buffer1 ?? []).map((line) => row("-", line)),
          ...(part.buffer2 ?? []).map((line) => row("+", line)),
        ],
  );
  const said = "Yours is marked −, the new one +.";
  const code = make("pre", { class: "py-changes", tabindex: "0", "aria-label": said }, ...rows);
  return make("div", {}, make("p", {}, said), code);
}

/** @param {string[]} lines that are the same: what is far from a difference is left out */
function around(lines) {
  if (lines.length <= 7) return lines;
  return [...lines.slice(0, 3), `… ${lines.length - 6} lines …`, ...lines.slice(-3)];
}

/**
 * @param {" " | "-" | "+"} sign
 * @param {string} line
 */
function row(sign, line) {
  const [kind, shown] = { " ": ["", " "], "-": ["mine", "−"], "+": ["new", "+"] }[sign];
  return make("span", { class: `py-line py-line--${kind || "same"}` }, `${shown} ${line}\n`);
}
