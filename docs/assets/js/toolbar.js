/** The bar above a block: its title, its buttons, and what it is doing. */

import { icon, make } from "./dom.js";

// Material Design Icons (Apache License 2.0).
const ICONS = {
  run: "M8 5.14v14l11-7z",
  stop: "M18 18H6V6h12z",
  edit: "M20.71 7.04c.39-.39.39-1.04 0-1.41l-2.34-2.34c-.37-.39-1.02-.39-1.41 0l-1.84 1.83 3.75 3.75M3 17.25V21h3.75L17.81 9.93l-3.75-3.75z",
  reset: "M12 5V1L7 6l5 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8",
  copy: "M19 21H8V7h11m0-2H8a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2m-3-4H4a2 2 0 0 0-2 2v14h2V3h12z",
};

/** A run that ends within this time (ms) does not turn the Run button into Stop and back. */
const SHORT = 150;

/** Within this time (ms) the second press of a double click comes. */
const DOUBLE = 500;

/** @typedef {"run" | "edit" | "reset" | "copy"} Action */

/** @type {[Action, string][]} */
const LABELS = [
  ["reset", "Reset"], // comes and goes: at the start of the row, so that the others stay
  ["run", "Run"],
  ["edit", "Edit"],
  ["copy", "Copy"],
];

export class Toolbar {
  #buttons = /** @type {Record<Action, HTMLButtonElement>} */ ({});
  #row = make("div", { class: "py-buttons" });
  #runText = make("span", { class: "py-button-text" });
  #busy = false;
  #pressed = -DOUBLE; // when Run was, in ms
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #turn; // timer

  /**
   * @param {HTMLElement | null} title the block's static title, which moves into the bar
   * @param {Record<Action | "stop", () => void>} actions
   */
  constructor(title, actions) {
    this.actions = actions;
    this.status = make("span", { class: "py-status", role: "status" });
    this.amount = make("span", { class: "py-amount", "aria-hidden": "true" });
    for (const [name, label] of LABELS) {
      const text = name === "run" ? this.#runText : make("span", { class: "py-button-text" });
      text.textContent = label;
      const button = make("button", { type: "button", class: `py-button py-button--${name}` });
      button.append(icon(ICONS[name]), text);
      button.addEventListener("click", (event) => this.#press(name, event));
      this.#buttons[name] = button;
      this.#row.append(button);
    }
    this.element = make("div", { class: "py-bar" });
    if (title) this.element.append(title);
    this.element.append(make("div", { class: "py-state" }, this.status, this.amount), this.#row);
    this.resettable = false;
  }

  /** @param {{element: HTMLElement}} menu what comes after the buttons */
  add(menu) {
    this.#row.append(menu.element);
  }

  /**
   * Put a button in front of the others.
   * @param {string} name names its class
   * @param {string} label
   * @param {string} path of its icon
   * @param {() => void} action
   */
  prepend(name, label, path, action) {
    const button = make("button", { type: "button", class: `py-button py-button--${name}` });
    button.append(icon(path), make("span", { class: "py-button-text" }, label));
    button.addEventListener("click", action);
    this.#row.prepend(button);
    return button;
  }

  /** @param {(near: boolean) => void} handler told when somebody comes near the Run button */
  onRunIntent(handler) {
    const { run } = this.#buttons;
    for (const event of ["pointerenter", "focus"]) run.addEventListener(event, () => handler(true));
    for (const event of ["pointerleave", "blur"]) run.addEventListener(event, () => handler(false));
  }


  /** Say what a run includes, to who asks. @param {string} words */
  describeRun(words) {
    this.#buttons.run.title = words;
  }

  /** Whether there is anything to set back. @param {boolean} value */
  set resettable(value) {
    const { reset, edit } = this.#buttons;
    if (!value && document.activeElement === reset) edit.focus(); // it would go to the page
    reset.disabled = !value;
  }

  /**
   * Say what the block does; announced when it changes.
   * @param {string} text
   * @param {string} [more] announced with it, and shown elsewhere
   */
  say(text, more = "") {
    this.amount.textContent = "";
    if (this.status.textContent === text && !more) return;
    this.status.textContent = text;
    if (more) this.status.append(make("span", { class: "py-heard" }, `. ${more}`));
  }

  /** Say it no longer, if nothing else was said since. @param {string} text */
  unsay(text) {
    if (this.status.textContent === text) this.say("");
  }

  /**
   * How far a download is; not announced, for it changes all the time.
   * @param {number} loaded bytes
   * @param {number} total
   */
  count(loaded, total) {
    const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);
    this.amount.textContent = total ? `${megabytes(loaded)} / ${megabytes(total)} MB` : "";
    this.element.style.setProperty("--py-loaded", String(total ? loaded / total : 0));
  }

  /**
   * Turn Run into Stop while the block is busy, on the same button: the focus stays.
   * @param {boolean} busy
   */
  set busy(busy) {
    if (busy === this.#busy) return;
    this.#busy = busy;
    clearTimeout(this.#turn);
    const turn = () => {
      const { run } = this.#buttons;
      run.classList.toggle("py-button--stop", busy);
      run.querySelector("path")?.setAttribute("d", busy ? ICONS.stop : ICONS.run);
      this.#runText.textContent = busy ? "Stop" : "Run";
    };
    if (busy) this.#turn = setTimeout(turn, SHORT);
    else turn();
  }

  /** Put the focus on a button. @param {Action} name */
  focus(name) {
    this.#buttons[name].focus();
  }

  /**
   * @param {Action} name
   * @param {MouseEvent} event
   */
  #press(name, { detail, timeStamp }) {
    if (name === "run") {
      // The second half of a double click is neither another run nor a Stop.
      if (detail > 1 && timeStamp - this.#pressed < DOUBLE) return;
      this.#pressed = timeStamp;
    }
    const stops = name === "run" && this.#buttons.run.classList.contains("py-button--stop");
    this.actions[stops ? "stop" : name]();
  }
}
