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
import { dottedStart, nameEnd, nameStart } from "./names.js";

/**
 * @import { CompletionContext, CompletionResult } from "@codemirror/autocomplete"
 * @import { EditorView, Tooltip } from "@codemirror/view"
 * @import { Ask, Description } from "../messages.js"
 */

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

/** Tab takes the chosen suggestion, or else the first. @param {EditorView} view */
function acceptFirst(view) {
  if (completionStatus(view.state) !== "active") return false;
  if (!selectedCompletion(view.state)) moveCompletionSelection(true)(view);
  return acceptCompletion(view);
}

/**
 * @param {Ask} ask
 * @returns {(context: CompletionContext) => Promise<CompletionResult | null>}
 */
function suggestions(ask) {
  return async (context) => {
    const text = context.state.sliceDoc(0, context.pos);
    const from = nameStart(text, text.length);
    const start = dottedStart(text, text.length);
    if (!context.explicit && start === text.length) return null;
    const found = await ask("complete", text);
    if (!found?.length) return null;
    const owner = text.slice(start, from);
    const options = found.map((item) => ({
      ...item,
      info: async (/** @type {{label: string}} */ { label }) =>
        note(await ask("describe", owner + label)),
    }));
    return { from, options, validFor: /^[\p{L}\p{M}\p{N}_]*$/u };
  };
}

/**
 * @param {Ask} ask
 * @param {EditorView} view
 * @param {number} position
 * @returns {Promise<Tooltip | null>}
 */
async function hover(ask, view, position) {
  const line = view.state.doc.lineAt(position);
  const end = nameEnd(line.text, position - line.from);
  const start = dottedStart(line.text, position - line.from);
  const name = line.text.slice(start, end);
  if (!/^[\p{L}_]/u.test(name)) return null;
  const dom = note(await ask("describe", name));
  return dom && { pos: line.from + start, end: line.from + end, above: true, create: () => ({ dom }) };
}

/** @param {Description | null} description */
function note(description) {
  if (!description) return null;
  const { title, text } = description;
  return make("div", { class: "py-description" }, make("code", {}, title), make("p", {}, text));
}
