/**
 * The worker that Python lives in. It runs one program at a time.
 *
 * From the page: `{type: "start", kept}`, once, with what an earlier worker has left; `{type:
 * "run", cells, below}`; `{type: "ask", number, cells, what: "complete" | "describe", text}`, while
 * nothing runs.
 * To the page: `{type: "progress", loaded, total}` in bytes; `{type: "ready", kept}`; of a run
 * `{type: "begun"}`, `{type: "events", events}` as engine/runner/session.py makes them, `{type:
 * "fetching"}` when it waits for a download, and `{type: "end", ok, seconds}`; `{type: "answer",
 * number, answer}`; `{type: "lost", message}` when Python cannot go on.
 */

import { boot } from "./worker/boot.js";
import { watchWaiting } from "./worker/downloads.js";
import { Outbox } from "./worker/outbox.js";
import { readImage, storeImage } from "./worker/store.js";

/**
 * @import { PyodideAPI } from "pyodide"
 * @import { PyProxy } from "pyodide/ffi"
 * @import { Cell, DisplayEvent, ErrorEvent, FromWorker, Kept, OutputEvent, Question, Run, ToWorker } from "./messages.js"
 */

// Events come one by one, and in a flood most are text: these need no conversion.
const EMITTER = `lambda stdout, stderr, other: lambda event: (
    other(event) if event["type"] != "stream"
    else stdout(event["text"]) if event["name"] == "stdout"
    else stderr(event["text"])
)`;

const outbox = new Outbox((events) => post({ type: "events", events }));
/** @type {ReturnType<typeof connect>} */
let session;

/** @param {MessageEvent<ToWorker>} event */
self.onmessage = async ({ data }) => {
  try {
    if (data.type === "start") await start(data.kept);
    else if (data.type === "ask") post(answer(data));
    else {
      post({ type: "begun" });
      post({ type: "end", ...session.run(data) });
    }
  } catch (error) {
    outbox.flush();
    lose(error);
  }
};

// What fails within Pyodide unobserved has been told by then.
self.onunhandledrejection = (event) => event.preventDefault();

/** @param {FromWorker} message */
function post(message) {
  postMessage(message);
}

/** @param {Kept | null} given */
async function start(given) {
  const before = given ?? { image: await readImage() };
  const { pyodide, kept } = await boot(before, (progress) =>
    post({ type: "progress", ...progress }),
  );
  session = connect(pyodide);
  watchTheClock(pyodide);
  post({ type: "ready", kept });
  const failed = Boolean(before.image) && kept.image !== before.image;
  if (kept.image) await storeImage(kept.image, failed);
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
  const waited = watchWaiting(() => {
    outbox.flush();
    post({ type: "fetching" });
  });
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
  return {
    /** @param {Run} run */
    run({ cells, below }) {
      outbox.start();
      const begun = performance.now() / 1000 - waited();
      const ok = withCells(cells, (list) => withCells(below, (rest) => session.run(list, rest)));
      outbox.flush();
      return { ok, seconds: performance.now() / 1000 - waited() - begun };
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
