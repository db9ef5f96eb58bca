/** The Progress page: what was passed, by part, and the ways to forget it, or to take it along. */

import { DRAFT } from "../drafts.js";
import { make } from "../dom.js";
import { write } from "../kept.js";
import { markText } from "./marks.js";
import { readRecord, writeRecord } from "./record.js";

/**
 * @typedef {object} Item an exercise in the list
 * @property {HTMLElement} link
 * @property {string} page
 * @property {string} block
 */

/** Build, or build anew, what a list of exercises cannot show by itself. @param {Element} list */
export async function showProgress(list) {
  for (const old of list.querySelectorAll(".py-own")) old.remove();
  const said = make("p", { class: "py-own", role: "status" });
  const refresh = (/** @type {string} */ words) => {
    showProgress(list).then((status) => (status.textContent = words));
  };
  /** @type {Item[]} */
  const all = [];
  for (const part of list.querySelectorAll("ul")) {
    const items = [...part.querySelectorAll("a")].map(itemOf);
    for (const item of items) showItem(item, refresh);
    const heading = part.previousElementSibling?.querySelector("a")?.textContent ?? "this part";
    const passed = items.filter(isPassed).length;
    const words = `${passed} of ${items.length} passed. `;
    const count = make("p", { class: "py-own" }, words);
    if (items.some(isStarted)) {
      count.append(resetButton("Reset this part", heading, items, refresh));
    }
    part.before(count);
    all.push(...items);
  }
  const { transferBox } = await import("./transfer.js");
  const box = make("div", { class: "py-own py-progress-all" });
  if (all.some(isStarted)) box.append(resetButton("Reset all exercises", "", all, refresh));
  box.append(transferBox(refresh));
  list.append(box, said);
  return said;
}

/** @param {HTMLAnchorElement} link @returns {Item} */
function itemOf(link) {
  const block = decodeURIComponent(link.hash).replace("#exercise-", "");
  return { link, page: link.pathname, block };
}

/** @param {Item} item */
function isPassed({ page, block }) {
  return readRecord(page, block).passed !== null;
}

/** @param {Item} item */
function isStarted({ page, block }) {
  const { passed, tried } = readRecord(page, block);
  return passed !== null || tried.length > 0;
}

/**
 * @param {Item} item
 * @param {(words: string) => void} refresh
 */
function showItem(item, refresh) {
  const record = readRecord(item.page, item.block);
  const own = make("span", { class: "py-own" });
  const words = markText(record, item.link.dataset.version);
  if (record.passed) own.append(` ✓ ${words}, ${record.passed.on} `);
  else if (record.tried.length) {
    own.classList.add("py-tried");
    own.append(" tried, not passed yet ");
  }
  if (isStarted(item)) {
    own.append(resetButton("Reset", item.link.textContent ?? "", [item], refresh));
  }
  item.link.after(own);
}

/**
 * A button that asks once more before it forgets.
 * @param {string} label
 * @param {string} of what, for who hears it
 * @param {Item[]} items
 * @param {(words: string) => void} refresh
 */
function resetButton(label, of, items, refresh) {
  const button = make("button", { type: "button", class: "py-button" });
  let asked = false;
  const ask = (/** @type {boolean} */ once) => {
    asked = once;
    button.textContent = once ? "Forget marks and answers?" : label;
    button.setAttribute("aria-label", [button.textContent, of].filter(Boolean).join(" "));
  };
  ask(false);
  button.addEventListener("click", () => {
    if (!asked) return ask(true);
    for (const { page, block } of items) {
      writeRecord(page, block, null);
      write(`${DRAFT}${page}#${block}`, null);
    }
    refresh(items.length === 1 ? "Forgotten." : `Forgotten: ${items.length} exercises.`);
  });
  button.addEventListener("blur", () => ask(false));
  return button;
}
