/**
 * Walks through a computation graph: first the data fill in, then the gradient comes back, one arrow
 * at a time. Every number and sentence was made by engine/figures/steps.py; this only shows how far we are.
 */

import { make } from "./dom.js";

/** @import { EdgeStep, ForwardStep, SeedStep, Steps } from "./messages.js" */

const SVG = "http://www.w3.org/2000/svg";
const LINE = 17; // px from line to line in a box, as in engine/figures/arrange.py
const PACE = 1800; // ms from step to step while playing, enough to read a sentence

const START = "Nothing is computed yet. Next shows the first step.";
/** @type {Record<string, string>} */
const SIGNS = { "+": "plus", "\u2212": "minus", 0: "none" };

/**
 * What is to be seen after the first `count` steps; depends on nothing else, so that Back is exact.
 * @param {Pick<Steps, "forward" | "backward">} steps
 * @param {number} count from 0 to all steps
 */
export function frameAt(steps, count) {
  const forward = steps.forward.slice(0, count);
  const backward = steps.backward.slice(0, Math.max(count - steps.forward.length, 0));
  /** @type {Map<number, string>} */
  const grad = new Map();
  for (const step of backward) {
    if (isEdge(step)) grad.set(step.to, step.sum);
    else grad.set(step.node, step.grad);
  }
  return {
    data: new Map(forward.map((step) => [step.node, step.data])),
    sweeping: backward.length > 0,
    grad,
    passed: backward.filter(isEdge),
    step: backward.at(-1) ?? forward.at(-1) ?? null,
  };
}

/**
 * @param {ForwardStep | SeedStep | EdgeStep} step
 * @returns {step is EdgeStep}
 */
function isEdge(step) {
  return "sum" in step;
}

/**
 * @param {Steps} steps what engine.steps displays as application/vnd.engine.steps+json
 * @returns {HTMLElement} a figure with its buttons
 */
export function createStepper(steps) {
  const total = steps.forward.length + steps.backward.length;
  const picture = new Picture(steps);
  const sentence = make("p", { class: "dl-stepper__sentence", role: "status" });
  const sum = make("p", { class: "dl-stepper__sum", "aria-hidden": "true" });
  const place = make("span", { class: "dl-stepper__place" });
  const element = make("div", {
    class: "dl-stepper",
    role: "group",
    "aria-label": `Step by step: ${steps.title}. The left and right arrow keys step, Home restarts.`,
  });

  let count = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {number} wanted how many steps */
  const show = (wanted) => {
    count = Math.min(Math.max(wanted, 0), total);
    const frame = frameAt(steps, count);
    picture.show(frame);
    sentence.textContent = frame.step?.text ?? START;
    sum.replaceChildren(...account(frame.step));
    place.textContent = `${count} of ${total}`;
    // Not `disabled`, which would take the focus from under the reader's finger.
    for (const button of [restart, back]) button.setAttribute("aria-disabled", `${count === 0}`);
    next.setAttribute("aria-disabled", `${count === total}`);
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
  };
  /** @param {number} wanted */
  const go = (wanted) => {
    stop();
    if (wanted !== count) show(wanted);
  };
  const tick = () => {
    if (!element.isConnected || count === total) return stop();
    show(count + 1);
    if (count === total) stop();
  };
  const start = () => {
    play.textContent = "Pause";
    timer = setInterval(tick, PACE);
    show(count === total ? 1 : count + 1);
    if (count === total) stop();
  };

  const restart = control("Restart", () => go(0));
  const back = control("Back", () => go(count - 1));
  const next = control("Next", () => go(count + 1));
  const play = control("Play", () => (timer ? stop() : start()));

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => go(count - 1),
    ArrowRight: () => go(count + 1),
    Home: () => go(0),
    End: () => go(total),
  };
  element.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault(); // the scroll box would move, too
    action();
  });
  element.append(
    picture.element,
    sum,
    sentence,
    make("div", { class: "dl-stepper__controls" }, restart, back, next, play, place),
  );
  show(0);
  return element;
}

/**
 * @param {string} label
 * @param {() => void} action
 */
function control(label, action) {
  const button = make("button", { type: "button", class: "dl-stepper__button" }, label);
  button.addEventListener("click", action);
  return button;
}

/**
 * The arithmetic of one step along an arrow, for the eye; the sentence says the same in words.
 * @param {ForwardStep | SeedStep | EdgeStep | null} step
 */
function account(step) {
  if (!step || !isEdge(step)) return ["\u00a0"];
  /** @type {(name: string, number: string, kind?: string) => HTMLElement} */
  const part = (name, number, kind = "") => {
    const value = make("b", kind ? { class: `dl-stepper__${kind}` } : {}, number);
    return make("span", {}, value, ` ${name}`);
  };
  const signed = step.sign === "+" ? `+${step.contribution}` : step.contribution;
  return [
    part("upstream", step.upstream),
    " × ",
    part("local", step.local),
    " = ",
    part("contribution", signed, SIGNS[step.sign]),
    "; ",
    part("so far", step.before),
    " → ",
    part("sum", step.sum),
  ];
}

