/** Asks what a block will show, and sets the guess beside what came. */

import { make } from "../dom.js";
import { readGuess, writeGuess } from "./guess.js";

/** @import { Guess } from "./guess.js" */

export class Prediction {
  #block;
  #cover;
  #input;
  #form;

  /** @param {import("../element.js").PlaygroundElement} block */
  constructor(block) {
    this.#block = block;
    this.#cover = /** @type {HTMLDetailsElement} */ (block.querySelector(".py-predict"));
    const id = `guess-${block.blockId}`;
    const hints = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
    this.#input = make("input", { type: "text", id, required: true, ...hints });
    const show = make("button", { type: "button", class: "py-button" }, "Show it");
    show.addEventListener("click", () => this.#settle({ text: null }));
    this.#form = make(
      "form",
      { class: "py-guessing" },
      make("label", { for: id }, "What will it show? One line is enough."),
      this.#input,
      make("button", { class: "py-button" }, "Compare"),
      show,
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take();
    });
  }

  /** Show what an earlier visit has uncovered. */
  recall() {
    const guess = readGuess(location.pathname, this.#block.blockId);
    if (guess) this.#uncover(guess);
  }

  /** Show the field. */
  ask() {
    this.#cover.before(this.#form);
    this.#cover.hidden = true;
    this.#input.focus();
  }

  /** What stands in the field, if anything, is the guess. */
  take() {
    const text = this.#input.value.trim();
    if (this.#form.isConnected && text) this.#settle({ text });
  }

  /** Show what is covered, the guess above it. @param {Guess} guess */
  #uncover({ text }) {
    const had = this.#form.contains(document.activeElement);
    this.#form.remove();
    const parts = [...this.#cover.children].filter((part) => part.tagName !== "SUMMARY");
    const recorded = parts.find((part) => part.matches(".py-text"))?.textContent ?? "";
    this.#cover.open = true;
    this.#cover.hidden = this.#block.querySelector(":scope > .py-output > .py-live") !== null;
    this.#cover.classList.add("py-predict--open");
    if (text === null) return;
    const lines = recorded.split("\n").map(plain);
    const right = lines.includes(plain(text)) || plain(recorded) === plain(text);
    const words = right ? "That is there." : recorded && "It shows something else.";
    const guess = make("p", { class: "py-guess", role: "status", tabindex: "-1" });
    const mine = make("code", {}, text);
    this.#cover.before(guess);
    guess.append("Your guess: ", mine, ` ${words}`);
    if (had) guess.focus(); // the button that had it is gone
  }

  /** @param {Guess} guess */
  #settle(guess) {
    writeGuess(location.pathname, this.#block.blockId, guess);
    this.#uncover(guess);
  }
}

/** Spaces matter to nobody who guesses. @param {string} text */
function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}
