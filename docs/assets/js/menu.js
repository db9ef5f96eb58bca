/** A button that shows further buttons: for what is seldom done. */

import { icon, make } from "./dom.js";

const DOTS = "M12 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4m0-6a2 2 0 1 1 0 4 2 2 0 0 1 0-4m0-6a2 2 0 1 1 0 4 2 2 0 0 1 0-4";

export class Menu {
  #button = make("button", { type: "button", class: "py-button", "aria-expanded": "false" });
  #list = make("div", { class: "py-menu-list", hidden: true });
  element = make("div", { class: "py-menu" }, this.#button, this.#list);

  /**
   * @param {string} label
   * @param {Record<string, {label: string, action: () => void}>} items by what names their class
   */
  constructor(label, items) {
    this.#button.setAttribute("aria-label", label);
    this.#button.append(icon(DOTS));
    this.#button.addEventListener("click", () => this.#show(this.#list.hasAttribute("hidden")));
    for (const [name, { label: text, action }] of Object.entries(items)) {
      const item = make("button", { type: "button", class: `py-button py-button--${name}` }, text);
      item.addEventListener("click", () => {
        this.#show(false);
        this.#button.focus();
        action();
      });
      this.#list.append(item);
    }
    // A press on an item must not take the focus away first, which would close the list.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#list.hidden) return;
      this.#show(false);
      this.#button.focus();
    });
    this.element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.element.contains(/** @type {Node | null} */ (relatedTarget))) this.#show(false);
    });
  }

  /** @param {boolean} open */
  #show(open) {
    if (open) this.#button.focus(); // Safari does not do so by itself
    this.#list.hidden = !open;
    this.#button.setAttribute("aria-expanded", String(open));
  }
}
