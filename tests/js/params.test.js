import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { findParams, pythonNumber, pythonString } from "../../docs/assets/js/params.js";

/**
 * @import { Param } from "../../docs/assets/js/params.js"
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} code
 * @property {object[]} params  what has a field
 * @property {string} [error]   what the author is told
 * @property {{to: string, code: string}[]} [writes] what the reader sets, of a choice its number
 */

const TABLE = new URL("../params.json", import.meta.url);
/** @type {Case[]} */
const CASES = JSON.parse(readFileSync(TABLE, "utf8"));

/** @param {Param} param */
function shown({ name, value, form }) {
  if (form.kind === "text") return { kind: form.kind, name, value };
  if (form.kind === "choice") {
    return { kind: form.kind, name, value, choices: form.items.map((item) => item.value) };
  }
  const limits = Object.entries(form.limits).map(([key, text]) => [key, Number(text)]);
  return { kind: form.kind, name, value, ...Object.fromEntries(limits) };
}

/**
 * @param {Param} param
 * @param {string} to
 */
function literal({ form, literal }, to) {
  if (form.kind === "slider") return pythonNumber(to, literal, form.limits);
  return form.kind === "text" ? pythonString(to) : form.items[Number(to)].literal;
}

for (const { name, code, params, writes = [] } of CASES) {
  test(`${name}`, () => {
    const found = findParams(code);
    assert.deepEqual(found.map(shown), params);
    for (const param of found) assert.equal(code.slice(param.from, param.to), param.literal);
    for (const { to, code: written } of writes) {
      const [param] = found;
      const changed = code.slice(0, param.from) + literal(param, to) + code.slice(param.to);
      assert.equal(changed, written);
      if (param.form.kind === "text") assert.equal(findParams(changed)[0].value, to);
    }
  });
}
