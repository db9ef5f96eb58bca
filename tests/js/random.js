/** Numbers that look random and are the same each time: a failure can be looked at again. */

export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed;
  }

  /** From 0 up to 1. Mulberry32, by Tommy Ettinger. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to `end`, without it. @param {number} end */
  below(end) {
    return Math.floor(this.next() * end);
  }

  /**
   * @template T
   * @param {readonly T[]} choices
   */
  pick(choices) {
    return choices[this.below(choices.length)];
  }

  /**
   * A text of up to `length` of these pieces.
   * @param {number} length
   * @param {readonly string[]} pieces
   */
  text(length, pieces) {
    return Array.from({ length: this.below(length + 1) }, () => this.pick(pieces)).join("");
  }
}

/** What texts break on: quotes, escapes, line ends, characters of two UTF-16 units, markup. */
export const PIECES = ["a", "b", " ", "\n", "'", '"', "\\", "#", "0", "é", "数", "🙂", "<b>", "&", "\t"];
