/** <py-playground>: a block of code that the reader can run and edit. */

import { make } from "./dom.js";
import { Draft } from "./drafts.js";
import { Exercising } from "./exercising.js";
import { loaded } from "./importing.js";
import { Menu } from "./menu.js";
import { OutputView } from "./output.js";
import { allBlocks, blocksBelow, blocksUpTo, cellsOf, inWords } from "./program.js";
import { Running } from "./running.js";
import { runtime } from "./runtime.js";
import { SourceView } from "./source.js";
import { Toolbar } from "./toolbar.js";

/** @import { FieldsView } from "./fields.js" */
/** @import { Cell } from "./messages.js" */
/** @import { SharedLink } from "./sharedlink.js" */

const NO_EDITOR = "The editor could not be loaded: try again";

/** How long (ms) a pointer, or the focus, rests on Run before Python is loaded for it. */
const REST = 250;

export class PlaygroundElement extends HTMLElement {
  /** @type {SourceView} */ source;
  /** @type {Toolbar} */ #toolbar;
  /** @type {FieldsView | null} */ #fields = null;
  /** @type {OutputView} */ #output;
  /** @type {Running} */ #running;
  /** @type {Draft | undefined} */ #draft;
  /** @type {Exercising} */ #exercising;
  /** @type {HTMLElement | null} */ #note = null;
  /** @type {SharedLink | null} what has brought the code that is shown */ link = null;
  #own = ""; // the text before a link came
  /** @type {Draft | undefined} what the reader has made of a link's code */ #borrowed;
  /** @type {Promise<void> | null} until what the address brings is shown */ opened = null;
  /** @type {HTMLElement | null} */ #lost = null; // says what a link brings in vain
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #resting; // timer

  connectedCallback() {
    if (this.source) return;
    this.#build();
    this.#bringBack();
    this.update();
    this.openShared();
  }

  disconnectedCallback() {
    this.#running.stop();
    setTimeout(() => {
      if (this.isConnected) return; // it was only moved
      this.link?.release(this);
      this.source.close();
    });
  }

  /** What a run of the page's program runs here. @returns {Cell} */
  get cell() {
    const { title = "", raises } = this.dataset;
    const { answers } = this.#running;
    return { id: this.blockId, title, source: this.source.text, raises, answers };
  }

  /** What a run of a block below runs here. @returns {Cell} */
  get cellAbove() {
    const typed = this.#running.answers;
    const answers = [...typed, ...this.examples.slice(typed.length)];
    return { ...this.cell, answers, ...(this.answer && { source: this.answer.source }) };
  }

  /** What CI has typed for its recorded output, line by line. */
  get examples() {
    return this.dataset.input?.split("\n") ?? [];
  }

  /** Of an exercise, what blocks below go on from. */
  get answer() {
    return this.#exercising.answer ?? null;
  }

  /** Whether blocks below see nothing of it. */
  get apart() {
    return "exercise" in this.dataset && !("usedBelow" in this.dataset);
  }

  get blockId() {
    return this.dataset.block ?? "";
  }

  get name() {
    return this.dataset.title ?? this.blockId;
  }

  get edited() {
    return this.source.text !== this.source.original;
  }

  run() {
    this.#exercising.run();
    return this.#running.start();
  }

  stop() {
    this.#running.stop();
  }

  /** Run every block of the program, from the first on, as long as there is no error. */
  async runAll() {
    for (const block of allBlocks(this)) if (!(await block.run())) return;
  }

  /** The original code and the recorded output again; or what was there before a link came. */
  reset() {
    this.#running.stop();
    if (this.link) this.giveBack();
    else this.source.reset();
    this.#output.reset();
    this.#exercising.reset();
    this.#running.reset();
    this.#toolbar.say("");
    this.#setNote(null);
    this.update();
  }

  copy() {
    return this.#toClipboard(this.source.text, "Copied");
  }

  /** Copy a link that brings the code, and the reader's edits above it that its run includes. */
  async share() {
    const blocks = blocksUpTo(this).filter((block) => block.edited || block === this);
    try {
      const { makeLink } = await loaded("share", () => import("./share.js"));
      const link = await makeLink(blocks.map(({ cell }) => [cell.id, cell.source]));
      await this.#toClipboard(link, "Link copied");
    } catch (error) {
      this.#toolbar.say(error instanceof RangeError ? error.message : "No link could be made");
    }
  }

