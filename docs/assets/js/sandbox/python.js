/** Python, seen from the page: a worker in its room, which is given the files that it asks for. */

import { checked } from "./checked.js";
import { BOOT, Files, PROGRAM, REST, WORKER } from "./files.js";
import { Room } from "./room.js";
import { readImage, storeImage } from "./store.js";

/** @import { FromPython, ToWorker } from "../messages.js" */

/** How many messages in a second (1000 ms) are a flood: the outbox sends some 200, see outbox.js. */
const FLOOD = 5000;

/** How long (ms) the first run has the processor for itself. */
const PAUSE = 1000;

/** How long (ms) the reader's own downloads have the line for themselves. */
const COURTESY = 3000;

/** @type {Room | null} what the workers of the visit have in common */
let room = null;
let warm = false; // it holds what makes starts fast
/** @type {Promise<Blob> | null} */
let rest = null;

export class Python {
  /** @type {MessagePort | null} */ #port = null;
  #ready = false;
  #ended = false;
  #stored = false; // there was an image of an earlier visit
  #second = 0; // when the last second began
  #heard = 0; // messages in it
  #files = new Files((progress) => this.#tell({ type: "progress", ...progress }));

  /** @param {(message: FromPython) => void} receive */
  constructor(receive) {
    this.receive = receive;
    this.#start().catch((error) => this.#lose(error.message));
  }

  /**
   * @param {ToWorker} message
   * @param {Transferable[]} transfer
   */
  post(message, transfer = []) {
    this.#port?.postMessage(message, transfer);
  }

  /** End it. What makes starts fast stays in the room. */
  end() {
    this.#ended = true;
    this.#files.stop();
    this.#port?.close();
    room?.empty();
  }

  async #start() {
    const here = (room ??= new Room());
    const image = warm ? undefined : await this.#furnish(here);
    if (this.#ended) return;
    const port = await this.#enter(here);
    if (this.#ended) return;
    this.#port = port;
    port.onmessage = ({ data }) => this.#take(data);
    port.onmessageerror = () => this.#take(null);
    this.post({ type: "start", image, rest: await rest }, image ? [image.buffer] : []);
  }

  /**
   * Bring what the first worker needs.
   * @param {Room} here
   * @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} the image of an earlier visit
   */
  async #furnish(here) {
    for (const name of [WORKER, PROGRAM]) this.#files.expect(name);
    const image = await readImage();
    this.#stored = Boolean(image);
    if (!image) BOOT.forEach((name) => this.#files.expect(name));
    await here.furnish(new Blob([await this.#files.take(WORKER)], { type: "text/javascript" }));
    return image;
  }

  /** @param {Room} here */
  async #enter(here) {
    try {
      return await here.worker((message) => this.#lose(message));
    } catch (error) {
      here.close(); // the next start is in a new one
      room = null;
      warm = false;
      throw error;
    }
  }

  /** @param {unknown} data */
  #take(data) {
    if (this.#ended) return;
    const message = checked(data);
    if (this.#isFlood()) this.#lose("it said too much at once");
    else if (!message) this.#lose("it said what cannot be understood");
    else if (message.type === "want") this.#give(message.name);
    else if (message.type === "ready") this.#becomeReady(message.made);
    else this.#tell(message);
  }

  /** The page has other things to do than to listen. */
  #isFlood() {
    const now = performance.now();
    if (now - this.#second > 1000) {
      this.#second = now;
      this.#heard = 0;
    }
    return ++this.#heard > FLOOD;
  }

  /** @param {boolean} made whether there is a new image of it */
  #becomeReady(made) {
    if (this.#ready) return;
    this.#ready = true;
    if (!warm) setTimeout(() => this.#offerRest(), COURTESY);
    warm = true;
    if (made) setTimeout(() => this.#keepImage(), PAUSE);
    this.#tell({ type: "ready" });
  }

  /** For later visits. The room has it, so that a first run need not wait until it has come here. */
  async #keepImage() {
    const image = await room?.image();
    if (image) await storeImage(image, this.#stored);
  }

  /** @param {string} name */
  async #give(name) {
    try {
      if (name === REST) this.post({ type: "file", name, content: await this.#rest() });
      else if (!this.#ready) {
        const content = await this.#files.take(name);
        this.post({ type: "file", name, content }, [content.buffer]);
      }
    } catch (error) {
      if (error instanceof Error) this.post({ type: "file", name, error: error.message });
    }
  }

  /** What is there before it is asked for interrupts no run. */
  #offerRest() {
    if (!this.#ended && !navigator.connection?.saveData) this.#give(REST);
  }

  async #rest() {
    rest ??= this.#files.take(REST).then((bytes) => new Blob([bytes]));
    try {
      return await rest;
    } catch (error) {
      rest = null; // so that it can be tried again
      throw error;
    }
  }

  /** @param {FromPython} message */
  #tell(message) {
    if (!this.#ended) this.receive(message);
  }

  /** @param {string} message */
  #lose(message) {
    this.#tell({ type: "lost", message });
  }
}
