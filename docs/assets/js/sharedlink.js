/**
 * A link that has brought code to the page. Its code runs when the reader has seen what it brought,
 * and has said so: once for a link, whatever is run first. Loaded when such a link is opened.
 */

import { make } from "./dom.js";

/** @import { PlaygroundElement as Block } from "./element.js" */

/** @type {Map<string, SharedLink>} the links of this visit, by their fragment */
const opened = new Map();

export class SharedLink {
  /** Whether its code may run. */
  allowed = false;
  /** @type {Set<Block>} those that show its code */ #blocks = new Set();
  #list = make("span", {});
  #question = make("div", { class: "py-note py-question", role: "group", tabindex: "-1" });
  /** @type {Block | null} where the question stands */ #asker = null;
  /** @type {((answer: boolean) => void) | null} */ #answer = null;

  /** @param {string} fragment */
  static of(fragment) {
    const link = opened.get(fragment) ?? new SharedLink();
    opened.set(fragment, link);
    return link;
  }

  constructor() {
    this.#question.setAttribute("aria-label", "Code from a link");
    this.#question.append(
      make("p", {}, "The link brings code to ", this.#list, ". Read it before you run it."),
      this.#button("Run it", () => this.#allow()),
      this.#button("Discard it", () => this.#discard()),
    );
  }

  /** The block shows code of the link from now on. @param {Block} block */
  bring(block) {
    this.#blocks.add(block);
    this.#update();
  }

  /** The block shows it no more, or is gone. @param {Block} block */
  release(block) {
    this.#blocks.delete(block);
    this.#update();
    if (!this.#blocks.size || this.#asker === block) this.#close(false);
  }

  /** Say what the link has brought, at the last block that shows it. @param {Block} block */
  tell(block) {
    if (this.allowed || this.#answer || (this.#asker && follows(block, this.#asker) < 0)) return;
    this.#askAt(block);
  }

  /**
   * Ask the reader, whose wish to run a block has to wait for it.
   * @param {Block} block
   * @returns {Promise<boolean>} false if its code was discarded, or another block asks by now
   */
  ask(block) {
    this.#settle(false);
    this.#askAt(block);
    this.#question.focus();
    block.say("Waiting for your answer");
    return new Promise((resolve) => (this.#answer = resolve));
  }

  /** @param {Block} block */
  #askAt(block) {
    this.#asker = block;
    block.place(this.#question);
  }

  #allow() {
    const [asker, waits] = [this.#asker, this.#answer];
    this.allowed = true;
    this.#close(true);
    asker?.focusRun();
    if (!waits) asker?.run();
  }

  #discard() {
    const asker = this.#asker;
    for (const block of [...this.#blocks]) block.giveBack();
    asker?.focusRun();
  }

  /** @param {boolean} answer */
  #close(answer) {
    this.#settle(answer);
    this.#question.remove();
    this.#asker = null;
  }

  /** Let the run that waits, if any, know. @param {boolean} answer */
  #settle(answer) {
    if (!this.#answer) return;
    this.#asker?.say("");
    this.#answer(answer);
    this.#answer = null;
  }

  /** Name the blocks, each as a way there, in the order of the page. */
  #update() {
    const blocks = [...this.#blocks].sort(follows);
    const names = blocks.map((block) => this.#button(block.name, () => block.reveal()));
    this.#list.replaceChildren(...names.flatMap((name, i) => (i ? [", ", name] : [name])));
  }

  /**
   * @param {string} label
   * @param {() => void} action
   */
  #button(label, action) {
    const button = make("button", { type: "button", class: "py-button" }, label);
    button.addEventListener("click", action);
    return button;
  }
}

/**
 * @param {Block} one
 * @param {Block} other
 * @returns {number} positive if the one comes after the other in the page
 */
function follows(one, other) {
  return one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING ? 1 : -1;
}
