/** The editor of a block; loaded when the first reader wants to edit. */

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentLess,
  indentMore,
  isolateHistory,
} from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  drawSelection,
  highlightSpecialChars,
  keymap,
} from "@codemirror/view";
import { codeOf, unseenPattern } from "../unseen.js";
import { make } from "../dom.js";
import { assistance } from "./assistance.js";
import { python } from "./highlighting.js";
import { tripleQuotes } from "./quotes.js";

/**
 * @import { Command } from "@codemirror/view"
 * @import { Ask } from "../messages.js"
 * @typedef {ReturnType<typeof createEditor>} Editor
 */

/** @type {import("@codemirror/state").StateEffectType<[from: number, to: number]>} */
const setMark = StateEffect.define();
const errorMark = Decoration.mark({ class: "py-error-mark" });
const errorLine = Decoration.line({ class: "py-error-line" });

/** What the last error was about; any change of the text takes it away. */
const markField = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let result = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      const [from, to] = effect.value;
      result = Decoration.none;
      if (to > from) {
        const line = transaction.newDoc.lineAt(from);
        result = Decoration.set([errorLine.range(line.from), errorMark.range(from, to)]);
      }
    }
    return result;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** @type {import("@codemirror/state").StateEffectType<null>} */
const leave = StateEffect.define();

/**
 * Whether the reader has typed since entering. Until then Tab leads on through the page; from then
 * on it indents, and Escape gives it back: CodeMirror's own "tab focus mode".
 */
const typed = StateField.define({
  create: () => false,
  update(value, transaction) {
    if (transaction.effects.some((effect) => effect.is(leave))) return false;
    return value || transaction.isUserEvent("input");
  },
  provide: () => EditorView.focusChangeEffect.of((_, focusing) => (focusing ? null : leave.of(null))),
});
/** @param {number} code */
function unseen(code) {
  const shown = codeOf(String.fromCodePoint(code));
  return make("span", { class: "py-unseen", title: shown, "data-code": shown });
}

/** @type {(command: Command) => Command} */
const ifTyped = (command) => (view) => view.state.field(typed) && command(view);

/**
 * @param {object} options
 * @param {HTMLElement} options.parent
 * @param {string} options.text
 * @param {string} options.label
 * @param {(text: string) => void} options.onChange
 * @param {() => void} options.onRun
 * @param {Ask} options.ask asks Python
 */
export function createEditor({ parent, text, label, onChange, onRun, ask }) {
  const run = () => {
    onRun();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run },
          { key: "Tab", run: ifTyped(indentMore), shift: ifTyped(indentLess) },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        history(),
        drawSelection(),
        closeBrackets(),
        tripleQuotes,
        highlightSpecialChars({ specialChars: unseenPattern("gu"), render: unseen }),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of("    "),
        python,
        assistance(ask),
        markField,
        typed,
        EditorView.contentAttributes.of({
          "aria-label": `${label}. Control and Enter run it; Escape, then Tab, leaves it.`,
          tabindex: "0", // what is scrolled sideways can be reached
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    /**
     * @param {number | null} offset
     * @param {boolean} word select the word there
     */
    focus(offset, word) {
      if (offset !== null) {
        const range = (word && view.state.wordAt(offset)) || { anchor: offset };
        view.dispatch({ selection: range, scrollIntoView: true });
      }
      view.focus();
    },
    /**
     * @param {number} from
     * @param {number} to
     * @param {string} insert
     */
    replace(from, to, insert) {
      view.dispatch({ changes: { from, to, insert } });
    },
    /** Replace all of the text, in one step that can be undone. @param {string} insert */
    replaceAll(insert) {
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert },
        annotations: isolateHistory.of("full"),
      });
    },
    /**
     * @param {number} from
     * @param {number} to
     */
    mark(from, to) {
      view.dispatch({ effects: setMark.of([from, to]) });
    },
    destroy() {
      view.destroy();
    },
  };
}
