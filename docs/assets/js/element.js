/** <py-playground>: a block of code that the reader can run and edit. */

import { readDraft, writeDraft } from "./drafts.js";
import { make } from "./dom.js";
import { OutputView } from "./output.js";
import { blocksUpTo } from "./program.js";
import { runtime } from "./runtime.js";
import { SliderView } from "./sliders.js";
import { SourceView } from "./source.js";
import { Toolbar } from "./toolbar.js";

export class PlaygroundElement extends HTMLElement {
  #toolbar;
  #source;
  #sliders;
  #output;
  #draft;
  /** @type {PlaygroundElement[]} */ #program = [];

  connectedCallback() {
    if (!this.#toolbar) this.#build();
  }

  disconnectedCallback() {
    runtime.cancel(this);
  }

  /** What a run of the page's program runs here. @returns {import("./runtime.js").Cell} */
  get cell() {
    const { block: id, title = "", raises } = this.dataset;
    return { id, title, source: this.#source.text, raises };
  }

  get name() {
    return this.dataset.title ?? this.dataset.block;
  }

  run() {
    this.#program = blocksUpTo(this);
    for (const block of this.#program) block.#source.clearMark();
    runtime.run({
      owner: this,
      program: () => this.#program.map((block) => block.cell),
      onState: (state) => this.#busy(state),
      onEvents: (events) => this.#receive(events),
      onEnd: (end) => this.#end(end),
    });
  }

  stop() {
    runtime.cancel(this);
  }

  /** The original code and the recorded output again. */
  reset() {
    this.stop();
    this.#source.reset();
    this.#output.reset();
    this.#toolbar.say("");
    this.#updateReset();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.#source.text);
      this.#toolbar.say("Copied");
    } catch {
      this.#toolbar.say("The browser does not allow copying");
    }
  }

  /** Open the editor. */
  async edit(offset = null) {
    try {
      await this.#source.edit(offset);
    } catch {
      this.#toolbar.say("The editor could not be loaded: try again");
    }
  }

  #build() {
    const name = this.name;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", `Python: ${name}`);
    this.#source = new SourceView(this.querySelector(".highlight"), `Code of ${name}`, {
      onChange: () => this.#changed(),
      onRun: () => this.run(),
      onEdit: (offset) => this.edit(offset),
    });
    this.#output = new OutputView(this, (frame) => this.#frameLink(frame));
    this.#sliders = new SliderView({
      onIntent: () => runtime.prepare(),
      onMove: ({ from, to }, value) => {
        this.#source.replace(from, to, value);
        this.run();
      },
    });
    this.#toolbar = new Toolbar(this.querySelector(":scope > .py-title"), {
      run: () => this.run(),
      stop: () => this.stop(),
      edit: () => this.edit(),
      reset: () => this.reset(),
      copy: () => this.copy(),
    });
    for (const intent of ["pointerenter", "focus"]) {
      this.#toolbar.runButton.addEventListener(intent, () => runtime.prepare());
    }
    this.prepend(this.#toolbar.element);
    this.#sliders.update(this.#source.text);
    this.#output.before(this.#sliders.element);
    this.#draft = `${location.pathname}#${this.dataset.block}`;
    const kept = readDraft(this.#draft, this.#source.original);
    if (kept !== null) this.#source.restore(kept);
  }

  #changed() {
    const { text, original } = this.#source;
    writeDraft(this.#draft, original, text);
    this.#sliders.update(text);
    this.#updateReset();
  }

  #updateReset() {
    const { text, original } = this.#source;
    this.#toolbar.resettable = text !== original || this.#output.changed;
  }

  #busy({ name, loaded, total }) {
    this.dataset.state = name;
    this.#toolbar.busy = true;
    if (name === "loading") {
      this.#toolbar.say(total && loaded >= total ? "Starting Python" : "Loading Python");
      this.#toolbar.count(loaded, total);
    } else {
      this.#toolbar.say(name === "waiting" ? "Waiting for another run" : "Running");
    }
    if (name === "running") this.#output.begin(); // of a run before it, the end has come
  }

  #receive(events) {
    this.#output.append(events);
    for (const event of events) {
      const frame = event.type === "error" ? event.frames.at(-1) : null;
      if (frame) this.#blockOf(frame)?.#source.mark(frame);
    }
    this.#updateReset();
  }

  #end({ outcome, seconds, message }) {
    delete this.dataset.state;
    this.#toolbar.busy = false;
    this.#output.end(outcome === "done" || outcome === "error");
    this.#updateReset();
    this.#toolbar.say(
      {
        done: () => `Done in ${duration(seconds)}`,
        error: () => "Ended by an error",
        stopped: () => "Stopped",
        replaced: () => "",
        failed: () => "Not run",
        crashed: () => "Python broke down",
      }[outcome](),
    );
    if (outcome === "failed") {
      const retry = make("button", { type: "button", class: "py-button" }, "Retry");
      retry.addEventListener("click", () => this.run());
      this.#output.notify(`Python could not be loaded: ${message}.`, retry);
    } else if (outcome === "crashed") {
      this.#output.notify(`Python broke down (${message}) and was started anew.`);
    }
  }

  /** A button that leads to where an error came from. */
  #frameLink(frame) {
    const block = this.#blockOf(frame);
    const where = block === this ? "line" : `${block.name}, line`;
    const button = make("button", { type: "button", class: "py-button" });
    button.textContent = `Go to ${where} ${frame.line}`;
    button.addEventListener("click", () => block.edit(block.#source.mark(frame)));
    return button;
  }

  #blockOf(frame) {
    return this.#program.find((block) => block.dataset.block === frame.cell);
  }
}

/** @param {number} seconds */
function duration(seconds) {
  return seconds < 0.1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`;
}