/**
 * What changes in the box of a node.
 * @typedef {object} Box
 * @property {SVGElement} group
 * @property {SVGElement} badge the sign of what arrives
 * @property {number} middle    px from the left
 * @property {SVGElement} [data]
 * @property {SVGElement} [grad]
 */

/** The graph, with the places and paths that the engine laid out. */
class Picture {
  /** @type {Map<number, Box>} */ #boxes = new Map();
  /** @type {Map<number, SVGElement>} */ #circles = new Map();
  /** @type {Map<string, SVGElement>} */ #arrows = new Map(); // by source, target and operand

  /** @param {Steps} steps */
  constructor(steps) {
    const { width, height } = steps;
    this.drawing = draw("svg", {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `${steps.title}: ${steps.desc}`,
    });
    for (const arrow of steps.arrows) {
      const group = draw("g", { class: "dl-stepper__arrow" });
      group.append(draw("path", { d: arrow.path, class: "dl-stepper__line" }));
      if (arrow.head) group.append(draw("path", { d: arrow.head, class: "dl-stepper__head" }));
      this.#arrows.set(`${arrow.source} ${arrow.target} ${arrow.operand}`, group);
      this.drawing.append(group);
    }
    for (const circle of steps.circles) this.#circles.set(circle.node, this.#circle(circle));
    for (const box of steps.boxes) this.#boxes.set(box.node, this.#box(box));
    // Wide graphs scroll in a box of their own, which the keyboard must reach.
    this.element = make("div", {
      class: "dl-stepper__scroll",
      role: "group",
      tabindex: "0",
      "aria-label": "Graph",
    });
    this.element.append(this.drawing);
  }

  /** @param {ReturnType<typeof frameAt>} frame */
  show(frame) {
    const { step } = frame;
    const along = step && isEdge(step) ? step : null;
    const here = step && !isEdge(step) ? step.node : null;
    const sign = along ? SIGNS[along.sign] : "none";
    for (const [node, box] of this.#boxes) {
      if (box.data) box.data.textContent = frame.data.get(node) ?? "";
      if (box.grad) box.grad.textContent = frame.sweeping ? (frame.grad.get(node) ?? "0") : "";
      const active = node === (along ? along.to : here);
      box.group.classList.toggle("dl-stepper__active", active);
      box.badge.textContent = along && active ? along.sign : "";
      box.badge.setAttribute("class", `dl-stepper__badge dl-stepper__${sign}`);
    }
    for (const [node, circle] of this.#circles) {
      const active = node === (along ? along.from : here);
      circle.classList.toggle("dl-stepper__active", active);
    }
    for (const group of this.#arrows.values()) group.setAttribute("class", "dl-stepper__arrow");
    for (const passed of frame.passed) {
      const group = this.#arrows.get(`${passed.to} ${passed.from} ${passed.operand}`);
      group?.classList.add("dl-stepper__passed");
      if (passed === step) group?.classList.add("dl-stepper__now", `dl-stepper__${sign}`);
    }
    const node = along ? along.to : here;
    this.#reveal(node === null ? undefined : this.#boxes.get(node));
  }

  /**
   * Keep the box of the step in sight, moving the scroll box alone, never the page.
   * @param {Box | undefined} box
   */
  #reveal(box) {
    const view = this.element;
    if (!box || view.scrollWidth <= view.clientWidth) return;
    const scale = this.drawing.getBoundingClientRect().width / this.drawing.viewBox.baseVal.width;
    view.scrollLeft = box.middle * scale - view.clientWidth / 2;
  }

  /** @param {Steps["circles"][number]} circle */
  #circle({ x, y, width, height, sign }) {
    const group = draw("g", { class: "dl-stepper__circle" });
    group.append(
      draw("rect", { x, y, width, height, rx: height / 2 }),
      label(x + width / 2, y + height / 2 + 4.5, "middle", "", sign),
    );
    this.drawing.append(group);
    return group;
  }

  /** @param {Steps["boxes"][number]} box */
  #box({ x, y, width, height, name, const: constant }) {
    const group = draw("g", { class: "dl-stepper__box" });
    const badge = label(x + width - 2, y - 3, "end", "dl-stepper__badge");
    group.append(draw("rect", { x, y, width, height, rx: 6 }), badge);
    /** @type {Box} */
    const parts = { group, badge, middle: x + width / 2 };
    let base = y + LINE;
    if (constant) {
      parts.data = label(parts.middle, base, "middle");
      group.append(parts.data);
    }
    if (name) {
      group.append(label(parts.middle, base, "middle", "dl-stepper__name", name));
      base += LINE;
    }
    for (const row of constant ? [] : /** @type {const} */ (["data", "grad"])) {
      const number = label(x + width - 9, base, "end", `dl-stepper__${row}`);
      group.append(label(x + 9, base, "start", "dl-stepper__key", row), number);
      parts[row] = number;
      base += LINE;
    }
    this.drawing.append(group);
    return parts;
  }
}

/**
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} attributes
 */
function draw(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {"start" | "middle" | "end"} anchor
 * @param {string} [kind] its class
 * @param {string} [content]
 */
function label(x, y, anchor, kind = "", content = "") {
  const element = draw("text", { x, y, "text-anchor": anchor, ...(kind && { class: kind }) });
  element.textContent = content;
  return element;
}
