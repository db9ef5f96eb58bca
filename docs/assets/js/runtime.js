/**
 * The one Python of the visit: a worker that outlives pages, and the runs that wait for it.
 *
 * @typedef {{id: string, title: string, source: string, raises?: string}} Cell
 *
 * @typedef {object} Job
 * @property {object} owner         who runs it; a new job of the same owner replaces the old one
 * @property {() => {cells: Cell[], below: Cell[]}} program called when the run starts, so that it
 *   runs the latest text; `below`: the rest of the page, not run
 * @property {(state: {name: "waiting" | "loading" | "running" | "fetching", loaded?: number,
 *   total?: number}) => void} onState
 * @property {(events: object[]) => void} onEvents
 * @property {(end: End) => void} onEnd
 *
 * @typedef {object} End
 * @property {"done" | "error" | "stopped" | "replaced" | "failed" | "crashed"} outcome
 *   "failed": Python could not be loaded; "crashed": it died while running
 * @property {number} [seconds]     time in Python, downloads apart
 * @property {string} [message]
 */

/* global WORKER_PATH */

import { keepPython } from "./offline.js";

/** How long (ms) a run may take to end by itself when its owner asks for a newer one. */
const PATIENCE = { least: 1000, most: 5000 };

/** A worker that is ready takes a run at once; one that does not within this time (ms) is dead. */
const ANSWER = 5000;

/** What is said where the browser gives no reason. */
const NOTHING = "its program did not come";

class Runtime {
  /** @type {Worker | null} */ #worker = null;
  /** @type {Job[]} */ #queue = [];
  /** @type {Job | null} */ #current = null;
  #ready = false;
  #progress = { loaded: 0, total: 0 };
  #overdue = 0; // timer
  #unanswered = 0; // timer
  #asked = { number: 0, resolve: (answer) => answer };
  #kept = null; // what makes the next start fast, see worker/boot.js
  #spawned = 0;
  #startTime = 0; // ms that the last start took

  /** Start loading Python, because somebody is about to need it. */
  prepare() {
    if (!this.#worker) this.#spawn();
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
   * @param {object} question see worker.js
   * @returns {Promise<any>} null if there is no answer
   */
  ask(question) {
    if (!this.#ready || this.#current) return Promise.resolve(null);
    this.#asked.resolve(null); // only the last question is of interest
    return new Promise((resolve) => {
      this.#asked = { number: this.#asked.number + 1, resolve };
      this.#worker.postMessage({ type: "ask", number: this.#asked.number, ...question });
    });
  }

  /** End the owner's job, wherever it is, with what it has shown so far. */
  cancel(owner) {
    this.#unqueue(owner, "stopped");
    if (this.#current?.owner === owner) this.#restart({ outcome: "stopped" });
    else if (!this.#ready && !this.#queue.length) this.#kill();
  }

  #unqueue(owner, outcome) {
    const dropped = this.#queue.filter((job) => job.owner === owner);
    this.#queue = this.#queue.filter((job) => job.owner !== owner);
    for (const job of dropped) job.onEnd({ outcome });
  }

  #next() {
    if (!this.#current && this.#ready && this.#queue.length) {
      this.#current = this.#queue.shift();
      this.#worker.postMessage({ type: "run", ...this.#current.program() });
      this.#unanswered = setTimeout(() => {
        this.#restart({ outcome: "crashed", message: "it does not answer" });
      }, ANSWER);
      this.#current.onState({ name: "running" });
    }
    const state = this.#ready ? { name: "waiting" } : { name: "loading", ...this.#progress };
    for (const job of this.#queue) job.onState(state);
  }

  #end(end) {
    const job = this.#current;
    this.#current = null;
    clearTimeout(this.#unanswered);
    clearTimeout(this.#overdue);
    this.#overdue = 0;
    job?.onEnd(end);
  }

  #spawn() {
    const worker = new Worker(new URL(WORKER_PATH, import.meta.url), { type: "module" });
    this.#worker = worker;
    this.#spawned = performance.now();
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    };
    worker.postMessage({ type: "start", kept: this.#kept });
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.#worker) this.#receive({ type: "lost", message: event.message ?? NOTHING });
    };
  }

  #kill() {
    this.#asked.resolve(null);
    this.#worker?.terminate();
    this.#worker = null;
    this.#ready = false;
    this.#progress = { loaded: 0, total: 0 };
  }

  #restart(end) {
    this.#kill();
    this.#spawn();
    this.#end(end);
    this.#next();
  }

  #receive(message) {
    switch (message.type) {
      case "progress":
        this.#progress = { loaded: message.loaded, total: message.total };
        this.#next();
        break;
      case "ready":
        this.#ready = true;
        this.#startTime = performance.now() - this.#spawned;
        if (!this.#kept) keepPython();
        this.#kept = message.kept;
        this.#next();
        break;
      case "answer":
        if (message.number === this.#asked.number) this.#asked.resolve(message.answer);
        break;
      case "begun":
        clearTimeout(this.#unanswered);
        break;
      case "fetching":
        this.#current?.onState({ name: "fetching" });
        break;
      case "events":
        this.#current?.onEvents(message.events);
        break;
      case "end":
        this.#end({ outcome: message.ok ? "done" : "error", seconds: message.seconds });
        this.#next();
        break;
      case "lost":
        if (this.#ready) this.#restart({ outcome: "crashed", message: message.message });
        else this.#fail(message.message);
        break;
    }
  }

  #fail(message) {
    this.#kill();
    const jobs = this.#queue;
    this.#queue = [];
    for (const job of jobs) job.onEnd({ outcome: "failed", message });
  }
}

export const runtime = new Runtime();
