/** The frame that Python's worker is made in, see frame.html; and its workers, one at a time. */

import { make } from "../dom.js";
import FRAME from "./frame.html";

/** @import { FromRoom } from "../messages.js" */

/** A frame that does not answer within this time (ms) has died, as by a lack of memory. */
const ANSWER = 5000;

/** What is said where the browser gives no reason. */
const NOTHING = "its worker has ended";

export class Room {
  #frame = /** @type {HTMLIFrameElement} */ (
    make("iframe", { sandbox: "allow-scripts", srcdoc: FRAME, hidden: true, title: "Python" })
  );
  #loaded = new Promise((resolve) => {
    this.#frame.addEventListener("load", resolve, { once: true });
  });

  /** @type {MessagePort | null} to the frame, about the worker that it has */ #port = null;
  /** @type {(image: Uint8Array<ArrayBuffer> | undefined) => void} */ #give = () => {};

  constructor() {
    document.documentElement.append(this.#frame);
  }

  /** @param {Blob} program of the workers */
  async furnish(program) {
    await this.#loaded;
    this.#send(program);
  }

  /**
   * A new worker, in the place of the one before.
   * @param {(message: string) => void} onLost told when it ends by an error of its own
   * @returns {Promise<MessagePort>} what speaks to it; rejects if the room has died
   */
  worker(onLost) {
    const toWorker = new MessageChannel();
    const toRoom = new MessageChannel();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("its frame does not answer")), ANSWER);
      /** @param {MessageEvent<FromRoom>} event */
      toRoom.port1.onmessage = ({ data }) => {
        clearTimeout(late);
        if (data.type === "made") resolve(toWorker.port1);
        else if (data.type === "image") this.#give(data.image);
        else onLost(data.message ?? NOTHING);
      };
      this.#port = toRoom.port1;
      this.#send(null, toWorker.port2, toRoom.port2);
    });
  }

  /** The image that the frame keeps; a worker gives it before it runs anybody's code. */
  image() {
    return new Promise((resolve) => {
      this.#give = resolve;
      this.#port?.postMessage(null);
    });
  }

  /** End the worker. */
  empty() {
    this.#send(null);
  }

  /** Be gone, with all that was kept. */
  close() {
    this.#frame.remove();
  }

  /**
   * @param {Blob | null} program
   * @param {...MessagePort} ports
   */
  #send(program, ...ports) {
    // An origin that is none has no name by which it could be addressed.
    this.#frame.contentWindow?.postMessage(program, "*", ports);
  }
}
