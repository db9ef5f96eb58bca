/** The runs of a block: what they say in its bar and show in its output. */

import { make } from "./dom.js";
import { loaded } from "./importing.js";
import { blocksBelow, blocksUpTo, cellsOf, inWords } from "./program.js";
import { runtime } from "./runtime.js";

/** @import { PlaygroundElement as Block } from "./element.js" */
/** @import { End, State } from "./runtime.js" */
/** @import { InputField } from "./input.js" */
/** @import { Asking, Cell, Frame, OutputEvent, VerdictEvent } from "./messages.js" */

export class Running {
  #block;
  #toolbar;
  #output;
  /** @type {import("./element.js").PlaygroundElement[]} */ #program = [];
  #turn = 0; // of a run: what an earlier one says is of no interest any more
  /** What a check has said of the last run. @type {VerdictEvent | null} */ verdict = null;
  /** What the reader has typed in the last run. @type {string[]} */ answers = [];
  /** @type {InputField | null} */ #field = null;
  /** Runs again, with one more answer. */ #goOn = () => {};
  /** Gives up the run that waits for input. @type {(() => void) | null} */ #drop = null;
  /** @type {string[]} */ #started = []; // the texts of the run that began last
  /** @type {string[] | null} */ #shown = null; // those of what is shown; null: the originals

  /**
   * @param {import("./element.js").PlaygroundElement} block
   * @param {import("./toolbar.js").Toolbar} toolbar
   * @param {import("./output.js").OutputView} output
   */
  constructor(block, toolbar, output) {
    this.#block = block;
    this.#toolbar = toolbar;
    this.#output = output;
  }

