/**
 * Sends what a run says to the page, in batches: at once while there is little, every 50 ms when
 * there is much, and not without end.
 */

/** @import { DisplayEvent, ErrorEvent, OutputEvent, StreamName, VerdictEvent } from "../messages.js" */

const INTERVAL = 50; // ms
const BURST = 8; // batches in an interval that are sent at once
const MAX_LINES = 10_000;
const MAX_CHARACTERS = 250_000;
const MAX_FIGURES = 200;
const MAX_TRACEBACK = 20_000; // characters; an error's message may be of any length

const FIGURES = /** @type {const} */ (["image/svg+xml", "application/vnd.engine.steps+json"]);

const CUT =
  `Output cut: a run shows up to ${MAX_LINES.toLocaleString("en")} lines, ` +
  `${MAX_CHARACTERS.toLocaleString("en")} characters and ${MAX_FIGURES} figures.`;

export class Outbox {
  /** @type {OutputEvent[]} */ #events = [];
  #begun = 0; // when the interval began
  #sent = 0; // batches sent in it
  #cut = false;
  #muted = false;
  #lines = 0;
  #characters = 0;
  #figures = 0;

  /** @param {(events: OutputEvent[]) => void} send */
  constructor(send) {
    this.send = send;
  }

  /** A run begins: count anew. */
  start() {
    this.#cut = this.#muted = false;
    this.#lines = this.#characters = this.#figures = 0;
  }

  /** Say nothing more until a run begins. */
  mute() {
    this.#events = [];
    this.#muted = true;
  }

  /**
   * @param {StreamName} name
   * @param {string} text
   */
  stream(name, text) {
    if (this.#cut || this.#muted) return;
    const fitting = this.#admit(text);
    const last = this.#events.at(-1);
    if (last?.type === "stream" && last.name === name) last.text += fitting;
    else if (fitting) this.#events.push({ type: "stream", name, text: fitting });
    if (fitting !== text) this.#cutHere();
    this.#sendSoon();
  }

  /** @param {DisplayEvent | ErrorEvent | VerdictEvent} event */
  event(event) {
    if (this.#muted) return;
    if (event.type === "error") event.traceback = shortened(event.traceback);
    else if (event.type === "verdict") event.message = shortened(event.message);
    else if (this.#cut || this.#takenByWaiting(event)) return;
    else if (!this.#fits(event)) return this.#cutHere();
    this.#events.push(event);
    this.#sendSoon();
  }

  /** Send what has waited long enough; called often while Python runs. */
  tick() {
    if (this.#events.length && performance.now() - this.#begun >= INTERVAL) this.#sendSoon();
  }

  flush() {
    if (!this.#events.length) return;
    const events = this.#events;
    this.#events = [];
    this.send(events);
  }

  #sendSoon() {
    const now = performance.now();
    if (now - this.#begun >= INTERVAL) {
      this.#begun = now;
      this.#sent = 0;
    }
    if (this.#sent++ < BURST) this.flush();
  }

  /**
   * The page draws once per interval what is shown again and again in one place.
   * @param {DisplayEvent} event
   */
  #takenByWaiting({ data, id, update }) {
    if (!update) return false;
    for (const event of this.#events) {
      if (event.type !== "display" || event.id !== id) continue;
      event.data = data;
      return true;
    }
    return false;
  }

  /** @param {DisplayEvent} event */
  #fits({ data, update }) {
    const text = data["text/plain"];
    if (FIGURES.some((type) => type in data)) return update || this.#figures++ < MAX_FIGURES;
    return update ? text.length <= MAX_CHARACTERS : this.#admit(`${text}\n`).length > text.length;
  }

  /** The part of a text that may still be shown. @param {string} text */
  #admit(text) {
    if (this.#lines >= MAX_LINES) return "";
    let end = Math.min(text.length, MAX_CHARACTERS - this.#characters);
    for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) {
      if (++this.#lines === MAX_LINES) end = at + 1;
    }
    this.#characters += end;
    return text.slice(0, end);
  }

  #cutHere() {
    this.#cut = true;
    this.#events.push({ type: "cut", message: CUT });
    this.flush();
  }
}

/**
 * A long traceback without its middle: where it starts and what it says at the end stay.
 * @param {string} traceback
 */
function shortened(traceback) {
  if (traceback.length <= MAX_TRACEBACK) return traceback;
  const half = MAX_TRACEBACK / 2;
  return `${traceback.slice(0, half)}\n[…]\n${traceback.slice(-half)}`;
}
