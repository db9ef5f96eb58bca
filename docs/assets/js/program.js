/** A page is a program: its blocks, from top to bottom. */

/** @import { PlaygroundElement as Block } from "./element.js" */

/** All blocks of the program that a block belongs to. @param {Block} block @returns {Block[]} */
export function allBlocks(block) {
  return [...(block.closest("article") ?? document).querySelectorAll("py-playground")];
}

/**
 * What a run of a block runs: the blocks above it, then itself. An exercise stands apart, unless it
 * says that blocks below use it.
 * @param {Block} block
 */
export function blocksUpTo(block) {
  const blocks = allBlocks(block);
  const above = blocks.slice(0, blocks.indexOf(block));
  return [...above.filter((other) => !other.apart), block];
}

/** The rest of the program. @param {Block} block */
export function blocksBelow(block) {
  const blocks = allBlocks(block);
  return blocks.slice(blocks.indexOf(block) + 1).filter((other) => !other.apart);
}

/** What these blocks, of which the last is the one that is run, are to Python. @param {Block[]} blocks */
export function cellsOf(blocks) {
  return blocks.map((block, place) => (place < blocks.length - 1 ? block.cellAbove : block.cell));
}

/** In words, what a run of these blocks includes besides the last of them. @param {Block[]} blocks */
export function inWords(blocks) {
  const above = blocks.slice(0, -1);
  if (!above.length) return "";
  const count = above.length === 1 ? "the block above" : `the ${above.length} blocks above`;
  const answered = (/** @type {boolean} */ own) => above.filter(({ answer }) => answer?.own === own);
  return [
    count,
    ...inAll("your edits in", above.filter((block) => block.edited && !block.link && !block.answer)),
    ...inAll("a link's code in", above.filter((block) => block.link)),
    ...inAll("your answer to", answered(true)),
    ...inAll("the solution to", answered(false)),
  ].join(", ");
}

/**
 * @param {string} what
 * @param {Block[]} blocks
 */
function inAll(what, blocks) {
  return blocks.length ? [`with ${what} ${blocks.map((block) => block.name).join(", ")}`] : [];
}