  /**
   * Run the page's program up to the block. A link's code in it runs if the reader has said so.
   * @param {Cell} [check] of the exercise that the block is
   * @returns {Promise<boolean>} whether it came to its end without an error
   */
  async start(check) {
    this.verdict = null;
    await Promise.all(blocksUpTo(this.#block).map(({ opened }) => opened));
    for (let link; (link = unasked(blocksUpTo(this.#block))); ) {
      if (!(await link.ask(this.#block))) return false;
    }
    this.#forget();
    return new Promise((resolve) => this.#go(resolve, check));
  }

  /**
   * @param {(well: boolean) => void} resolve
   * @param {Cell} [check]
   * @param {number} [seed] of the run that this one is again, with one more answer
   */
  #go(resolve, check, seed) {
    const turn = ++this.#turn;
    const newest = () => turn === this.#turn;
    const program = (this.#program = blocksUpTo(this.#block));
    for (const block of program) block.source.clearMark();
    runtime.run({
      owner: this.#block,
      origin: () => originOf(program),
      program: () => {
        this.#started = program.map(({ source }) => source.text);
        const below = blocksBelow(this.#block).map((block) => block.cell);
        return { cells: cellsOf(program), below, check, seed };
      },
      onState: (state) => newest() && this.#busy(state),
      onEvents: (events) => newest() && this.#receive(events),
      onEnd: (end) => {
        if (newest() && end.asking) {
          const { prompt, seed } = end.asking;
          this.#drop = () => resolve(false);
          this.#ask(prompt, () => this.#go(resolve, check, seed));
          return;
        }
        if (newest()) this.#end(end);
        resolve(end.outcome === "done");
      },
    });
  }

  /**
   * Let the reader answer.
   * @param {string} prompt
   * @param {() => void} goOn
   */
  async #ask(prompt, goOn) {
    const turn = this.#turn;
    delete this.#block.dataset.state;
    this.#shown = this.#started;
    this.#output.append([]); // although it may have written nothing
    this.#output.end(false);
    this.#block.update();
    this.#toolbar.say("Waiting for your input");
    try {
      const { InputField } = await loaded("input", () => import("./input.js"));
      if (turn !== this.#turn) return;
      this.#goOn = goOn;
      this.#field ??= new InputField((answer) => {
        this.answers = [...this.answers, answer];
        this.#goOn();
      });
      const { element } = this.#field;
      this.#field.ask(prompt, this.#block.examples[this.answers.length]);
      if (!element.isConnected) this.#output.below(element);
      // Who is elsewhere by now is not called back.
      const { activeElement: active, body } = document;
      if (!active || active === body || this.#block.contains(active)) this.#field.focus();
    } catch {
      if (turn !== this.#turn) return;
      this.#forget();
      this.#toolbar.busy = false;
      this.#toolbar.say("The field for your input could not be loaded: try again");
    }
  }

  /** What was typed is of no use any more, nor what waits for more. */
  #forget() {
    this.#turn++;
    this.answers = [];
    this.#closeField();
    this.#drop?.();
    this.#drop = null;
  }

  #closeField() {
    if (this.#field?.element.contains(document.activeElement)) this.#toolbar.focus("run");
    this.#field?.element.remove();
    this.#field = null;
  }

  /** The text of the block that its last run has run. */
  get ran() {
    return this.#started.at(-1) ?? "";
  }

  stop() {
    const drop = this.#drop;
    runtime.cancel(this.#block);
    if (!drop) return;
    if (this.#drop) this.#end({ outcome: "stopped" }); // nothing ran: it waits for an answer
    drop();
    this.#forget();
  }

  /** The recorded output is shown again. */
  reset() {
    this.#forget();
    this.#shown = null;
  }

  /** Whether a block that made the output has another text by now. */
  get stale() {
    const sources = blocksUpTo(this.#block).map(({ source }) => source);
    const shown = this.#shown ?? sources.map(({ original }) => original);
    return sources.some(({ text }, index) => text !== shown[index]);
  }

  /** A button that leads to where an error came from. @param {Frame} frame */
  linkTo(frame) {
    const block = this.#blockOf(frame);
    const where = block === this.#block ? "line" : `${block.name}, line`;
    const button = make("button", { type: "button", class: "py-button" });
    button.textContent = `Go to ${where} ${frame.line}`;
    button.addEventListener("click", () => block.edit(block.source.mark(frame)));
    return button;
  }

  /** @param {State} state */
  #busy({ name, loaded = 0, total = 0 }) {
    this.#block.dataset.state = name;
    this.#toolbar.busy = true;
    this.#toolbar.say(
      {
        waiting: "Waiting for another run",
        loading: loaded < total ? "Loading Python" : "Starting Python",
        running: "Running",
        fetching: "Loading more of Python",
      }[name],
    );
    this.#toolbar.count(loaded, total);
    // A run before it has ended by now.
    if (name === "running") this.#output.begin(inWords(this.#program));
  }

  /** @param {OutputEvent[]} events */
  #receive(events) {
    this.#shown = this.#started;
    const shown = events.filter(({ type }) => type !== "verdict");
    if (shown.length) this.#output.append(shown);
    for (const event of events) {
      if (event.type === "verdict") this.verdict = event;
      const frame = event.type === "error" ? event.frames.at(-1) : null;
      if (frame) this.#blockOf(frame).source.mark(frame);
    }
    this.#block.update();
  }

  /** @param {End} end */
  #end({ outcome, seconds, message }) {
    this.#closeField();
    this.#drop = null;
    delete this.#block.dataset.state;
    this.#toolbar.busy = false;
    const complete = outcome === "done" || outcome === "error";
    if (complete) this.#shown = this.#started;
    this.#output.end(complete);
    const { verdict } = this;
    if (outcome === "done" && verdict) {
      this.#toolbar.say(verdict.verdict === "passed" ? "Passed" : "Not yet", verdict.message);
      this.#block.update();
      return;
    }
    this.#toolbar.say(
      {
        done: `Done in ${duration(seconds ?? 0)}`,
        error: "Ended by an error",
        stopped: "Stopped",
        replaced: "",
        asks: "",
        refused: "Not run: it holds a link's code",
        failed: "Not run",
        crashed: "Python broke down",
      }[outcome],
    );
    if (outcome === "failed") {
      const retry = make("button", { type: "button", class: "py-button" }, "Retry");
      retry.addEventListener("click", () => {
        this.#toolbar.focus("run"); // this button goes
        this.#block.run();
      });
      this.#output.notify(`Python could not be loaded: ${message}.`, retry);
    } else if (outcome === "crashed") {
      this.#output.notify(`Python broke down (${message}) and was started anew.`);
    }
    this.#block.update();
  }

  /** @param {Frame} frame */
  #blockOf(frame) {
    return this.#program.find((block) => block.blockId === frame.cell) ?? this.#block;
  }
}

/**
 * The link whose code is in a program and may not run yet.
 * @param {Block[]} program
 */
function unasked(program) {
  return program.find(({ link }) => link && !link.allowed)?.link;
}

/**
 * The links whose code is in a program.
 * @param {Block[]} program
 */
function originOf(program) {
  return [...new Set(program.flatMap(({ link }) => (link ? [link] : [])))];
}

/** @param {number} seconds */
function duration(seconds) {
  return seconds < 0.1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
}
