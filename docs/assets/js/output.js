/**
 * What a block shows: the recorded output until a run has something to show, then the run's.
 * All of it is text, or an image: nothing that a program says becomes markup.
 */

import { drawFigure } from "./displays.js";
import { make } from "./dom.js";
import { TextLog } from "./textlog.js";

const RECORDED = "Recorded output";
const OWN = "Output of your run";
const EARLIER = "Output of your earlier run";

export class OutputView {
  /** @type {Element[]} */ #recorded = [];
  /** @type {HTMLElement | null} */ #box;
  /** @type {HTMLElement | null} */ #live = null;
  #label = make("div", { class: "py-label" }, RECORDED);
  #pending = false;
  #included = "";
  #notice = null;
  #text;
  #places;

  /**
   * @param {HTMLElement} host the block
   * @param {(frame: object) => Node} frameLink makes what leads to a frame of an error
   */
  constructor(host, frameLink) {
    this.host = host;
    this.frameLink = frameLink;
    this.#box = host.querySelector(":scope > .py-output");
    if (this.#box) {
      this.#recorded = [...this.#box.children];
      this.#box.prepend(this.#label);
    }
  }

  /** Whether it shows anything but the recorded output. */
  get changed() {
    return Boolean(this.#live || this.#notice);
  }

  /** Put something between the code and the output. */
  before(element) {
    if (this.#box) this.#box.before(element);
    else this.host.append(element);
  }

  /**
   * A run begins: what is shown stays until there is something new.
   * @param {string} included in words, what ran before the block
   */
  begin(included) {
    this.#pending = true;
    this.#included = included;
    this.#setNotice(null);
    if (this.#box) this.#box.style.minHeight = `${this.#box.offsetHeight}px`;
    this.#box?.setAttribute("aria-busy", "true");
  }

  /** @param {object[]} events see engine/runner/session.py */
  append(events) {
    if (this.#pending) this.#startLive();
    this.#text.follow(() => events.forEach((event) => this.#show(event)));
  }

  /** The run has ended; `complete` says that what it showed is all there is to show. */
  end(complete) {
    if (this.#pending && complete) {
      this.#startLive();
      this.#live.append(make("p", { class: "py-note" }, "No output."));
    }
    if (this.#pending && this.#live) this.#label.textContent = EARLIER;
    this.#pending = false;
    this.#box?.style.removeProperty("min-height");
    this.#box?.removeAttribute("aria-busy");
  }

  /** Something about the run that is not its output; `extra` are buttons to go on with. */
  notify(text, ...extra) {
    this.#open();
    this.#setNotice(make("div", { class: "py-note" }, make("p", {}, text), ...extra));
  }

  /** Show the recorded output again. */
  reset() {
    this.#pending = false;
    this.#setNotice(null);
    this.#live?.remove();
    this.#live = null;
    this.#label.textContent = RECORDED;
    for (const part of this.#recorded) part.hidden = false;
    if (!this.#recorded.length) this.#close();
  }

  #startLive() {
    this.#pending = false;
    this.#open();
    this.#live?.remove();
    this.#text = new TextLog();
    this.#places = new Map();
    this.#live = make("div", { class: "py-live" });
    this.#label.textContent = this.#included ? `${OWN}, after ${this.#included}` : OWN;
    for (const part of this.#recorded) part.hidden = true;
    this.#label.after(this.#live);
  }

  #show(event) {
    if (event.type === "stream") this.#write(() => this.#text.write(event.text, event.name));
    else if (event.type === "display") this.#display(event);
    else if (event.type === "error") {
      this.#live.append(make("pre", { class: "py-error" }, event.traceback));
      if (event.hint) this.#live.append(make("p", { class: "py-hint" }, event.hint));
      if (event.frames.length) this.#live.append(this.frameLink(event.frames.at(-1)));
    } else if (event.type === "cut") {
      this.#live.append(make("p", { class: "py-note" }, event.message));
    }
  }

  #write(write) {
    if (this.#text.empty) this.#live.prepend(this.#text.element);
    return write();
  }

  #display({ data, id, update }) {
    const figure = drawFigure(data);
    const old = update ? this.#places.get(id) : undefined;
    const text = figure ? null : data["text/plain"];
    let place;
    if (old?.figure && figure) {
      old.figure.replaceWith(figure);
      place = { figure };
    } else if (old?.rewrite && !figure) {
      old.rewrite(text);
      place = old;
    } else {
      old?.figure?.remove();
      old?.rewrite?.(null);
      if (figure) this.#live.append(figure);
      place = figure ? { figure } : { rewrite: this.#write(() => this.#text.entry(text)) };
    }
    if (id !== null) this.#places.set(id, place);
  }

  #open() {
    if (this.#box) return;
    this.#box = make("div", { class: "py-output" }, this.#label);
    this.host.append(this.#box);
  }

  #close() {
    this.#box?.remove();
    this.#box = null;
  }

  #setNotice(notice) {
    this.#notice?.remove();
    this.#notice = notice;
    if (notice) this.#label.after(notice);
  }
}
