/** A page is a program: its blocks, from top to bottom. */

/** The blocks of the program that `element` belongs to, up to and with it. */
export function blocksUpTo(element) {
  const blocks = [...(element.closest("article") ?? document).querySelectorAll("py-playground")];
  return blocks.slice(0, blocks.indexOf(element) + 1);
}
