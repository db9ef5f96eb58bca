/**
 * Colours as in the static code: tokens get the class names that Pygments would give them, and the
 * theme's own rules colour both.
 */

import { pythonLanguage } from "@codemirror/lang-python";
import { HighlightStyle, LanguageSupport, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { Prec } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";
import { styleTags, tags as t } from "@lezer/highlight";
import { BUILTINS, EXCEPTIONS } from "./builtins.js";

/**
 * @import { SyntaxNode } from "@lezer/common"
 * @import { Range, Text } from "@codemirror/state"
 * @import { EditorView } from "@codemirror/view"
 */

// What the grammar's own tags do not tell apart, and Pygments does.
const language = pythonLanguage.configure({
  props: [
    styleTags({
      "del async": t.keyword,
      '"*" "**"': t.operator,
      '":"': t.separator,
      'FormatReplacement/"{" FormatReplacement/"}" FormatSelfDoc FormatConversion FormatSpec/...':
        t.special(t.brace),
      Ellipsis: t.operator,
    }),
  ],
});

const style = HighlightStyle.define([
  { tag: [t.keyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword], class: "k" },
  { tag: t.operatorKeyword, class: "ow" },
  { tag: [t.bool, t.null], class: "kc" },
  { tag: [t.string, t.special(t.string)], class: "s2" },
  { tag: t.special(t.brace), class: "si" },
  { tag: t.escape, class: "se" },
  { tag: t.number, class: "mi" },
  { tag: t.lineComment, class: "c1" },
  { tag: t.operator, class: "o" },
  { tag: t.punctuation, class: "p" },
  { tag: t.meta, class: "nd" },
]);

const CLASSES = ["nf", "nc", "nn", "nd", "nb", "ne", "bp", "o", "sa", "sd"];
const marks = Object.fromEntries(CLASSES.map((name) => [name, Decoration.mark({ class: name })]));

/**
 * The class of a name, which depends on where it stands and on what it says.
 * @param {SyntaxNode} node
 * @param {string} text
 */
function nameClass(node, text) {
  const parent = node.parent?.name;
  if (/^__\w+__$/.test(text)) return null;
  if (parent === "FunctionDefinition") return "nf";
  if (parent === "ClassDefinition") return "nc";
  if (parent === "Decorator" && node.prevSibling?.name === "At") return "nd";
  if (parent === "ImportStatement") {
    const named = node.parent?.getChild("import");
    const listed = node.parent?.firstChild?.name === "from" && named && node.from > named.from;
    if (!listed) return "nn";
  }
  if (text === "self" || text === "cls") return "bp";
  if (BUILTINS.has(text)) return "nb";
  return EXCEPTIONS.has(text) ? "ne" : null;
}

/**
 * Pygments takes each triple-quoted string that begins a line for a docstring.
 * @param {SyntaxNode} node
 * @param {Text} doc
 */
function isDocstring(node, doc) {
  if (!/^[rRuUbB]{0,2}("""|''')/.test(doc.sliceString(node.from, node.from + 5))) return false;
  const { from, text } = doc.lineAt(node.from);
  let before = node.from - from;
  while (before > 0 && /\s/.test(text[before - 1])) before--;
  return before === 0;
}

/** @param {EditorView} view */
function decorate(view) {
  const { doc } = view.state;
  /** @type {Range<Decoration>[]} */
  const ranges = [];
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter({ name, node }) {
        /** @type {(found: string, end?: number) => void} */
        const mark = (found, end = node.to) => ranges.push(marks[found].range(node.from, end));
        if (name === "VariableName") {
          const found = nameClass(node, doc.sliceString(node.from, node.to));
          if (found) mark(found);
        } else if (name === "TypeDef" && doc.sliceString(node.from, node.from + 2) === "->") {
          mark("o", node.from + 2);
        } else if (name === "." && node.parent?.name === "ImportStatement") {
          mark("nn");
        } else if (name === "String" || name === "FormatString") {
          const [prefix] = /^[a-zA-Z]*/.exec(doc.sliceString(node.from, node.from + 2)) ?? [""];
          if (isDocstring(node, doc)) mark("sd");
          else if (prefix) mark("sa", node.from + prefix.length);
        }
      },
    });
  }
  return Decoration.set(ranges, true);
}

const names = ViewPlugin.define(
  (view) => ({
    decorations: decorate(view),
    update(update) {
      const parsed = syntaxTree(update.state) !== syntaxTree(update.startState);
      if (update.docChanged || update.viewportChanged || parsed) {
        this.decorations = decorate(update.view);
      }
    },
  }),
  { decorations: (plugin) => plugin.decorations },
);

export const python = [
  new LanguageSupport(language),
  syntaxHighlighting(style),
  Prec.highest(names), // inside the marks of the highlighter, so that its colour wins
];
