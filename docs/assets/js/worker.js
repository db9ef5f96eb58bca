/**
 * The worker that Python lives in. It runs one program at a time.
 *
 * From the page: `{type: "start", kept}`, once, with what an earlier worker has left; `{type:
 * "run", cells, below}`.
 * To the page: `{type: "progress", loaded, total}` in bytes; `{type: "ready", kept}`; of a run
 * `{type: "begun"}`, `{type: "events", events}` as engine/session.py makes them, `{type:
 * "fetching"}` when it waits for a download, and `{type: "end", ok, seconds}`; `{type: "lost",
 * message}` when Python cannot go on.
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
/** @type {(cells: object[], below: object[]) => {ok: boolean, seconds: number}} */
let run;

self.onmessage = async ({ data }) => {
  try {
    if (data.type === "start") await start(data.kept);
    else {
      postMessage({ type: "begun" });
      postMessage({ type: "end", ...run(data.cells, data.below) });
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
  run = connect(pyodide);
  watchTheClock(pyodide);
  postMessage({ type: "ready", kept });
  if (kept.image) await storeImage(kept.image, kept.image !== before.image && before.image);
}

/** A function that runs cells in a session, and says how it went. */
function connect(pyodide) {
  const { Session, Cell } = pyodide.pyimport("engine.session");
  const emitter = pyodide.runPython(EMITTER);
  const session = Session(
    emitter(
      (text) => outbox.stream("stdout", text),
      (text) => outbox.stream("stderr", text),
      (event) => outbox.event(event.toJs({ dict_converter: Object.fromEntries })),
    ),
  );
  const waited = watchWaiting(() => {
    outbox.flush();
    postMessage({ type: "fetching" });
  });
  const listed = (cells) =>
    pyodide.toPy(cells.map(({ id, title, source, raises }) => Cell(id, title, source, raises)));
  return (...lists) => {
    const program = lists.map(listed);
    outbox.start();
    const begun = performance.now() / 1000 - waited();
    try {
      const ok = session.run(...program);
      outbox.flush();
      return { ok, seconds: performance.now() / 1000 - waited() - begun };
    } finally {
      for (const list of program) list.destroy();
    }
  };
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
