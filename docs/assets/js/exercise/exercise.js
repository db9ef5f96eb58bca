/** An exercise in use: its check, its verdict, and the way to its solution. */

import { make } from "../dom.js";
import { markPage, markText } from "./marks.js";
import { readRecord, writeRecord } from "./record.js";

/** @import { Cell, VerdictEvent } from "../messages.js" */

const TRIES = 3; // different answers after which the solution is there without asking

export class Exercise {
  #block;
  #toolbar;
  #running;
  #page = location.pathname;
  #record;
  /** @type {HTMLElement | null} */ #box = null;
  #asked = false; // for the solution, once

  /** @param {import("../exercising.js").Parts} parts */
  constructor({ block, toolbar, running }) {
    this.#block = block;
    this.#toolbar = toolbar;
    this.#running = running;
    this.#record = readRecord(this.#page, block.blockId);
  }

  /** Run the answer, then try it. */
  async check() {
    this.clear();
    await this.#running.start(this.#cell);
    const { verdict, ran: text } = this.#running;
    if (!verdict) return;
    const passed = verdict.verdict === "passed";
    // Another tab may have written meanwhile.
    this.#record = readRecord(this.#page, this.#block.blockId);
    if (passed) {
      const { version = "" } = this.#block.dataset;
      this.#record.passed = { text, version, on: new Date().toISOString().slice(0, 10) };
    } else if (!this.#record.tried.includes(text)) {
      this.#record.tried = [...this.#record.tried, text].slice(-TRIES);
    }
    const kept = writeRecord(this.#page, this.#block.blockId, this.#record);
    this.#show(verdict, kept);
    if (passed) markPage(document);
  }

  /** Say nothing any more. */
  clear() {
    this.#box?.remove();
    this.#box = null;
  }

  /** Open the solution, or say how to: nobody is held hostage. */
  askForSolution() {
    const solution = this.#block.querySelector(".py-solution");
    const summary = solution?.querySelector("summary");
    if (!solution || !summary) return;
    summary.dataset.label ??= summary.textContent ?? "";
    if (this.#free || this.#asked) {
      summary.textContent = summary.dataset.label;
      solution.setAttribute("open", "");
      this.#asked = true;
      return;
    }
    this.#asked = true;
    summary.textContent = "Show me the solution";
    this.#toolbar.say("", "Press once more to see the solution");
  }

  get #free() {
    return this.#record.passed !== null || this.#record.tried.length >= TRIES;
  }

  /** @returns {Cell} */
  get #cell() {
    const { blockId: id, name } = this.#block;
    const code = this.#block.querySelector(".py-check code")?.textContent ?? "";
    return { id: `${id}:check`, title: `check of ${name}`, source: code.replace(/\n$/, "") };
  }

  /**
   * @param {VerdictEvent} verdict
   * @param {boolean} kept
   */
  #show({ verdict, message, frames }, kept) {
    const passed = verdict === "passed";
    const said = {
      passed: "Your answer does what was asked.",
      refused: message || "This is not what was asked.",
      fault: `The check could not go on with this answer: ${message}`,
    }[verdict];
    const head = make("strong", {}, passed ? "Passed. " : "Not yet. ");
    const box = make("div", { class: `py-verdict py-verdict--${passed ? "passed" : "refused"}` });
    box.append(make("p", {}, head, said));
    const frame = frames.findLast(({ cell }) => cell === this.#block.blockId);
    if (frame) box.append(this.#running.linkTo(frame));
    if (passed && !kept) {
      const words = "This browser does not keep it: the mark is gone when you leave.";
      box.append(make("p", {}, words));
    }
    if (!passed && this.#free) box.append(make("p", {}, "The solution is open to you now."));
    this.#box = box;
    this.#block.insertBefore(box, this.#block.querySelector(":scope > .py-help"));
    const mark = this.#block.querySelector(":scope > .py-task > .py-mark");
    if (mark) mark.textContent = markText(this.#record, this.#block.dataset.version);
  }
}
