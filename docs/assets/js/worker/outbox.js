/**
 * Sends what a run says to the page, in batches: at once while there is little, every 50 ms when
 * there is much, and not without end.
 */

/** @import { DisplayEvent, ErrorEvent, OutputEvent, StreamName, VerdictEvent } from "../messages.js" */

const INTERVAL = 50; // ms
const BURST = 8; // batches in an interval that are sent at once
const HURRIED = 100; // the same, of what the program wants seen at once
const PACE = 1000; // characters a ms: what is larger takes the page longer to draw
const MAX_LINES = 10_000;
const MAX_CHARACTERS = 250_000;
const MAX_FIGURES = 200;
const MAX_DRAWN = 5_000_000; // characters of figures
const MAX_FIGURE = 1_000_000; // of one
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
  #drawn = 0; // characters of figures
  #rest = INTERVAL; // how long the interval is

  /** @param {(events: OutputEvent[]) => void} send */
  constructor(send) {
    this.send = send;
  }

  /** A run begins: count anew. */
  start() {
    this.#cut = this.#muted = false;
    this.#lines = this.#characters = this.#figures = this.#drawn = 0;
  }

  /** Say nothing more until a run begins. */
  mute() {
    this.#events = [];
    this.#muted = true;
  }

  /**
   * @param {StreamName} name
   * @param {string} text
   * @param {number} back how many characters of the line are taken back first
   */
  stream(name, text, back = 0) {
    if (this.#cut || this.#muted) return;
    this.#characters = Math.max(this.#characters - back, 0);
    const fitting = this.#admit(text);
    const last = this.#events.at(-1);
    if (last?.type === "stream" && last.name === name && !back) last.text += fitting;
    else if (last?.type === "stream" && last.name === name && lineOf(last.text).length >= back) {
      last.text = last.text.slice(0, -lengthOf(last.text, back)) + fitting;
    } else if (back) this.#events.push({ type: "stream", name, text: fitting, back });
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
    else if (!this.#fits(event)) return this.#cutHere(event);
    this.#events.push(event);
    this.#sendSoon();
  }

  /** Send what has waited long enough; called often while Python runs. */
  tick() {
    if (this.#events.length && performance.now() - this.#begun >= this.#rest) this.#sendSoon();
  }

  /** Send now, for the program may rest for long. */
  hurry() {
    if (this.#events.length) this.#sendSoon(HURRIED);
  }

  flush() {
    if (!this.#events.length) return;
    const events = this.#events;
    this.#events = [];
    this.#rest = Math.max(INTERVAL, events.reduce((sum, event) => sum + sizeOf(event), 0) / PACE);
    if (this.#rest > INTERVAL) this.#sent = Infinity;
    this.send(events);
  }

  #sendSoon(burst = BURST) {
    const now = performance.now();
    if (now - this.#begun >= this.#rest) {
      this.#begun = now;
      this.#sent = 0;
    }
    if (this.#sent++ < burst) this.flush();
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
  #fits(event) {
    const { data, update } = event;
    const text = data["text/plain"];
    if (FIGURES.some((type) => type in data)) {
      const size = sizeOf(event);
      if (size > MAX_FIGURE) return false;
      if (update) return true;
      this.#drawn += size;
      return this.#figures++ < MAX_FIGURES && this.#drawn <= MAX_DRAWN;
    }
    if (update) return text.length <= MAX_CHARACTERS;
    const fitting = this.#admit(`${text}\n`);
    data["text/plain"] = fitting.replace(/\n$/, "");
    return fitting.length > text.length;
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

  /** @param {DisplayEvent} [event] what did not fit: of a text, its beginning may */
  #cutHere(event) {
    this.#cut = true;
    if (event && !event.update && !FIGURES.some((type) => type in event.data)) {
      if (event.data["text/plain"]) this.#events.push(event);
    }
    this.#events.push({ type: "cut", message: CUT });
    this.flush();
  }
}

/** @param {OutputEvent} event */
function sizeOf(event) {
  if (event.type !== "display") return 0;
  const { "image/svg+xml": svg = "", "application/vnd.engine.steps+json": steps } = event.data;
  return svg.length + (steps ? JSON.stringify(steps).length : 0);
}

/** What of a text stands on the line that is being written. @param {string} text */
function lineOf(text) {
  return [...text.slice(text.lastIndexOf("\n") + 1)];
}

/**
 * How long the last characters are: some take two places.
 * @param {string} text
 * @param {number} count
 */
function lengthOf(text, count) {
  return lineOf(text).slice(-count).join("").length;
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
