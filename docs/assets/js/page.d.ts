/** What a page has that TypeScript does not know of. */

interface HTMLElementTagNameMap {
  "py-playground": import("./element.js").PlaygroundElement;
}

/** Chromium's alone. */
interface Navigator {
  readonly connection?: { readonly saveData: boolean };
}

/** The theme's, with instant navigation: it tells of every page that is shown. */
declare var document$: { subscribe(told: () => void): void } | undefined;
