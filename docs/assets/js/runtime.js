/**
 * The one Python of the visit: a worker that outlives pages, and the runs that wait for it.
 *
 * @import { Answers, Asking, FromPython, OutputEvent, Question, Run } from "./messages.js"
 * @import { Python } from "./sandbox/python.js"
 *
 * @typedef {object} State
 * @property {"waiting" | "loading" | "running" | "fetching"} name
 * @property {number} [loaded]      bytes of Python that have come
 * @property {number} [total]
 *
 * @typedef {{allowed: boolean}} Origin a link, and whether the reader lets its code run
 *
 * @typedef {object} Job
 * @property {object} owner         who runs it; a new job of the same owner replaces the old one
 * @property {() => Origin[]} origin  what links the program's code is from, of those that it holds
 * @property {() => Run} program    called when the run starts, so that it runs the latest text
 * @property {(state: State) => void} onState
 * @property {(events: OutputEvent[]) => void} onEvents
 * @property {(end: End) => void} onEnd
 *
 * @typedef {object} End
 * @property {"done" | "error" | "stopped" | "replaced" | "refused" | "failed" | "crashed" | "asks"}
 *   outcome  "refused": it holds a link's code that may not run; "failed": Python could not be loaded;
 *   "crashed": it died while running; "asks": it waits for input
 * @property {number} [seconds]     time in Python, downloads apart
 * @property {string} [message]
 * @property {Asking} [asking]
 */

import { loaded } from "./importing.js";
import { keepPython } from "./offline.js";

/** How long (ms) a run may take to end by itself when its owner asks for a newer one. */
const PATIENCE = { least: 1000, most: 5000 };

/** A worker that is ready takes a run at once; one that does not within this time (ms) is dead. */
const ANSWER = 5000;

/** What is said where the browser gives no reason. */
const NOTHING = "its program did not come";

/** @type {(answer: Answers[keyof Answers] | null) => void} */
const ignore = () => {};

class Runtime {
  /** @type {object | null} */ #life = null; // stands for one Python, from its start to its end
  /** @type {Python | null} */ #python = null;
  /** @type {Job[]} */ #queue = [];
  /** @type {Job | null} */ #current = null;
  #ready = false;
  #progress = { loaded: 0, total: 0 };
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #overdue; // timer
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #unanswered; // timer
  #asked = { number: 0, resolve: ignore };
  #used = false; // Python was ready once
  /** @type {Origin[] | null} */ #origin = null; // of what this Python has run so far, if anything
  #spawned = 0;
  #startTime = 0; // ms that the last start took

