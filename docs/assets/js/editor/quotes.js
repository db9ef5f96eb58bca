/** Typing the quotes that close a text of three: each steps over one of those that are there. */

import { syntaxTree } from "@codemirror/language";
import { Prec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

/** @import { EditorState } from "@codemirror/state" */

/**
 * Whether the cursor stands before one of the three quotes that close a text.
 * @param {EditorState} state
 * @param {number} position
 * @param {string} quote
 */
function closes(state, position, quote) {
  if (state.sliceDoc(position, position + 1) !== quote) return false;
  const { name, from, to } = syntaxTree(state).resolveInner(position, 1);
  if (name !== "String" && name !== "FormatString") return false;
  const three = quote.repeat(3);
  const start = state.sliceDoc(from, from + 5).replace(/^[a-zA-Z]*/, "");
  return to - position <= 3 && start.startsWith(three) && state.sliceDoc(to - 3, to) === three;
}

// CodeMirror's own handler steps over all three at once, and takes the next two for another text.
export const tripleQuotes = Prec.high(
  EditorView.inputHandler.of((view, from, to, text) => {
    if (from !== to || (text !== "'" && text !== '"')) return false;
    if (view.state.selection.ranges.length > 1 || !closes(view.state, from, text)) return false;
    view.dispatch({ selection: { anchor: from + 1 }, scrollIntoView: true, userEvent: "input.type" });
    return true;
  }),
);
