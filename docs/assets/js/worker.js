/**
 * The worker that Python lives in. It gets ready by itself, then runs one program at a time.
 *
 * To the page: `{type: "progress", loaded, total}` in bytes; `{type: "ready"}`; `{type: "events",
 * events}` as engine/session.py makes them; `{type: "fetching"}` when a run waits for a download;
 * `{type: "end", ok, seconds}`; `{type: "lost", message}` when Python cannot go on.
 * From the page: `{type: "run", cells}`.
 */

/* global RUNTIME_PATH */

import { watchDownloads, watchWaiting } from "./worker/downloads.js";
import { Outbox } from "./worker/outbox.js";

const RUNTIME = new URL(RUNTIME_PATH, import.meta.url).href;

// Events come one by one, and in a flood most are text: these need no conversion.
const EMITTER = `lambda stdout, stderr, other: lambda event: (
    other(event) if event["type"] != "stream"
    else stdout(event["text"]) if event["name"] == "stdout"
    else stderr(event["text"])
)`;

const outbox = new Outbox((events) => postMessage({ type: "events", events }));

async function boot() {
  const failure = watchDownloads((progress) => postMessage({ type: "progress", ...progress }));
  const loading = async () => {
    // loadPyodide imports this too, but only then would it begin to come.
    import(`${RUNTIME}pyodide.asm.mjs`).catch(() => {}); // loadPyodide fails likewise
    const { loadPyodide } = await import(`${RUNTIME}pyodide.mjs`);
    return loadPyodide({
      indexURL: RUNTIME,
      lockFileURL: `${RUNTIME}pyodide-lock.json`,
      stdLibURL: `${RUNTIME}stdlib-boot.zip`,
      packages: ["deep-learning-engine"],
    });
  };
  return Promise.race([loading(), failure]);
}

function connect(pyodide) {
  const { Session, Cell } = pyodide.pyimport("engine.session");
  const emitter = pyodide.runPython(EMITTER);
  const emit = emitter(
    (text) => outbox.stream("stdout", text),
    (text) => outbox.stream("stderr", text),
    (event) => outbox.event(event.toJs({ dict_converter: Object.fromEntries })),
  );
  const session = Session(emit);
  return (cells) => {
    const list = pyodide.toPy(
      cells.map(({ id, title, source, raises }) => Cell(id, title, source, raises)),
    );
    try {
      return session.run(list);
    } finally {
      list.destroy();
    }
  };
}

/** Let text go out while Python runs: it looks here every few hundred instructions. */
function watchTheClock(pyodide) {
  const signals = new Proxy([0], {
    get(target, key) {
      outbox.tick();
      return target[key];
    },
  });
  pyodide.setInterruptBuffer(signals);
}

async function main() {
  // What fails within Pyodide is told by `boot`, once.
  self.onunhandledrejection = (event) => event.preventDefault();
  const pyodide = await boot();
  const run = connect(pyodide);
  const waited = watchWaiting(() => {
    outbox.flush();
    postMessage({ type: "fetching" });
  });
  watchTheClock(pyodide);
  self.onmessage = ({ data }) => {
    outbox.start();
    const begun = performance.now();
    const before = waited();
    try {
      const ok = run(data.cells);
      outbox.flush();
      const seconds = (performance.now() - begun) / 1000 - (waited() - before);
      postMessage({ type: "end", ok, seconds });
    } catch (error) {
      outbox.flush();
      lose(error);
    }
  };
  postMessage({ type: "ready" });
}

function lose(error) {
  postMessage({ type: "lost", message: String(error?.message ?? error).trim().split("\n").at(-1) });
}

main().catch(lose);
