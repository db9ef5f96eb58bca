/** Suggestions while typing, and what a name is when it is pointed at: Python is asked. */

import {
  acceptCompletion,
  autocompletion,
  completionKeymap,
  completionStatus,
  moveCompletionSelection,
  selectedCompletion,
} from "@codemirror/autocomplete";
import { localCompletionSource } from "@codemirror/lang-python";
import { Prec } from "@codemirror/state";
import { hoverTooltip, keymap } from "@codemirror/view";
import { make } from "../dom.js";

const NAME = /[\p{L}\p{N}_]/u;

/** @typedef {(what: "complete" | "describe", text: string) => Promise<any>} Ask */

/** @param {Ask} ask */
export function assistance(ask) {
  return [
    autocompletion({
      override: [suggestions(ask), localCompletionSource],
      selectOnOpen: false, // so that Enter begins a new line, unless one was chosen
      icons: false,
    }),
    Prec.highest(keymap.of([{ key: "Tab", run: acceptFirst }])),
    keymap.of(completionKeymap),
    hoverTooltip((view, position) => hover(ask, view, position)),
  ];
}

/** Tab takes the chosen suggestion, or else the first. */
function acceptFirst(view) {
  if (completionStatus(view.state) !== "active") return false;
  if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}

/** @param {Ask} ask */
function suggestions(ask) {
  return async (context) => {
    const text = context.state.sliceDoc(0, context.pos);
    const word = context.matchBefore(/[\p{L}\p{N}_]*/u);
    if (!context.explicit && !/[\p{L}\p{N}_.]$/u.test(text)) return null;
    const found = await ask("complete", text);
    if (!found?.length) return null;
    const owner = /([\p{L}\p{N}_.]+\.)?$/u.exec(text.slice(0, word.from))[0];
    const options = found.map((item) => ({
      ...item,
      info: async ({ label }) => note(await ask("describe", owner + label)),
    }));
    return { from: word.from, options, validFor: /^[\p{L}\p{N}_]*$/u };
  };
}

/** @param {Ask} ask */
async function hover(ask, view, position) {
  const line = view.state.doc.lineAt(position);
  let start = position - line.from;
  let end = start;
  while (end < line.length && NAME.test(line.text[end])) end++;
  while (start > 0 && /[\p{L}\p{N}_.]/u.test(line.text[start - 1])) start--;
  const name = line.text.slice(start, end);
  if (!/^[\p{L}_]/u.test(name)) return null;
  const dom = note(await ask("describe", name));
  return dom && { pos: line.from + start, end: line.from + end, above: true, create: () => ({ dom }) };
}

/** @param {{title: string, text: string} | null} description */
function note(description) {
  if (!description) return null;
  const { title, text } = description;
  return make("div", { class: "py-description" }, make("code", {}, title), make("p", {}, text));
}
