/**
 * What a block shows: the recorded output until a run has something to show, then the run's.
 * All of it is text, or an image: nothing that a program says becomes markup.
 */

import { drawFigure } from "./displays.js";
import { make } from "./dom.js";
import { TextLog } from "./textlog.js";

/**
 * @import { DisplayEvent, Frame, OutputEvent } from "./messages.js"
 *
 * @typedef {{figure?: HTMLElement, rewrite?: (text: string | null) => void}} Place where something
 *   was displayed that may be displayed anew
 */

const RECORDED = "Recorded output";
const OWN = "Output of your run";
const EARLIER = "Output of your earlier run";

export class OutputView {
  /** @type {HTMLElement[]} */ #recorded = [];
  /** @type {HTMLElement | null} */ #box;
  /** @type {HTMLElement | null} */ #live = null;
  /** @type {TextLog} */ #text;
  /** @type {Map<string, Place>} */ #places;
  #label = make("div", { class: "py-label" }, RECORDED);
  #pending = false;
  #included = "";
  /** @type {HTMLElement | null} */ #notice = null;

  /**
   * @param {HTMLElement} host the block
   * @param {(frame: Frame) => Node} frameLink makes what leads to a frame of an error
   */
  constructor(host, frameLink) {
    this.host = host;
    this.frameLink = frameLink;
    this.#box = host.querySelector(":scope > .py-output");
    if (this.#box) {
      this.#recorded = /** @type {HTMLElement[]} */ ([...this.#box.children]);
      this.#box.prepend(this.#label);
    }
  }

  /** Whether it shows anything but the recorded output. */
  get changed() {
    return Boolean(this.#live || this.#notice);
  }

  /** Put something between the code and the output. @param {HTMLElement} element */
  before(element) {
    if (this.#box) this.#box.before(element);
    else this.#append(element);
  }

  /** Put something right below the output. @param {HTMLElement} element */
  below(element) {
    this.#open();
    this.#box?.after(element);
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

  /** @param {OutputEvent[]} events */
  append(events) {
    const live = this.#pending || !this.#live ? this.#startLive() : this.#live;
    this.#text.follow(() => events.forEach((event) => this.#show(event, live)));
  }

  /**
   * The run has ended.
   * @param {boolean} complete what it showed is all there is to show
   */
  end(complete) {
    if (this.#pending && complete) {
      this.#startLive().append(make("p", { class: "py-note" }, "No output."));
    }
    if (this.#pending && this.#live) this.#label.textContent = EARLIER;
    this.#pending = false;
    this.#box?.style.removeProperty("min-height");
    this.#box?.removeAttribute("aria-busy");
  }

  /**
   * Something about the run that is not its output.
   * @param {string} text
   * @param {...HTMLElement} extra buttons to go on with
   */
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
    const live = make("div", { class: "py-live" });
    this.#live = live;
    this.#label.textContent = this.#included ? `${OWN}, after ${this.#included}` : OWN;
    for (const part of this.#recorded) part.hidden = true;
    this.#label.after(live);
    return live;
  }

  /**
   * @param {OutputEvent} event
   * @param {HTMLElement} live where it goes
   */
  #show(event, live) {
    if (event.type === "stream") {
      if (event.back) this.#text.erase(event.back);
      this.#writable(live).write(event.text, event.name);
    } else if (event.type === "display") this.#display(event, live);
    else if (event.type === "error") {
      live.append(make("pre", { class: "py-error" }, event.traceback));
      if (event.hint) live.append(make("p", { class: "py-hint" }, event.hint));
      const frame = event.frames.at(-1);
      if (frame) live.append(this.frameLink(frame));
    } else if (event.type === "cut") {
      live.append(make("p", { class: "py-note" }, event.message));
    }
  }

  /** The text, where what comes next belongs. @param {HTMLElement} live */
  #writable(live) {
    if (this.#text.empty || live.lastElementChild !== this.#text.element) {
      if (!this.#text.empty) this.#text = new TextLog(); // below the figure that has come between
      live.append(this.#text.element);
    }
    return this.#text;
  }

  /**
   * @param {DisplayEvent} event
   * @param {HTMLElement} live
   */
  #display({ data, id, update }, live) {
    const figure = drawFigure(data);
    const old = update && id !== null ? this.#places.get(id) : undefined;
    const text = data["text/plain"];
    /** @type {Place} */
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
      if (figure) live.append(figure);
      place = figure ? { figure } : { rewrite: this.#writable(live).entry(text) };
    }
    if (id !== null) this.#places.set(id, place);
  }

  #open() {
    if (this.#box) return;
    this.#box = make("section", { class: "py-output" }, this.#label);
    this.#append(this.#box);
  }

  /** Put something at the end of the block, above what an exercise folds away. @param {Node} part */
  #append(part) {
    this.host.insertBefore(part, this.host.querySelector(":scope > .py-help"));
  }

  #close() {
    this.#box?.remove();
    this.#box = null;
  }

  /** @param {HTMLElement | null} notice */
  #setNotice(notice) {
    this.#notice?.remove();
    this.#notice = notice;
    if (notice) this.#label.after(notice);
  }
}
