/**
 * Keeps the image of Python for later visits, in Cache Storage. Storage may be full, denied or
 * spoilt: then there is no image, and Python starts as it does in a first visit.
 */

import { VERSION, digestOf } from "./files.js";

const CACHE = "python-image";
const DIGEST = "X-SHA-256";

// An image is made of these files; and browsers may differ in what they give to Python.
const KEY = `${import.meta.url}?${VERSION}&${encodeURIComponent(navigator.userAgent)}`;

/** @returns {Promise<Uint8Array<ArrayBuffer> | undefined>} */
export async function readImage() {
  try {
    const cache = await caches.open(CACHE);
    const stored = await cache.match(KEY);
    if (!stored) return undefined;
    const image = new Uint8Array(await stored.arrayBuffer());
    if ((await digestOf(image)) === stored.headers.get(DIGEST)) return image;
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
    const headers = { [DIGEST]: await digestOf(image) };
    await cache.put(KEY, new Response(image, { headers }));
  } catch (error) {
    console.warn("The image of Python is not stored:", error);
  }
}
