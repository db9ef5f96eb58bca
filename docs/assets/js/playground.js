/** Entry of the page: everything loaded before the reader asks for anything. */

import { PlaygroundElement } from "./element.js";

customElements.define("py-playground", PlaygroundElement);

addEventListener("hashchange", () => {
  for (const block of document.querySelectorAll("py-playground")) block.openShared();
});