  /** Start loading Python, because somebody is about to need it. */
  prepare() {
    if (!this.#life) this.#spawn();
  }

  /** @param {Job} job */
  run(job) {
    this.#unqueue(job.owner, "replaced");
    this.#queue.push(job);
    this.prepare();
    if (this.#current?.owner === job.owner && !this.#overdue) {
      // To end it by force costs a start of Python, so it may take a few times that.
      const { least, most } = PATIENCE;
      const patience = Math.min(Math.max(least, 3 * this.#startTime), most);
      this.#overdue = setTimeout(() => this.#restart({ outcome: "replaced" }), patience);
    }
    this.#next();
  }

  /**
   * Ask Python something, if it is there and has nothing else to do.
   * @template {keyof Answers} What
   * @param {Question & {what: What}} question
   * @returns {Promise<Answers[What] | null>} null if there is no answer
   */
  ask(question) {
    const python = this.#python;
    if (!python || !this.#ready || this.#current) return Promise.resolve(null);
    this.#asked.resolve(null); // only the last question is of interest
    return new Promise((answered) => {
      const resolve = /** @type {typeof ignore} */ (answered);
      this.#asked = { number: this.#asked.number + 1, resolve };
      python.post({ type: "ask", number: this.#asked.number, ...question });
    });
  }

  /** Forget all that Python holds: the next run begins in a new one. What runs is stopped. */
  renew() {
    if (!this.#life) return;
    this.#restart({ outcome: "stopped" });
  }

  /** End the owner's job, wherever it is, with what it has shown so far. @param {object} owner */
  cancel(owner) {
    this.#unqueue(owner, "stopped");
    if (this.#current?.owner === owner) this.#restart({ outcome: "stopped" });
    else if (!this.#ready && !this.#queue.length) this.#kill();
  }

  /**
   * @param {object} owner
   * @param {End["outcome"]} outcome
   */
  #unqueue(owner, outcome) {
    const dropped = this.#queue.filter((job) => job.owner === owner);
    this.#queue = this.#queue.filter((job) => job.owner !== owner);
    for (const job of dropped) job.onEnd({ outcome });
  }

  #next() {
    const refused = this.#queue.filter(({ origin }) => origin().some(({ allowed }) => !allowed));
    for (const { owner } of refused) this.#unqueue(owner, "refused"); // whoever has not asked
    if (this.#ready && !this.#current && this.#queue.length) this.#isolate(this.#queue[0].origin());
    const job = this.#python && this.#ready && !this.#current ? this.#queue.shift() : null;
    if (this.#python && job) {
      this.#current = job;
      this.#python.post({ type: "run", ...job.program() });
      this.#unanswered = setTimeout(() => {
        this.#restart({ outcome: "crashed", message: "it does not answer" });
      }, ANSWER);
      job.onState({ name: "running" });
    }
    /** @type {State} */
    const state = this.#ready ? { name: "waiting" } : { name: "loading", ...this.#progress };
    for (const waiting of this.#queue) waiting.onState(state);
  }

  /**
   * A program of somebody else may have left something in Python that changes the results of the
   * next one: to which it gives way, if that is not from the same links.
   * @param {Origin[]} origin
   */
  #isolate(origin) {
    const ran = this.#origin;
    if (ran && (ran.length !== origin.length || ran.some((link) => !origin.includes(link)))) {
      this.#kill();
      this.#spawn();
    }
    this.#origin = origin;
  }

  /** What runs is to begin anew; unless its owner has asked for a newer run meanwhile. */
  #requeue() {
    const job = this.#current;
    if (!job || this.#queue.some(({ owner }) => owner === job.owner)) return;
    this.#queue.unshift(job); // as it is: its owner need not know
    this.#current = null;
  }

  /** @param {End} end */
  #end(end) {
    const job = this.#current;
    this.#current = null;
    clearTimeout(this.#unanswered);
    clearTimeout(this.#overdue);
    this.#overdue = undefined;
    job?.onEnd(end);
  }

  async #spawn() {
    const life = (this.#life = {});
    this.#spawned = performance.now();
    const receive = (/** @type {FromPython} */ message) => {
      if (life === this.#life) this.#receive(message);
    };
    try {
      const { Python } = await loaded("python", () => import("./sandbox/python.js"));
      if (life === this.#life) this.#python = new Python(receive);
    } catch {
      receive({ type: "lost", message: NOTHING });
    }
  }

  #kill() {
    this.#asked.resolve(null);
    this.#python?.end();
    this.#python = this.#life = this.#origin = null;
    this.#ready = false;
    this.#progress = { loaded: 0, total: 0 };
  }

  /** @param {End} end */
  #restart(end) {
    this.#kill();
    this.#spawn();
    this.#end(end);
    this.#next();
  }

  /** @param {FromPython} message */
  #receive(message) {
    switch (message.type) {
      case "progress":
        this.#progress = { loaded: message.loaded, total: message.total };
        this.#next();
        break;
      case "ready":
        this.#ready = true;
        this.#startTime = performance.now() - this.#spawned;
        if (!this.#used) keepPython();
        this.#used = true;
        this.#next();
        break;
      case "answer":
        if (message.number === this.#asked.number) this.#asked.resolve(message.answer);
        break;
      case "begun":
        clearTimeout(this.#unanswered);
        this.#current?.onState({ name: "running" });
        break;
      case "fetching":
        clearTimeout(this.#unanswered);
        this.#current?.onState({ name: "fetching" });
        break;
      case "events":
        this.#current?.onEvents(message.events);
        break;
      case "end":
        if (message.again) this.#requeue();
        if (message.spent || message.again) {
          this.#kill();
          this.#spawn();
        }
        this.#end(endOf(message));
        this.#next();
        break;
      case "lost":
        if (this.#ready) this.#restart({ outcome: "crashed", message: message.message });
        else this.#fail(message.message);
        break;
    }
  }

  /** @param {string} message */
  #fail(message) {
    this.#kill();
    const jobs = this.#queue;
    this.#queue = [];
    for (const job of jobs) job.onEnd({ outcome: "failed", message });
  }
}

/**
 * @param {FromPython & {type: "end"}} message
 * @returns {End}
 */
function endOf({ ok, seconds, again, asking }) {
  if (again) return { outcome: "replaced" };
  if (asking) return { outcome: "asks", asking };
  return { outcome: ok ? "done" : "error", seconds };
}

export const runtime = new Runtime();
