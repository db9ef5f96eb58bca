/** A page is a program: its blocks, from top to bottom. */

/** @import { PlaygroundElement as Block } from "./element.js" */

/** All blocks of the program that a block belongs to. @param {Block} block @returns {Block[]} */
export function allBlocks(block) {
  return [...(block.closest("article") ?? document).querySelectorAll("py-playground")];
}

/** What a run of a block runs: the blocks above it, then itself. @param {Block} block */
export function blocksUpTo(block) {
  const blocks = allBlocks(block);
  return blocks.slice(0, blocks.indexOf(block) + 1);
}

/** The rest of the program. @param {Block} block */
export function blocksBelow(block) {
  const blocks = allBlocks(block);
  return blocks.slice(blocks.indexOf(block) + 1);
}

/** In words, what a run of these blocks includes besides the last of them. @param {Block[]} blocks */
export function inWords(blocks) {
  const above = blocks.slice(0, -1);
  if (!above.length) return "";
  const count = above.length === 1 ? "the block above" : `the ${above.length} blocks above`;
  const edited = above.filter((block) => block.edited && !block.link);
  const foreign = above.filter((block) => block.link);
  return [count, ...inAll("your edits", edited), ...inAll("a link's code", foreign)].join(", ");
}

/**
 * @param {string} what
 * @param {Block[]} blocks
 */
function inAll(what, blocks) {
  return blocks.length ? [`with ${what} in ${blocks.map((block) => block.name).join(", ")}`] : [];
}
