/** Marks what was passed: in the page's contents, in the series box, and on the exercises. */

import { make } from "../dom.js";
import { keys } from "./keys.js";
import { EXERCISE, readRecord } from "./record.js";

/** @import { ExerciseRecord } from "./record.js" */

/**
 * @param {ExerciseRecord} record
 * @param {string | undefined} version of the exercise now
 */
export function markText({ passed }, version) {
  if (!passed) return "";
  return passed.version === version ? "Passed" : "Passed an earlier version";
}

/** Mark all that a page shows of exercises. @param {Document} page */
export function markPage(page) {
  for (const old of page.querySelectorAll(".py-toc-mark")) old.remove();
  /** @type {Map<string, [passed: number, all: number]>} by the heading above */
  const sections = new Map();
  for (const block of page.querySelectorAll("py-playground[data-exercise]")) {
    const record = readRecord(location.pathname, block.getAttribute("data-block") ?? "");
    const { version } = /** @type {HTMLElement} */ (block).dataset;
    const mark = block.querySelector(":scope > .py-task > .py-mark");
    if (mark) mark.textContent = markText(record, version);
    const heading = headingAbove(block);
    if (!heading) continue;
    const [passed, all] = sections.get(heading) ?? [0, 0];
    sections.set(heading, [passed + Number(record.passed !== null), all + 1]);
  }
  for (const [heading, [passed, all]] of sections) {
    const link = page.querySelector(`.md-nav--secondary a[href$="#${CSS.escape(heading)}"]`);
    if (passed) link?.append(mark(passed, all));
  }
  for (const part of page.querySelectorAll(".dl-parts [data-exercises]")) markPart(part);
}

/** A part in the series box. @param {Element} part */
function markPart(part) {
  const href = part.querySelector("a[href]")?.getAttribute("href") ?? "";
  const page = new URL(href, location.href).pathname;
  const ids = keys(`${EXERCISE}${page}#`).map((key) => key.slice(key.lastIndexOf("#") + 1));
  const passed = ids.filter((id) => readRecord(page, id).passed).length;
  const all = Number(part.getAttribute("data-exercises"));
  if (passed) part.append(mark(Math.min(passed, all), all));
}

/**
 * @param {number} passed
 * @param {number} all
 */
function mark(passed, all) {
  const short = all === 1 ? " ✓" : ` ✓ ${passed}/${all}`;
  const long = all === 1 ? " (passed)" : ` (${passed} of ${all} exercises passed)`;
  return make(
    "span",
    { class: "py-toc-mark" },
    make("span", { "aria-hidden": "true" }, short),
    make("span", { class: "py-heard" }, long),
  );
}

/** The id of the nearest heading above. @param {Element} block */
function headingAbove(block) {
  for (let at = block.previousElementSibling; at; at = at.previousElementSibling) {
    if (/^H[1-6]$/.test(at.tagName) && at.id) return at.id;
  }
  return null;
}
