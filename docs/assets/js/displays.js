/** Draws what a program displays, by its type. */

import { make } from "./dom.js";

const SVG = "image/svg+xml";
const STEPS = "application/vnd.engine.steps+json";

/**
 * The figure of a display, or null where its text says it all.
 * @param {Record<string, any>} data representations by MIME type
 * @returns {HTMLElement | null}
 */
export function drawFigure(data) {
  if (!(SVG in data || STEPS in data)) return null;
  const still = SVG in data ? svgImage(data) : data["text/plain"];
  const figure = make("figure", { class: "py-figure" }, still);
  if (STEPS in data) showStepper(figure, data[STEPS]);
  return figure;
}

/** Put the stepper in place of the still figure, which stays if that cannot be. */
async function showStepper(figure, steps) {
  try {
    const { createStepper } = await import("./stepper.js");
    figure.replaceChildren(createStepper(steps));
  } catch (error) {
    console.warn("The steps cannot be shown:", error);
  }
}

/** An SVG as an image: nothing in it runs, or is loaded, or becomes part of the page. */
function svgImage(data) {
  const root = new DOMParser().parseFromString(data[SVG], SVG).documentElement;
  const words = ["title", "desc"]
    .map((name) => root.querySelector(`:scope > ${name}`)?.textContent.trim())
    .filter(Boolean);
  const image = make("img", {
    alt: words.join(": ") || data["text/plain"],
    src: `data:image/svg+xml,${encodeURIComponent(data[SVG])}`,
  });
  const box = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/);
  ["width", "height"].forEach((name, i) => {
    const size = parseFloat(root.getAttribute(name) ?? box[i + 2]);
    if (size > 0) image.setAttribute(name, String(Math.round(size)));
  });
  return image;
}
