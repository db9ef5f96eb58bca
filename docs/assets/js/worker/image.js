/**
 * An image of Python as it is right after a start: its memory and the files that were installed,
 * in one array of bytes. Three quarters of the memory is zeros, and left out.
 *
 * Layout: the length of the head (4 bytes); the head, JSON; the pages of memory that are not
 * zeros; the files.
 */

const PAGE = 4096; // bytes

/**
 * @typedef {[path: string, content: Uint8Array]} File
 * @typedef {[start: number, end: number]} Range in bytes
 *
 * @typedef {object} Head
 * @property {number} length                         of the memory
 * @property {Range[]} runs                          where the memory is not all zeros
 * @property {[path: string, size: number][]} sizes  of the files
 */

/**
 * @param {Uint8Array} memory
 * @param {File[]} files
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function pack(memory, files) {
  const runs = filledRuns(memory);
  const sizes = files.map(([path, content]) => [path, content.length]);
  const head = new TextEncoder().encode(JSON.stringify({ length: memory.length, runs, sizes }));
  const parts = [
    ...runs.map(([start, end]) => memory.subarray(start, end)),
    ...files.map(([, content]) => content),
  ];
  const image = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 4 + head.length));
  new DataView(image.buffer).setUint32(0, head.length);
  image.set(head, 4);
  let offset = 4 + head.length;
  for (const part of parts) {
    image.set(part, offset);
    offset += part.length;
  }
  return image;
}

/**
 * @param {Uint8Array} image
 * @returns {{memory: Uint8Array, files: File[]}}
 */
export function unpack(image) {
  let offset = new DataView(image.buffer, image.byteOffset).getUint32(0) + 4;
  const take = (/** @type {number} */ size) => image.subarray(offset, (offset += size));
  /** @type {Head} */
  const { length, runs, sizes } = JSON.parse(new TextDecoder().decode(image.subarray(4, offset)));
  const memory = new Uint8Array(length);
  for (const [start, end] of runs) memory.set(take(end - start), start);
  return { memory, files: sizes.map(([path, size]) => [path, take(size)]) };
}

/** Where the memory is not all zeros. @param {Uint8Array} memory */
function filledRuns(memory) {
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
  const step = PAGE >> 2;
  /** @type {Range[]} */
  const runs = [];
  for (let start = 0; start < words.length; start += step) {
    const end = Math.min(start + step, words.length);
    let at = start;
    while (at < end && !words[at]) at++;
    if (at === end) continue;
    const last = runs.at(-1);
    if (last?.[1] === start << 2) last[1] = end << 2;
    else runs.push([start << 2, end << 2]);
  }
  return runs;
}
