/** What page, frame and worker say to each other; worker.js tells when. */

/** A block of a program, as Python's engine.runner.Cell has it. */
export interface Cell {
  id: string;
  title: string;
  source: string;
  raises?: string;
  /** what is typed when it asks for input */
  answers?: string[];
}

/** Where in a block an error passed: lines count from 1, columns from 0, in characters. */
export interface Frame {
  cell: string;
  line: number;
  end_line: number;
  col: number;
  end_col: number;
}

/** Representations of a value by MIME type. */
export interface MimeBundle {
  "text/plain": string;
  "image/svg+xml"?: string;
  "application/vnd.engine.steps+json"?: Steps;
}

export type StreamName = "stdout" | "stderr";

export interface StreamEvent {
  type: "stream";
  name: StreamName;
  text: string;
  /** so many characters of the line are taken back first */
  back?: number;
}

export interface DisplayEvent {
  type: "display";
  data: MimeBundle;
  id: string | null;
  update: boolean;
}

export interface ErrorEvent {
  type: "error";
  name: string;
  message: string;
  traceback: string;
  frames: Frame[];
  hint: string | null;
}

/** What a check says of an answer; "fault": it failed itself. */
export interface VerdictEvent {
  type: "verdict";
  verdict: "passed" | "refused" | "fault";
  message: string;
  frames: Frame[];
}

/** What engine/runner/session.py emits. */
export type SessionEvent = StreamEvent | DisplayEvent | ErrorEvent | VerdictEvent;

/** The outbox's own: from here on nothing is shown. */
export interface CutEvent {
  type: "cut";
  message: string;
}

export type OutputEvent = SessionEvent | CutEvent;

/** What makes the next start of Python fast. */
export interface Kept {
  /** of Python after a start, see worker/image.js */
  image?: Uint8Array<ArrayBuffer>;
  /** the interpreter, compiled */
  module?: WebAssembly.Module;
}

/** Bytes that have come, and that will. */
export interface Progress {
  loaded: number;
  total: number;
}

export interface Run {
  cells: Cell[];
  /** the rest of the page, not run */
  below: Cell[];
  /** of the exercise that the last cell answers */
  check?: Cell;
  /** of what is random, where the run has to be as an earlier one was */
  seed?: number;
}

/** A run has ended because it waits for the reader's input. */
export interface Asking {
  /** the line that was begun when it asked */
  prompt: string;
  /** of the run, which begins anew with one more answer */
  seed: number;
}

export interface Suggestion {
  label: string;
  type: string;
}

export interface Description {
  title: string;
  text: string;
}

/** What may be asked while nothing runs, and what is answered: of a text, or of a name. */
export interface Answers {
  complete: Suggestion[];
  describe: Description;
}

export type Ask = <K extends keyof Answers>(what: K, text: string) => Promise<Answers[K] | null>;

export interface Question {
  what: keyof Answers;
  text: string;
  cells: Cell[];
}

export type ToWorker =
  | { type: "start"; image?: Uint8Array<ArrayBuffer>; rest: Blob | null }
  | { type: "file"; name: string; content?: Uint8Array<ArrayBuffer> | Blob; error?: string }
  | ({ type: "run" } & Run)
  | ({ type: "ask"; number: number } & Question);

/** What is said of a run, and of Python's life. */
export type Told =
  | { type: "begun" }
  | { type: "events"; events: OutputEvent[] }
  | { type: "fetching" }
  | { type: "end"; ok: boolean; seconds: number; spent?: boolean; again?: boolean; asking?: Asking }
  | { type: "answer"; number: number; answer: Answers[keyof Answers] | null }
  | { type: "lost"; message: string };

export type FromWorker =
  | { type: "want"; name: string }
  | { type: "ready"; made: boolean }
  | Told;

/** What the page's own sandbox/python.js makes of it. */
export type FromPython = ({ type: "progress" } & Progress) | { type: "ready" } | Told;

/** What the frame says of the worker that it has made. */
export type FromRoom =
  | { type: "made" }
  | { type: "image"; image?: Uint8Array<ArrayBuffer> }
  | { type: "lost"; message?: string };

/** What engine/figures/steps.py displays: numbers as they are shown, places in px. */
export interface Steps {
  title: string;
  desc: string;
  width: number;
  height: number;
  boxes: (Place & { name: string; const: boolean })[];
  circles: (Place & { sign: string })[];
  arrows: { source: number; target: number; operand: number; path: string; head: string }[];
  forward: ForwardStep[];
  backward: (SeedStep | EdgeStep)[];
}

interface Place {
  node: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ForwardStep {
  node: number;
  data: string;
  text: string;
}

export interface SeedStep {
  node: number;
  operand: null;
  grad: string;
  text: string;
}

/** One edge, walked against its arrow. */
export interface EdgeStep {
  from: number;
  to: number;
  operand: number;
  upstream: string;
  local: string;
  contribution: string;
  before: string;
  sum: string;
  sign: "+" | "\u2212" | "0";
  text: string;
}
