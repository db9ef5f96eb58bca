/** The fields of a block: one for each constant that the reader can set. See params.js. */

import { make } from "./dom.js";
import { findParams, pythonNumber, pythonString } from "./params.js";

/**
 * @import { Choice, Param, Slider } from "./params.js"
 *
 * @typedef {object} Field
 * @property {HTMLElement} element
 * @property {(param: Param) => void} update  show what the code says
 *
 * @typedef {object} Handlers
 * @property {() => void} onIntent  somebody is about to set something that runs the block
 * @property {(param: Param, literal: string) => void} onWrite  the code is to say this
 * @property {() => void} onRun
 */

export class FieldsView {
  element = make("div", { class: "py-fields" });
  /** @type {Field[]} */ #fields = [];
  /** @type {Param[]} */ #params = [];
  #shape = "";

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /** Show the fields that the code has now. @param {string} code */
  update(code) {
    this.#params = findParams(code);
    const shape = JSON.stringify(this.#params.map(({ name, form }) => [name, form]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#fields = this.#params.map((param, index) => this.#field(param, index));
      this.element.replaceChildren(...this.#fields.map((field) => field.element));
    }
    this.#params.forEach((param, index) => this.#fields[index].update(param));
  }

  /**
   * @param {Param} param
   * @param {number} index
   */
  #field({ name, form }, index) {
    const { onWrite, onRun, onIntent } = this.handlers;
    const current = () => this.#params[index];
    /** @type {(literal: string) => void} */
    const write = (literal) => onWrite(current(), literal);
    /** @type {(literal: string) => void} */
    const writeAndRun = (literal) => {
      write(literal);
      onRun();
    };
    if (form.kind === "text") return textField(name, write, onRun);
    if (form.kind === "choice") return choiceField(name, form, writeAndRun, onIntent);
    return sliderField(name, form, current, writeAndRun, onIntent);
  }
}

/**
 * @param {string} name
 * @param {Slider} form
 * @param {() => Param} current
 * @param {(literal: string) => void} write
 * @param {() => void} onIntent
 * @returns {Field}
 */
function sliderField(name, { limits }, current, write, onIntent) {
  const input = make("input", { type: "range", ...limits });
  const shown = make("span", { class: "py-field-value", "aria-hidden": "true" });
  for (const event of ["pointerdown", "focus"]) input.addEventListener(event, onIntent);
  input.addEventListener("input", () => {
    write(pythonNumber(input.value, current().literal, limits));
  });
  return {
    element: labelled(name, input, shown),
    update({ literal, value }) {
      shown.textContent = literal;
      if (Number(input.value) !== value) input.value = String(value);
    },
  };
}

/**
 * What is typed goes into the code; Enter runs it. (Leaving the field does not: who presses Run
 * would find it running, and the button to be Stop.)
 * @param {string} name
 * @param {(literal: string) => void} write
 * @param {() => void} onRun
 * @returns {Field}
 */
function textField(name, write, onRun) {
  const input = make("input", {
    ...{ type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
    enterkeyhint: "go",
  });
  input.addEventListener("input", () => write(pythonString(input.value)));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) onRun();
  });
  return {
    element: labelled(name, input),
    update({ value }) {
      if (input.value !== value) input.value = String(value);
    },
  };
}

/**
 * @param {string} name
 * @param {Choice} form
 * @param {(literal: string) => void} write
 * @param {() => void} onIntent
 * @returns {Field}
 */
function choiceField(name, { items }, write, onIntent) {
  const select = make("select");
  for (const { literal, value } of items) {
    select.append(make("option", { value: literal }, String(value).trim() || literal));
  }
  // What the reader has written into the code instead.
  const other = make("option", {});
  for (const event of ["pointerdown", "focus"]) select.addEventListener(event, onIntent);
  select.addEventListener("change", () => write(select.value));
  return {
    element: labelled(name, select),
    update({ literal, value }) {
      const item = items.find((choice) => choice.value === value);
      if (item) other.remove();
      else {
        other.value = other.textContent = literal;
        select.append(other);
      }
      select.value = item ? item.literal : literal;
    },
  };
}

/**
 * @param {string} name
 * @param {...HTMLElement} parts
 */
function labelled(name, ...parts) {
  return make("label", { class: "py-field" }, make("span", {}, name), ...parts);
}
