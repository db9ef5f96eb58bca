/** Takes along what the reader has typed and passed, as one file, and brings it back. */

import { make } from "../dom.js";
import { backup, describe, merge, parseBackup } from "./backup.js";

/** @import { Backup } from "./backup.js" */

const NAME = "deep-learning-progress.json";

/** @param {(words: string) => void} refresh shows the page anew, and says this */
export function transferBox(refresh) {
  const said = make("div", { class: "py-import", role: "status" });
  const save = make("button", { type: "button", class: "py-button" }, "Save to a file");
  save.addEventListener("click", () => download(JSON.stringify(backup(), null, 1)));
  const input = make("input", { type: "file", accept: ".json,application/json", id: "py-import" });
  const field = make("label", { for: "py-import" }, "Bring back from a file: ");
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    input.value = "";
    try {
      offer(said, parseBackup(await file.text(), file.size), refresh);
    } catch (error) {
      const why = error instanceof RangeError ? error.message : "it cannot be read";
      said.replaceChildren(make("p", {}, `Nothing was changed: ${why}.`));
    }
  });
  const words =
    "All of this is kept in this browser alone, and some browsers forget it after a week. A file " +
    "keeps your code, your answers and your marks.";
  const row = make("div", { class: "py-transfer" }, save, field, input);
  return make("section", { "aria-label": "Save and bring back" }, make("p", {}, words), row, said);
}

/** @param {string} text */
function download(text) {
  const link = make("a", { download: NAME });
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href));
}

/**
 * Say what a file brings and what of it differs from what is here; nothing is changed before.
 * @param {HTMLElement} place
 * @param {Backup} found
 * @param {(words: string) => void} refresh
 */
function offer(place, found, refresh) {
  const { brings, replaces } = describe(found);
  /** @type {HTMLElement[]} */
  const parts = [make("p", {}, `The file brings ${brings}.`)];
  if (replaces.length) {
    parts.push(
      make("p", {}, "Of these, this browser has others of yours:"),
      make("ul", {}, ...replaces.map((name) => make("li", {}, name))),
    );
  }
  const act = (/** @type {string} */ label, /** @type {boolean} */ replace) => {
    const button = make("button", { type: "button", class: "py-button" }, label);
    button.addEventListener("click", () => {
      const { count, undo, kept } = merge(found, replace);
      refresh(
        `Brought back: ${count}. ` + (kept ? "" : "This browser keeps it only until you leave. "),
      );
      if (replaces.length && replace) offerUndo(undo, refresh);
    });
    return button;
  };
  const row = make("div", { class: "py-transfer" });
  if (replaces.length) {
    row.append(act("Bring back, keep mine where they differ", false), act("Replace mine", true));
  } else row.append(act("Bring back", true));
  const cancel = make("button", { type: "button", class: "py-button" }, "Cancel");
  cancel.addEventListener("click", () => place.replaceChildren(make("p", {}, "Nothing was changed.")));
  row.append(cancel);
  place.replaceChildren(...parts, row);
}

/**
 * @param {() => void} undo
 * @param {(words: string) => void} refresh
 */
function offerUndo(undo, refresh) {
  const button = make("button", { type: "button", class: "py-button py-undo" }, "Undo");
  button.addEventListener("click", () => {
    undo();
    button.remove();
    refresh("As it was before.");
  });
  document.querySelector("[data-progress]")?.after(button);
}
