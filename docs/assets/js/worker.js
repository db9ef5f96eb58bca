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

// Events come one by one, and in a flood most are text: these need no conversion.
const EMITTER = `lambda stdout, stderr, other: lambda event: (
    other(event) if event["type"] != "stream"
    else stdout(event["text"]) if event["name"] == "stdout"
    else stderr(event["text"])
)`;

const outbox = new Outbox((events) => postMessage({ type: "events", events }));
/** @type {ReturnType<typeof connect>} */
let session;

self.onmessage = async ({ data }) => {
  try {
    if (data.type === "start") await start(data.kept);
    else if (data.type === "ask") postMessage(answer(data));
    else {
      postMessage({ type: "begun" });
      postMessage({ type: "end", ...session.run(data) });
    }
  } catch (error) {
    outbox.flush();
    lose(error);
  }
};

// What fails within Pyodide unobserved has been told by then.
self.onunhandledrejection = (event) => event.preventDefault();

async function start(given) {
  const before = given ?? { image: await readImage() };
  const { pyodide, kept } = await boot(before, (progress) =>
    postMessage({ type: "progress", ...progress }),
  );
  session = connect(pyodide);
  watchTheClock(pyodide);
  postMessage({ type: "ready", kept });
  if (kept.image) await storeImage(kept.image, kept.image !== before.image && before.image);
}

/** A session of Python, as functions that take and give JavaScript's own values. */
function connect(pyodide) {
  const { Session, Cell } = pyodide.pyimport("engine.runner");
  const emitter = pyodide.runPython(EMITTER);
  const session = Session(
    emitter(
      (text) => outbox.stream("stdout", text),
      (text) => outbox.stream("stderr", text),
      (event) => outbox.event(toObject(event)),
    ),
  );
  const waited = watchWaiting(() => {
    outbox.flush();
    postMessage({ type: "fetching" });
  });
  const withCells = (cells, action) => {
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
    run({ cells, below }) {
      outbox.start();
      const begun = performance.now() / 1000 - waited();
      const ok = withCells(cells, (list) => withCells(below, (rest) => session.run(list, rest)));
      outbox.flush();
      return { ok, seconds: performance.now() / 1000 - waited() - begun };
    },
    ask({ cells, what, text }) {
      const found = withCells(cells, (list) => session[what](list, text));
      const answer = found ? toObject(found) : null;
      found?.destroy();
      return answer;
    },
  };
}

function toObject(proxy) {
  return proxy.toJs({ dict_converter: Object.fromEntries });
}

function answer(question) {
  const { number } = question;
  try {
    return { type: "answer", number, answer: session.ask(question) };
  } catch (error) {
    console.warn("No answer from Python:", error);
    return { type: "answer", number, answer: null };
  }
}

/** Let text go out while Python runs: it looks for signals every few hundred instructions. */
function watchTheClock(pyodide) {
  const signals = new Proxy([0], {
    get(target, key) {
      outbox.tick();
      return target[key];
    },
  });
  pyodide.setInterruptBuffer(signals);
}

function lose(error) {
  const deep = error instanceof RangeError && /stack/.test(error.message);
  const text = deep ? "calls too deep for the browser" : String(error?.message ?? error);
  postMessage({ type: "lost", message: text.trim().split("\n").at(-1) });
}