  /** Show the code that the address brings, if any. It is never run by itself. */
  async openShared() {
    const { hash } = location;
    if (!hash.startsWith("#code=")) return;
    const opened = (this.opened = this.#takeShared(hash));
    await opened;
    await Promise.all(allBlocks(this).map(({ opened }) => opened)); // so that it is told of all
    this.link?.tell(this);
    if (this.opened === opened) this.opened = null;
  }

  /** @param {string} hash */
  async #takeShared(hash) {
    const first = allBlocks(this)[0] === this;
    let [damaged, mine] = [false, first]; // the first says what concerns them all
    try {
      const { readLink } = await loaded("share", () => import("./share.js"));
      const codes = await readLink(hash).catch((error) => {
        damaged = true;
        throw error;
      });
      if (first) this.#showLost(codes);
      const text = codes.get(this.blockId);
      if (text === undefined) return;
      mine = true;
      if (text !== this.source.text) await this.#borrow(text, hash);
      if ([...codes.keys()].at(-1) === this.blockId) this.scrollIntoView();
    } catch (error) {
      console.warn("The code in the address cannot be shown:", error);
      if (!mine) return;
      if (damaged) {
        this.#sayLost("The code in the address of this page cannot be read: the link is damaged.");
        return;
      }
      const button = make("button", { type: "button", class: "py-button" }, "Try again");
      button.addEventListener("click", () => {
        for (const block of allBlocks(this)) block.openShared();
      });
      const words = "The link's code cannot be shown: a part of this page did not load.";
      allBlocks(this)[0].#sayLost(words, button);
    }
  }

  /** Say which code of a link has no block on this page. @param {Map<string, string>} codes */
  #showLost(codes) {
    const known = new Set(allBlocks(this).map((block) => block.blockId));
    const lost = [...codes].filter(([id]) => !known.has(id));
    if (!lost.length) return this.#lost?.remove();
    const names = lost.map(([id]) => id.slice(0, 40)).join(", ");
    const button = make("button", { type: "button", class: "py-button" }, "Copy that code");
    const text = lost.map(([, code]) => code).join("\n\n");
    button.addEventListener("click", () => this.#toClipboard(text, "Copied"));
    this.#sayLost(`The link brings code for what this page does not have: ${names}.`, button);
  }

  /**
   * Say, above the first block and in sight, what of a link cannot be shown.
   * @param {string} text
   * @param {...HTMLElement} more
   */
  #sayLost(text, ...more) {
    this.#lost?.remove();
    this.#lost = make("div", { class: "py-lost", role: "alert" }, make("p", {}, text), ...more);
    this.before(this.#lost);
    this.#lost.scrollIntoView({ block: "center" });
  }

  /**
   * Open the editor.
   * @param {number | null} [offset] where the cursor goes
   * @param {boolean} [word] select the word there
   */
  async edit(offset = null, word = false) {
    this.#unfold();
    try {
      await this.source.edit(offset, word);
      this.#toolbar.unsay(NO_EDITOR);
    } catch {
      this.#toolbar.say(NO_EDITOR);
    }
  }

