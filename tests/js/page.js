/** A page without a browser, for modules that make or read elements. Import it before them. */

import { Window } from "happy-dom";

const window = new Window({ url: "https://example.org/post/?x=1#part" });

// What our modules look for, as globals.
Object.assign(globalThis, {
  document: window.document,
  location: window.location,
  localStorage: window.localStorage,
  NodeFilter: window.NodeFilter,
});

/**
 * A page of this content.
 * @param {string} html
 */
export function show(html) {
  document.body.innerHTML = html;
  return document.body;
}
