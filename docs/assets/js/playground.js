/** Entry of the page: everything loaded before the reader asks for anything. */

import { PlaygroundElement } from "./element.js";
import { takeLeftPagesApart } from "./leaving.js";
import { keepPages } from "./offline.js";
import { keepMarks } from "./passed.js";

customElements.define("py-playground", PlaygroundElement);

addEventListener("hashchange", () => {
  for (const block of document.querySelectorAll("py-playground")) block.openShared();
});

takeLeftPagesApart();
keepMarks();
if (document.readyState === "complete") keepPages();
else addEventListener("load", keepPages, { once: true });