  /** Show the reader's own code again, in the place of a link's. */
  giveBack() {
    this.#release();
    this.source.show(this.#own);
  }

  /** Put something under the bar. @param {HTMLElement} element */
  place(element) {
    this.#toolbar.element.after(element);
  }

  /** Make sure that the code is seen. */
  reveal() {
    this.#unfold();
    this.scrollIntoView();
    this.#toolbar.focus("run");
  }

  focusRun() {
    this.#toolbar.focus("run");
  }

  /** @param {string} text how things are, for the bar */
  say(text) {
    this.#toolbar.say(text);
  }

  /** Make the block say how things are. */
  update() {
    this.toggleAttribute("data-edited", this.edited && !this.link);
    this.toggleAttribute("data-foreign", Boolean(this.link));
    this.toggleAttribute("data-stale", this.#running.stale);
    this.#toolbar.resettable = this.edited || this.#output.changed;
  }

  #build() {
    const name = this.name;
    const { exercise } = this.dataset;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", exercise ? `Exercise: ${exercise}` : `Python: ${name}`);
    const code = /** @type {HTMLElement} */ (this.querySelector(".highlight"));
    this.source = new SourceView(code, `Code of ${name}`, {
      onChange: () => this.#changed(),
      onRun: () => this.run(),
      onEdit: (offset, word) => this.edit(offset, word),
      ask: (what, text) =>
        runtime.ask({ what, text, cells: cellsOf(blocksUpTo(this)) }),
    });
    this.#output = new OutputView(this, (frame) => this.#running.linkTo(frame));
    this.#toolbar = new Toolbar(this.querySelector(":scope > .py-title"), {
      run: () => this.run(),
      stop: () => this.#running.stop(),
      edit: () => this.edit(),
      reset: () => this.reset(),
      copy: () => this.copy(),
    });
    this.#toolbar.add(
      new Menu("More", {
        copy: { label: "Copy the code", action: () => this.copy() },
        share: { label: "Copy a link to this code", action: () => this.share() },
        all: { label: "Run all blocks", action: () => this.runAll() },
        restart: {
          label: "Restart Python",
          action: () => {
            runtime.renew();
            this.#toolbar.say("Python starts anew: it holds nothing of earlier runs");
          },
        },
      }),
    );
    this.#toolbar.onRunIntent((near) => this.#intend(near));
    this.#running = new Running(this, this.#toolbar, this.#output);
    this.prepend(this.#toolbar.element);
    const [toolbar, running] = [this.#toolbar, this.#running];
    this.#exercising = new Exercising({ block: this, toolbar, running });
    // Letters are for who types: to the theme they mean the next page, or the search.
    this.addEventListener("keydown", (event) => {
      const { key, altKey, ctrlKey, metaKey } = event;
      if ([...key].length === 1 && !altKey && !ctrlKey && !metaKey) event.stopPropagation();
    });
    this.#showFields();
  }

  /** Show the fields of the code's constants; what makes them is loaded for the first. */
  #showFields() {
    const { text } = this.source;
    if (this.#fields) this.#fields.update(text);
    else if (text.includes("@param")) this.#loadFields();
  }

  async #loadFields() {
    try {
      const { FieldsView } = await loaded("fields", () => import("./fields.js"));
      if (this.#fields) return;
      this.#fields = new FieldsView({
        onIntent: () => this.#prepareSoon(),
        onWrite: ({ from, to }, literal) => this.source.replace(from, to, literal),
        onRun: () => this.run(),
      });
      this.#output.before(this.#fields.element);
      this.#showFields();
    } catch (error) {
      console.warn("The fields of constants cannot be shown:", error);
    }
  }

  /** Somebody is about to run the block, or not any more. @param {boolean} near */
  #intend(near) {
    const blocks = blocksUpTo(this);
    for (const block of blocks) block.toggleAttribute("data-included", near);
    if (!near) return clearTimeout(this.#resting);
    this.#prepareSoon();
    const words = inWords(blocks);
    this.#toolbar.describeRun(words && `Runs ${words}, then this one`);
  }

  /** Start loading Python if this is more than passing by, and the reader does not mind bytes. */
  #prepareSoon() {
    clearTimeout(this.#resting);
    if (navigator.connection?.saveData) return;
    this.#resting = setTimeout(() => runtime.prepare(), REST);
  }

  /** What the reader has typed here before. */
  #bringBack() {
    const draft = new Draft(location.pathname, this.blockId, this.source.original);
    this.#draft = draft;
    const { text, older } = draft;
    if (text !== null) this.#goOnWith(text);
    if (older === null) return;
    const say = (/** @type {[string, Record<string, () => void>]} */ ...said) => this.#setNote(...said);
    loaded("changes", () => import("./changes/changes.js"))
      .then(({ offer }) => offer(draft, older, say, (chosen) => this.#goOnWith(chosen)))
      .catch(() => say("This block has changed. Your text is kept: reload to see it.", {}));
  }

  /** @param {string} text */
  #goOnWith(text) {
    this.source.show(text);
    this.source.open();
  }

  /**
   * Show code that somebody has sent. The reader's own comes back by a button, or by undoing.
   * @param {string} text
   * @param {string} fragment of the link
   */
  async #borrow(text, fragment) {
    const { SharedLink } = await loaded("sharedlink", () => import("./sharedlink.js"));
    await this.source.open();
    if (!this.isConnected) return;
    for (const block of allBlocks(this)) block.stop(); // it was to run the text that was there
    this.link?.release(this);
    if (!this.link) this.#own = this.source.text;
    this.link = SharedLink.of(fragment);
    this.#borrowed = new Draft(location.pathname, `${this.blockId} of a link`, text);
    this.source.show(this.#borrowed.text ?? text);
    this.link.bring(this);
    this.#unfold();
    const label = this.#own === this.source.original ? "Show the original" : "Show mine";
    this.#setNote("This code came with the link.", { [label]: () => this.giveBack() });
  }

  /** The code is the reader's own again. */
  #release() {
    this.link?.release(this);
    this.link = null;
    this.#setNote(null);
  }

  #unfold() {
    const folded = this.querySelector("details.py-hidden");
    if (folded) folded.setAttribute("open", "");
  }

  #changed() {
    const { text } = this.source;
    if (this.link && text === this.#own) this.#release(); // by undoing
    (this.link ? this.#borrowed : this.#draft)?.write(text);
    this.#showFields();
    for (const block of [this, ...blocksBelow(this)]) if (block.source) block.update();
  }

  /**
   * @param {string} text
   * @param {string} done said when it is there
   */
  async #toClipboard(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.#toolbar.say(done);
    } catch {
      this.#toolbar.say("The browser does not allow copying");
    }
  }

  /**
   * Say something under the bar, with buttons that also take it away.
   * @param {string | null} text null: nothing any more
   * @param {Record<string, () => void>} actions by label
   * @returns {HTMLElement | null}
   */
  #setNote(text, actions = {}) {
    this.#note?.remove();
    this.#note = null;
    if (text === null) return null;
    const note = make("div", { class: "py-note", role: "note" }, make("p", {}, text));
    for (const [label, action] of Object.entries(actions)) {
      const button = make("button", { type: "button", class: "py-button" }, label);
      button.addEventListener("click", () => {
        this.#setNote(null);
        this.#toolbar.focus("edit"); // with the note, the focus would go to the page
        action();
      });
      note.append(button);
    }
    this.#toolbar.element.after(note);
    this.#note = note;
    return note;
  }
}
