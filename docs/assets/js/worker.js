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
 * "end", ok, seconds}`; `{type: "answer", number, answer}`; `{type: "lost", message}` when Python
 * cannot go on.
 */

import { boot } from "./worker/boot.js";
import { LateStdlib } from "./worker/late.js";
import { Outbox } from "./worker/outbox.js";

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { PyProxy } from "pyodide/ffi"
 * @import { Cell, DisplayEvent, ErrorEvent, FromWorker, Kept, OutputEvent, Question, Run, ToWorker } from "./messages.js"
 * @import { Want } from "./worker/boot.js"
 */

// Events come one by one, and in a flood most are text: these need no conversion.
const EMITTER = `lambda stdout, stderr, other: lambda event: (
    other(event) if event["type"] != "stream"
    else stdout(event["text"]) if event["name"] == "stdout"
    else stderr(event["text"])
)`;

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
    else post({ type: "end", ...(await session.run(message)) });
  } catch (error) {
    outbox.flush();
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
  const { Session, Cell } = pyodide.pyimport("engine.runner");
  const emitter = pyodide.runPython(EMITTER);
  const session = Session(
    emitter(
      (/** @type {string} */ text) => outbox.stream("stdout", text),
      (/** @type {string} */ text) => outbox.stream("stderr", text),
      (/** @type {PyProxy} */ event) => outbox.event(toObject(event)),
    ),
  );
  /** @type {<T>(cells: Cell[], action: (list: PyProxy) => T) => T} */
  const withCells = (cells, action) => {
    /** @type {PyProxy} */
    const list = pyodide.toPy(
      cells.map(({ id, title, source, raises }) => Cell(id, title, source, raises)),
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
  const runOnce = (/** @type {Run} */ { cells, below, check }) => {
    post({ type: "begun" });
    outbox.start();
    late.missed = false;
    const begun = performance.now();
    /** @type {PyProxy | null} */
    const checked = check ? Cell(check.id, check.title, check.source) : null;
    const ok = withCells(cells, (list) =>
      withCells(below, (rest) => session.run(list, rest, checked)),
    );
    checked?.destroy();
    outbox.flush();
    return { ok, seconds: (performance.now() - begun) / 1000 };
  };
  return {
    /** @param {Run} program */
    async run(program) {
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
  const deep = error instanceof RangeError && /stack/.test(error.message);
  const said = error instanceof Error ? error.message : String(error);
  const text = deep ? "calls too deep for the browser" : said;
  post({ type: "lost", message: text.trim().split("\n").at(-1) ?? "" });
}
