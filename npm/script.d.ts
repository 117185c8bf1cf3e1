/** Loaded for what it does: it defines the element, or speaks to the app around the page. */
export {};
