/** Draws what a program displays, by its type. */

import { make } from "./dom.js";
import { loaded } from "./importing.js";

/** @import { MimeBundle, Steps } from "./messages.js" */

const SVG = "image/svg+xml";
const STEPS = "application/vnd.engine.steps+json";

/**
 * The figure of a display, or null where its text says it all.
 * @param {MimeBundle} data
 * @returns {HTMLElement | null}
 */
export function drawFigure(data) {
  const { "text/plain": text, [SVG]: svg, [STEPS]: steps } = data;
  if (svg === undefined && steps === undefined) return null;
  const still = svg === undefined ? text : svgImage(svg, text);
  const figure = make("figure", { class: "py-figure" }, still);
  if (still instanceof Element) {
    figure.style.setProperty("--py-wide", `${still.getAttribute("width") ?? 0}px`);
    // What has no colours for dark pages needs a light ground there.
    figure.classList.toggle("py-figure--light", !svg?.includes("prefers-color-scheme"));
  }
  if (steps !== undefined) showStepper(figure, steps);
  return figure;
}

/**
 * Put the stepper in place of the still figure, which stays if that cannot be.
 * @param {HTMLElement} figure
 * @param {Steps} steps
 */
async function showStepper(figure, steps) {
  try {
    const { createStepper } = await loaded("stepper", () => import("./stepper.js"));
    figure.replaceChildren(createStepper(steps));
  } catch (error) {
    console.warn("The steps cannot be shown:", error);
  }
}

/**
 * An SVG as an image: nothing in it runs, or is loaded, or becomes part of the page.
 * @param {string} svg
 * @param {string} text what the display says in words
 */
function svgImage(svg, text) {
  const root = new DOMParser().parseFromString(svg, SVG).documentElement;
  const words = ["title", "desc"]
    .map((name) => root.querySelector(`:scope > ${name}`)?.textContent?.trim())
    .filter(Boolean);
  const image = make("img", {
    alt: words.join(": ") || text,
    src: `data:image/svg+xml,${encodeURIComponent(svg)}`,
  });
  const box = (root.getAttribute("viewBox") ?? "").split(/[\s,]+/);
  ["width", "height"].forEach((name, i) => {
    const size = parseFloat(root.getAttribute(name) ?? box[i + 2]);
    if (size > 0) image.setAttribute(name, String(Math.round(size)));
  });
  return image;
}
