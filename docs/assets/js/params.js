/*
 * Constants that a reader can set by a field, in Colab's syntax:
 *
 *     x = 2.0  # @param {type:"slider", min:-3, max:3, step:0.1}
 *     name = "ann"  # @param {type:"string"}
 *     kind = "a"  # @param ["a", "b"]
 *
 * scripts/markdown/params.py refuses what is written wrongly; here it has no field. tests/params.json
 * holds the two together. No pattern looks at a character more than a few times: it is the reader's
 * text, at every key.
 */

/**
 * @typedef {object} Place
 * @property {string} name
 * @property {string} literal  the value as written
 * @property {number} from     offset of the literal in the code
 * @property {number} to
 *
 * @typedef {{min: string, max: string, step: string}} Limits
 * @typedef {{literal: string, value: string | number}} Item
 *
 * @typedef {{kind: "slider", limits: Limits}} Slider
 * @typedef {{kind: "text"}} TextField
 * @typedef {{kind: "choice", items: Item[]}} Choice
 * @typedef {Slider | TextField | Choice} Form
 *
 * @typedef {Place & {value: string | number, form: Form}} Param
 */

const NUMBER = String.raw`[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?`;
const STRING = String.raw`"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*'`;
const LITERAL = new RegExp(`${NUMBER}|${STRING}`, "y");
const LINE = new RegExp(
  String.raw`^((?:_|\p{XID_Start})\p{XID_Continue}*) = (${NUMBER}|${STRING})[ \t]*#[ \t]*@param\b([^\n]*)$`,
  "u",
);
const FIELD = new RegExp(String.raw`^([A-Za-z]+)[ \t]*:[ \t]*(?:"([A-Za-z]+)"|(${NUMBER}))$`);

/** @param {string} code @returns {Param[]} */
export function findParams(code) {
  const params = [];
  if (!code.includes("@param")) return [];
  for (const start of statements(code)) {
    const end = code.indexOf("\n", start);
    const line = code.slice(start, end < 0 ? code.length : end);
    const [, name, literal, comment] = (line.includes("@param") && LINE.exec(line)) || [];
    if (name === undefined) continue;
    const value = valueOf(literal);
    const form = readForm(trimmed(comment));
    if (!form || value === null) continue;
    const needed = { slider: "number", text: "string", choice: typeof value }[form.kind];
    if (typeof value !== needed) continue;
    const from = start + name.length + " = ".length;
    params.push({ name, literal, from, to: from + literal.length, value, form });
  }
  return params;
}

