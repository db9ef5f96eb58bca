/** The field below a block's output in which the reader answers what its program asks. */

import { make } from "./dom.js";

const LONGEST = 200; // characters of a label

export class InputField {
  #label = make("span", {});
  #input = make("input", {
    ...{ type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
    enterkeyhint: "enter",
  });
  element = make("form", { class: "py-input" });

  /** @param {(answer: string) => void} onAnswer */
  constructor(onAnswer) {
    const button = make("button", { type: "submit", class: "py-button" }, "Enter");
    this.element.append(make("label", { class: "py-field" }, this.#label, this.#input), button);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#input.readOnly) return; // the answer is on its way
      this.#input.readOnly = true;
      onAnswer(this.#input.value);
    });
  }

  /**
   * Empty, for the next answer.
   * @param {string} prompt
   * @param {string} [example]
   */
  ask(prompt, example) {
    this.#label.textContent = prompt.trim().slice(-LONGEST) || "Input";
    this.#input.placeholder = example === undefined ? "" : `for example ${example}`;
    this.#input.value = "";
    this.#input.readOnly = false;
  }

  focus() {
    this.#input.focus();
  }
}
