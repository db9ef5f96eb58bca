/**
 * The worker that Python lives in, see sandbox/frame.html. It runs one program at a time.
 *
 * First the room gives what an earlier worker has left in it, and a port to the page; and is told
 * what there is to leave to the next.
 *
 * From the page: `{type: "start", image, rest}`, once, with what it has kept; `{type: "file", name,
 * content | error}` when one was wanted, or will be; `{type: "run", cells, below}`; `{type: "ask",
 * number, cells, what: "complete" | "describe", text}`, while nothing runs.
 * To the page: `{type: "want", name}`, a file; `{type: "ready", made}`, whether there is a new image;
 * of a run `{type: "begun"}`, more than once if it began anew, `{type: "events", events}` as
 * engine/runner/session.py makes them, `{type: "fetching"}` when it waits for a file, and `{type:
 * "end", ok, seconds, spent, again, asking}`, `spent` if this Python is not to be used again, `again`
 * if the run is to begin in another, `asking` if it waits for input; `{type: "answer", number,
 * answer}`; `{type: "lost", message}` when Python cannot go on.
 */

import { boot } from "./worker/boot.js";
import { LateStdlib } from "./worker/late.js";
import { Outbox } from "./worker/outbox.js";
import { guardStack, placesIn } from "./worker/stack.js";

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { PyProxy } from "pyodide/ffi"
 * @import { Asking, Cell, DisplayEvent, ErrorEvent, FromWorker, Kept, OutputEvent, Question, Run, StreamName, ToWorker } from "./messages.js"
 * @import { Want } from "./worker/boot.js"
 */

const MUCH = 2 ** 28; // bytes of memory, which is never given back: several times what a start takes
const DEEP = "calls too deep for the browser";

/** What Python has said past its streams. @type {string[]} */
const dying = [];
let used = false; // it has run something
/** The program that runs. @type {Cell[]} */
let running = [];
/** @type {MessagePort} */
let page;
/** @type {ReturnType<typeof connect>} */
let session;
/** @type {Map<string, PromiseWithResolvers<any>>} */
const wanted = new Map();

const outbox = new Outbox((events) => post({ type: "events", events }));
const late = new LateStdlib(want, () => outbox.mute());

/** @param {MessageEvent<Kept | null>} event */
self.onmessage = ({ data: kept, ports: [port] }) => {
  self.onmessage = null;
  page = port;
  page.onmessage = ({ data }) => hear(kept ?? {}, data);
};

/**
 * @param {Kept} left by an earlier worker
 * @param {ToWorker} message
 */
async function hear(left, message) {
  try {
    if (message.type === "start") await start(left, message.image, message.rest);
    else if (message.type === "file") receive(message.name, message.content, message.error);
    else if (message.type === "ask") post(answer(message));
    else {
      running = message.cells;
      post({ type: "begun" }); // before it looks at what earlier runs have left, which takes time
      post({ type: "end", ...(await session.run(message)) });
    }
  } catch (error) {
    lose(error);
  }
}

// What fails within Pyodide unobserved has been told by then.
self.onunhandledrejection = (event) => event.preventDefault();

/** @param {FromWorker} message */
function post(message) {
  page.postMessage(message);
}

/** Ask the page for a file. @type {Want} */
function want(name) {
  const answer = Promise.withResolvers();
  wanted.set(name, answer);
  post({ type: "want", name });
  return answer.promise;
}

/**
 * @param {string} name
 * @param {Uint8Array | Blob} [content]
 * @param {string} [error]
 */
function receive(name, content, error) {
  if (content instanceof Blob) late.bring(content);
  if (content) wanted.get(name)?.resolve(content);
  else wanted.get(name)?.reject(new Error(error));
  wanted.delete(name);
}

/**
 * @param {Kept} left
 * @param {Uint8Array<ArrayBuffer> | undefined} stored an image of an earlier visit
 * @param {Blob | null} rest
 */
async function start(left, stored, rest) {
  if (rest) late.bring(rest);
  const image = left.image ?? stored;
  const { pyodide, kept } = await boot({ ...left, image }, want, { readRest: late.read });
  session = connect(pyodide);
  watchTheClock(pyodide);
  self.postMessage(kept.image === left.image ? null : kept);
  // The room listens no more, and a flood would only be work for it.
  Object.defineProperty(self, "postMessage", { value: undefined });
  post({ type: "ready", made: Boolean(kept.image) && kept.image !== image });
}

/**
 * A session of Python, as functions that take and give JavaScript's own values.
 * @param {PyodideAPI} pyodide
 */
