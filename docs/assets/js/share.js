/**
 * Links that carry code: after "#code=", a list of [block, text], as JSON, deflated, in base64url.
 * Loaded when such a link is made or opened.
 */

const MARK = "#code=";
const MAX_LINK = 8000; // characters; what mail and messengers still take
const MAX_CODE = 200_000; // bytes that a link may unfold to

/**
 * @param {[block: string, text: string][]} codes
 * @returns {Promise<string>} rejects if the link would be too long, with words for the reader
 */
export async function makeLink(codes) {
  const bytes = new TextEncoder().encode(JSON.stringify(codes));
  const packed = await piped(bytes, new CompressionStream("deflate-raw"));
  const data = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""));
  const fragment = MARK + data.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const link = location.href.split("#")[0] + fragment;
  if (link.length > MAX_LINK) {
    throw new RangeError(`Too long for a link (${link.length} characters of ${MAX_LINK}): copy it`);
  }
  return link;
}

/** @type {{hash: string, codes: Promise<Map<string, string>>} | null} */
let last = null;

/**
 * The code in a fragment, by block.
 * @param {string} hash
 * @returns {Promise<Map<string, string>>} rejects if it cannot be read
 */
export function readLink(hash) {
  if (last?.hash !== hash) last = { hash, codes: read(hash.slice(MARK.length)) };
  return last.codes;
}

/**
 * @param {string} data what follows the mark
 * @returns {Promise<Map<string, string>>}
 */
async function read(data) {
  const text = atob(data.replaceAll("-", "+").replaceAll("_", "/"));
  const packed = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const bytes = await piped(packed, new DecompressionStream("deflate-raw"));
  /** @type {unknown} */
  const codes = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!Array.isArray(codes) || !codes.every(isCode)) throw new TypeError("not a list of codes");
  return new Map(codes);
}

/**
 * @param {unknown} entry
 * @returns {entry is [block: string, text: string]}
 */
function isCode(entry) {
  const texts = Array.isArray(entry) && entry.every((part) => typeof part === "string");
  return texts && entry.length === 2;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {CompressionStream | DecompressionStream} transform
 */
async function piped(bytes, transform) {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    size += value.length;
    if (size > MAX_CODE) throw new RangeError("more code than a link may hold");
    parts.push(value);
  }
}
