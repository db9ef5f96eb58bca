/** What exercises and predictions have at once; the rest is loaded when the reader asks for it. */

import { loaded } from "./importing.js";
import { read } from "./kept.js";

const ICON = "M9 16.17 4.83 12l-1.42 1.41L9 19 21 7l-1.41-1.41z"; // Material Design Icons

/**
 * @import { Exercise } from "./exercise/exercise.js"
 * @import { Prediction } from "./predict/predict.js"
 *
 * @typedef {object} Parts
 * @property {import("./element.js").PlaygroundElement} block
 * @property {import("./toolbar.js").Toolbar} toolbar
 * @property {import("./running.js").Running} running
 */

export class Exercising {
  /** @type {Parts} */ #parts;
  /** @type {Promise<Exercise> | null} */ #exercise = null;
  /** @type {Promise<Prediction> | null} */ #prediction = null;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { block, toolbar } = parts;
    if (block.dataset.exercise) {
      block.prepend(block.querySelector(".py-task") ?? "");
      toolbar.prepend("check", "Check", ICON, () => this.#use((exercise) => exercise.check()));
      this.#listen(".py-solution", () => this.#use((exercise) => exercise.askForSolution()));
    }
    if (!this.#listen(".py-predict", () => this.#predict((prediction) => prediction.ask()))) return;
    // As predict/guess.js writes it.
    if (read(`py-guess:${this.#place}`)) this.#predict((prediction) => prediction.recall());
  }

  /** What blocks below go on from, if they do: the reader's answer, or else a solution. */
  get answer() {
    const { block } = this.#parts;
    if (!("usedBelow" in block.dataset)) return null;
    const text = read(`py-exercise:${this.#place}`)?.passed?.text; // see exercise/record.js
    const solution = block.querySelector(".py-solution code")?.textContent ?? "";
    const own = typeof text === "string"; // storage is anybody's
    return { own, source: own ? text : solution.replace(/\n$/, "") };
  }

  /** The block is run: what is in the field is the guess. */
  run() {
    this.#prediction?.then((prediction) => prediction.take());
  }

  /** The original code is shown again: what was said of another goes. */
  reset() {
    this.#exercise?.then((exercise) => exercise.clear());
  }

  get #place() {
    return `${location.pathname}#${this.#parts.block.blockId}`;
  }

  /**
   * What folds something away does not just open.
   * @param {string} selector
   * @param {() => void} action
   */
  #listen(selector, action) {
    const folded = this.#parts.block.querySelector(selector);
    folded?.firstElementChild?.addEventListener("click", (event) => {
      if (folded.hasAttribute("open")) return;
      event.preventDefault();
      action();
    });
    return folded;
  }

  /** @param {(exercise: Exercise) => void} action */
  async #use(action) {
    this.#exercise ??= loaded("exercise", () => import("./exercise/exercise.js")).then(
      (made) => new made.Exercise(this.#parts),
    );
    await this.#exercise.then(action).catch(() => {
      this.#exercise = null;
      this.#fail();
    });
  }

  /** @param {(prediction: Prediction) => void} action */
  async #predict(action) {
    const { block } = this.#parts;
    this.#prediction ??= loaded("predict", () => import("./predict/predict.js")).then(
      (made) => new made.Prediction(block),
    );
    await this.#prediction.then(action).catch(() => {
      this.#prediction = null;
      this.#fail();
    });
  }

  #fail() {
    this.#parts.toolbar.say("This could not be loaded: try again");
  }
}