function connect(pyodide) {
  guardStack(pyodide);
  const python = pyodide.pyimport("engine.runner.page");
  let seed = 0; // of the live program
  const session = python.connect(
    (/** @type {StreamName} */ name, /** @type {string} */ text, /** @type {number} */ back) =>
      outbox.stream(name, text, back),
    (/** @type {PyProxy} */ event) => outbox.event(toObject(event)),
    () => outbox.hurry(),
    (/** @type {string} */ prompt) => ask({ prompt, seed }),
  );
  // What Python says when it dies: where it was.
  pyodide.setStdout({ batched: (line) => dying.push(line) });
  /** @type {<T>(cells: Cell[], action: (list: PyProxy) => T) => T} */
  const withCells = (cells, action) => {
    /** @type {PyProxy} */
    const list = pyodide.toPy(
      cells.map(({ id, title, source, raises, answers = [] }) =>
        python.cell(id, title, source, raises, answers),
      ),
    );
    try {
      return action(list);
    } finally {
      list.destroy();
    }
  };
  const fetchRest = async () => {
    post({ type: "fetching" });
    await late.fetch();
  };
  /** @type {(program: Run) => {ok: boolean, seconds: number, spent?: boolean}} */
  const runOnce = ({ cells, below, check, ...given }) => {
    post({ type: "begun" });
    used = true;
    dying.length = 0;
    outbox.start();
    late.missed = false;
    const begun = performance.now();
    /** @type {PyProxy | null} */
    const checked = check ? python.cell(check.id, check.title, check.source) : null;
    if (withCells(cells, (list) => session.fresh(list))) {
      seed = given.seed ?? crypto.getRandomValues(new Uint32Array(1))[0];
      python.seed(seed);
    }
    const ok = withCells(cells, (list) =>
      withCells(below, (rest) => session.run(list, rest, checked)),
    );
    checked?.destroy();
    outbox.flush();
    const spent = session.idle && (memoryOf(pyodide) > MUCH || session.stale(NONE) !== "");
    return { ok, seconds: (performance.now() - begun) / 1000, spent };
  };
  const NONE = pyodide.toPy([]);
  /** Whether a run has to begin in another process. @type {(cells: Cell[]) => boolean} */
  const isStale = (cells) =>
    used &&
    (withCells(cells, (list) => session.fresh(list) && memoryOf(pyodide) > MUCH) ||
    withCells(cells, (list) => session.stale(list) !== ""));
  return {
    /** @param {Run} program */
    async run(program) {
      if (isStale(program.cells)) return { ok: false, seconds: 0, again: true };
      const cells = program.check ? [...program.cells, program.check] : program.cells;
      const sources = cells.map(({ source }) => source);
      if (late.concerns(pyodide, sources)) await fetchRest();
      let outcome = runOnce(program);
      if (late.missed) {
        await fetchRest();
        outcome = runOnce(program);
      }
      return outcome;
    },
    /** @param {Question} question */
    ask({ cells, what, text }) {
      /** @type {PyProxy | undefined} */
      const found = withCells(cells, (list) => session[what](list, text));
      const answer = found ? toObject(found) : null;
      found?.destroy();
      return answer;
    },
  };
}

/** @param {PyProxy} proxy */
function toObject(proxy) {
  return proxy.toJs({ dict_converter: Object.fromEntries });
}

/**
 * @param {Question & {number: number}} question
 * @returns {FromWorker}
 */
function answer(question) {
  const { number } = question;
  try {
    return { type: "answer", number, answer: session.ask(question) };
  } catch (error) {
    console.warn("No answer from Python:", error);
    return { type: "answer", number, answer: null };
  }
}

/**
 * Let text go out while Python runs: it looks for signals every few hundred instructions.
 * @param {PyodideAPI} pyodide
 */
function watchTheClock(pyodide) {
  const signals = new Proxy(new Uint8Array(1), {
    get(target, key) {
      outbox.tick();
      return Reflect.get(target, key);
    },
  });
  pyodide.setInterruptBuffer(signals);
}

/** @param {unknown} error */
function lose(error) {
  // RangeError in Chromium, InternalError in Firefox.
  const deep = error instanceof Error && /call stack|too much recursion/.test(error.message);
  if (deep && running.length) {
    const calls = placesIn(dying, running);
    outbox.event({
      type: "error",
      name: "RecursionError",
      message: DEEP,
      traceback: `Traceback (most recent call last):\n${calls.text}RecursionError: ${DEEP}\n`,
      frames: calls.frames,
      hint: "Python was started anew, for a browser bears no deeper calls.",
    });
    outbox.flush();
    post({ type: "end", ok: false, seconds: 0, spent: true });
    return;
  }
  outbox.flush();
  const said = error instanceof Error ? error.message : String(error);
  post({ type: "lost", message: said.trim().split("\n").at(-1) ?? "" });
}

/**
 * Python cannot wait for the reader: the run ends here, whatever the program would catch, and
 * begins anew with one more answer.
 * @param {Asking} asking
 */
function ask(asking) {
  if (late.missed) throw new Error("this run, which misses a module, is to begin anew");
  outbox.flush();
  post({ type: "end", ok: false, seconds: 0, spent: true, asking });
  for (;;); // until the page, which has been told, ends this worker
}

/** @param {PyodideAPI} pyodide */
function memoryOf(pyodide) {
  const { _module } = /** @type {{_module: {HEAPU8: Uint8Array}}} */ (
    /** @type {unknown} */ (pyodide)
  );
  return _module.HEAPU8.length;
}
