/** Marks what the reader has passed, once there is anything to mark. */

export function keepMarks() {
  const mark = async () => {
    const list = document.querySelector("[data-progress]");
    if (list) (await import("./exercise/progress.js")).showProgress(list);
    // As exercise/record.js writes them.
    if (!/\bpy-exercise:/.test(Object.keys(localStorage).join())) return;
    (await import("./exercise/marks.js")).markPage(document);
  };
  // The theme's: it tells of every page that is shown, of the first one too.
  if (globalThis.document$) globalThis.document$.subscribe(() => mark().catch(() => {}));
  else mark().catch(() => {});
}