/** Where a statement may begin: lines not within brackets or a text, nor joined to the one before. */
function* statements(/** @type {string} */ code) {
  const marks = /[#\\([{)\]}\n]|"""|'''|["']/g;
  let depth = 0;
  yield 0;
  for (let found; (found = marks.exec(code)); ) {
    const [mark] = found;
    if (mark === "#") marks.lastIndex = lineEnd(code, found.index);
    else if (mark === "\\") marks.lastIndex++;
    else if ("([{".includes(mark)) depth++;
    else if (")]}".includes(mark)) depth = Math.max(depth - 1, 0);
    else if (mark !== "\n") marks.lastIndex = stringEnd(code, marks.lastIndex, mark);
    else if (!depth) yield marks.lastIndex;
  }
}

/**
 * @param {string} code
 * @param {number} from
 */
function lineEnd(code, from) {
  const end = code.indexOf("\n", from);
  return end < 0 ? code.length : end;
}

/**
 * @param {string} code
 * @param {number} from  behind the opening quote
 * @param {string} quote
 */
function stringEnd(code, from, quote) {
  const ends = new RegExp(quote.length > 1 ? `\\\\[^]|${quote}` : `\\\\[^]|${quote}|\n`, "g");
  ends.lastIndex = from;
  for (let found; (found = ends.exec(code)); ) {
    if (found[0] === "\n") return found.index;
    if (found[0] === quote) return ends.lastIndex;
  }
  return code.length;
}

/** What stands behind "@param"; null if that is no form. @param {string} text @returns {Form | null} */
function readForm(text) {
  if (text.startsWith("[")) return readChoice(text);
  if (!/^\{[^{}]*\}$/.test(text)) return null;
  /** @type {Map<string, string>} */
  const fields = new Map();
  for (const part of text.slice(1, -1).split(",")) {
    const [, key, word, number] = FIELD.exec(trimmed(part)) ?? [];
    if (!["type", "min", "max", "step"].includes(key) || fields.has(key)) return null;
    if ((key === "type") !== (word !== undefined)) return null;
    fields.set(key, word ?? number);
  }
  const type = fields.get("type");
  if (type === "string") return fields.size === 1 ? { kind: "text" } : null;
  if (type !== "slider" || fields.size !== 4) return null;
  const [min = "", max = "", step = ""] = ["min", "max", "step"].map((key) => fields.get(key));
  const width = Number(max) - Number(min);
  const sound = Number.isFinite(width) && width > 0 && Number(step) > 0 && Number(step) <= width;
  return sound ? { kind: "slider", limits: { min, max, step } } : null;
}

/** @param {string} text @returns {Choice | null} */
function readChoice(text) {
  /** @type {Item[]} */
  const items = [];
  let at = 0; // of "[" or ","
  do {
    LITERAL.lastIndex = skipBlanks(text, at + 1);
    const [literal] = LITERAL.exec(text) ?? [];
    const value = literal === undefined ? null : valueOf(literal);
    if (literal === undefined || value === null) return null;
    items.push({ literal, value });
    at = skipBlanks(text, LITERAL.lastIndex);
  } while (text[at] === ",");
  const different = new Set(items.map(({ value }) => value)).size;
  if (text.slice(at) !== "]" || different !== items.length || different < 2) return null;
  return { kind: "choice", items };
}

/**
 * @param {string} text
 * @param {number} at
 */
function skipBlanks(text, at) {
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

/** @param {string} text */
function trimmed(text) {
  let end = text.length;
  while (text[end - 1] === " " || text[end - 1] === "\t") end--;
  return text.slice(skipBlanks(text, 0), end);
}

/** @type {Record<string, string>} */
const ESCAPES = {
  ...{ "\\": "\\", "'": "'", '"': '"', a: "\x07", b: "\b" },
  ...{ f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
};

/** What a literal of Python stands for; null if a field cannot show it. @param {string} literal */
function valueOf(literal) {
  if (!/^["']/.test(literal)) return Number(literal);
  let known = true;
  const text = literal.slice(1, -1).replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/gu,
    (_, octal, x, u, U, other) => {
      const code = octal ? parseInt(octal, 8) : parseInt(x ?? u ?? U, 16);
      const half = code >= 0xd800 && code < 0xe000; // of a pair that Python does not join
      if (octal ? code < 256 : code <= 0x10ffff && !half) return String.fromCodePoint(code);
      known &&= other in ESCAPES;
      return ESCAPES[other];
    },
  );
  return known && !/[\n\r]/.test(text) ? text : null;
}

/** What a reader could not see in the code, or what would change what is seen: better as an escape. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** A text as a literal of Python, in double quotes where that spares escapes. @param {string} text */
export function pythonString(text) {
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  const escaped = Array.from(text, (character) => {
    if (character === quote || character === "\\") return `\\${character}`;
    if (character === "\t") return "\\t";
    if (!UNSEEN.test(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
    const short = code < 0x10000;
    return `\\${short ? "u" : "U"}${code.toString(16).padStart(short ? 4 : 8, "0")}`;
  });
  return quote + escaped.join("") + quote;
}

/**
 * A number with the decimals that its limits ask for, as a literal of the same type.
 * @param {string} value
 * @param {string} old  as written until now
 * @param {Limits} limits
 */
export function pythonNumber(value, old, { min, step }) {
  const float = /[.eE]/.test(old + min + step) ? 1 : 0;
  return Number(value).toFixed(Math.max(float, decimals(min), decimals(step)));
}

/** How many decimals a number has as written: 2 for 0.25 and for 25e-2. @param {string} number */
function decimals(number) {
  const [, digits = "", exponent] = /^[^.eE]*\.?(\d*)[eE]?(.*)$/.exec(number) ?? [];
  return Math.max(digits.length - Number(exponent), 0);
}
