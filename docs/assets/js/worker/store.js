/**
 * Keeps the image of Python for later visits, in Cache Storage. Storage may be full, denied or
 * spoilt: then there is no image, and Python starts as it does in a first visit.
 */

const CACHE = "python-image";
const DIGEST = "X-SHA-256";

// The worker's name holds a hash of all that goes into an image; browsers may differ in what they
// give to Python.
const KEY = `${import.meta.url}?${encodeURIComponent(navigator.userAgent)}`;

/** @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} */
export async function readImage() {
  try {
    const cache = await caches.open(CACHE);
    const stored = await cache.match(KEY);
    if (!stored) return undefined;
    const image = new Uint8Array(await stored.arrayBuffer());
    if ((await digest(image)) === stored.headers.get(DIGEST)) return image;
    await cache.delete(KEY);
    throw new Error("it is damaged");
  } catch (error) {
    console.warn("The stored image of Python is not used:", error);
    return undefined;
  }
}

/**
 * @param {Uint8Array<ArrayBuffer>} image
 * @param {boolean} replace what is stored already, for it has proved useless
 */
export async function storeImage(image, replace) {
  try {
    const cache = await caches.open(CACHE);
    if (!replace && (await cache.match(KEY))) return;
    for (const old of await cache.keys()) await cache.delete(old);
    const headers = { [DIGEST]: await digest(image) };
    await cache.put(KEY, new Response(image, { headers }));
  } catch (error) {
    console.warn("The image of Python is not stored:", error);
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
