/**
 * Sliders on constants, in Colab's syntax: `x = 2.0  # @param {type:"slider", min:-3, max:3,
 * step:0.1}`. A move rewrites the number in the code; the code stays the only truth.
 */

import { make } from "./dom.js";

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const LINE = new RegExp(
  String.raw`^((?!\d)[\p{L}\p{N}_]+) = (${NUMBER})\s*#\s*@param\b\s*\{([^{}]*)\}\s*$`,
  "gmu",
);
const FIELD = new RegExp(String.raw`\b(min|max|step)\s*:\s*(${NUMBER})`, "g");

/**
 * @typedef {object} Slider
 * @property {string} name
 * @property {string} value as written
 * @property {number} from  offset of the number in the code
 * @property {number} to
 * @property {{min: string, max: string, step: string}} range
 */

/**
 * @typedef {object} Row
 * @property {Slider} slider            as it is in the code now
 * @property {HTMLElement} element
 * @property {HTMLInputElement} input
 * @property {HTMLElement} output
 */

/** @param {string} code @returns {Slider[]} */
export function findSliders(code) {
  const sliders = [];
  for (const match of code.matchAll(LINE)) {
    const [, name, value, form] = match;
    const fields = Object.fromEntries([...form.matchAll(FIELD)].map(([, key, n]) => [key, n]));
    const { min, max, step } = fields;
    const from = match.index + name.length + " = ".length;
    if (!/\btype\s*:\s*"slider"/.test(form) || !min || !max || !step) continue;
    sliders.push({ name, value, from, to: from + value.length, range: { min, max, step } });
  }
  return sliders;
}

export class SliderView {
  element = make("div", { class: "py-sliders" });
  /** @type {Row[]} */ #rows = [];
  #shape = "";

  /** @param {{onIntent: () => void, onMove: (slider: Slider, value: string) => void}} handlers */
  constructor(handlers) {
    this.handlers = handlers;
  }

  /** Show the sliders that the code has now. @param {string} code */
  update(code) {
    const sliders = findSliders(code);
    const shape = JSON.stringify(sliders.map(({ name, range }) => [name, range]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#rows = sliders.map((slider, index) => this.#row(slider, index));
      this.element.replaceChildren(...this.#rows.map((row) => row.element));
    }
    sliders.forEach((slider, i) => {
      const row = this.#rows[i];
      row.slider = slider;
      row.output.textContent = slider.value;
      if (Number(row.input.value) !== Number(slider.value)) row.input.value = slider.value;
    });
  }

  /**
   * @param {Slider} slider
   * @param {number} index
   * @returns {Row}
   */
  #row(slider, index) {
    const { name, range } = slider;
    const input = make("input", { type: "range", ...range });
    const output = make("span", { class: "py-slider-value", "aria-hidden": "true" });
    const label = make("span", { class: "py-slider-name" }, name);
    const element = make("label", { class: "py-slider" }, label, input, output);
    for (const event of ["pointerdown", "focus"]) {
      input.addEventListener(event, this.handlers.onIntent);
    }
    input.addEventListener("input", () => {
      const { slider } = this.#rows[index];
      this.handlers.onMove(slider, written(input.value, slider));
    });
    return { element, input, output, slider };
  }
}

/**
 * A number with the decimals that its step asks for, as a Python literal of the same type.
 * @param {string} value
 * @param {Slider} slider
 */
function written(value, { value: old, range: { min, step } }) {
  const float = /[.eE]/.test(old + min + step) ? 1 : 0;
  return Number(value).toFixed(Math.max(float, decimals(min), decimals(step)));
}

/** How many decimals a number has as written: 2 for 0.25 and for 25e-2. @param {string} number */
function decimals(number) {
  const [, digits = "", exponent] = /^[^.eE]*\.?(\d*)[eE]?(.*)$/.exec(number) ?? [];
  return Math.max(digits.length - Number(exponent), 0);
}
