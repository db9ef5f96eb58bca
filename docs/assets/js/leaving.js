/**
 * Lets go of the pages that a visit has left. The theme holds on to a few elements of each (in
 * Material 9.8 to its table of contents), and an element holds all of the tree that it is in.
 */

const CONTAINER = "[data-md-component=container]"; // what instant navigation replaces

export function takeLeftPagesApart() {
  let shown = document.querySelector(CONTAINER);
  globalThis.document$?.subscribe(() => {
    const left = shown;
    shown = document.querySelector(CONTAINER);
    if (left === shown) return;
    // After all others that were told: the theme may look at the old page once more.
    setTimeout(() => left?.querySelectorAll("*").forEach((part) => part.remove()));
  });
}
