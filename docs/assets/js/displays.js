/** Draws what a program displays, by its type. */

import { make } from "./dom.js";

/**
 * The figure of a display, or null where its text says it all.
 * @param {Record<string, any>} data representations by MIME type
 * @returns {HTMLElement | null}
 */
export function drawFigure(data) {
  if ("image/svg+xml" in data) return make("figure", { class: "py-figure" }, svgImage(data));
  return null;
}

/** An SVG as an image: nothing in it runs, or is loaded, or becomes part of the page. */
function svgImage(data) {
  const svg = data["image/svg+xml"];
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const words = ["title", "desc"]
    .map((name) => root.querySelector(`:scope > ${name}`)?.textContent.trim())
    .filter(Boolean);
  const image = make("img", {
    alt: words.join(": ") || data["text/plain"],
    src: `data:image/svg+xml,${encodeURIComponent(svg)}`,
  });
  const box = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/);
  ["width", "height"].forEach((name, i) => {
    const size = parseFloat(root.getAttribute(name) ?? box[i + 2]);
    if (size > 0) image.setAttribute(name, String(Math.round(size)));
  });
  return image;
}
