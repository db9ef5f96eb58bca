/** Characters that a reader would not see in code, or that change what is seen. */

/**
 * Controls, marks of direction, spaces other than the common one, and what is not drawn at all. Not
 * the selectors that make an emoji of the character before.
 */
const CHARACTER = String.raw`(?![\t\n \ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{DI}\p{Z}\u2800\u3164\uffa0]`;

/** @param {string} flags */
export function unseenPattern(flags) {
  return new RegExp(CHARACTER, flags);
}

/** What is shown in its place: its number, as Unicode writes it. @param {string} character */
export function codeOf(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
