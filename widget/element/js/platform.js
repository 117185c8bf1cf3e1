// What the scripts need of the platform, taken when they start: a page may put something else in its place later. What
// cannot be taken, as a list's own methods, the reading of a rating does without.

// Older engines have no `globalThis`, and servers that render portals no window.
const page = typeof window == "object" ? window : /** @type {Window & typeof globalThis} */ (globalThis);

export const { fetch, XMLHttpRequest, queueMicrotask, setTimeout, clearTimeout } = page;
export const { parse, stringify } = page.JSON;

/** A method as a function of what it is called on.
 *  @type {(type: any, name: string) => any} */
const taken = (type, name) => type && Function.prototype.call.bind(type.prototype[name]);
const querySelector = taken(page.Element, "querySelector");
const querySelectorAll = taken(page.Element, "querySelectorAll");
/** @type {(text: string, form: string) => string} */
export const normalize = taken(String, "normalize");
/** @type {(text: string) => string} */
export const trim = taken(String, "trim");
/** Posts a form as the browser does by itself, past every listener. @type {(form: HTMLFormElement) => void} */
export const postForm = taken(page.HTMLFormElement, "submit");

/** @type {(part: Element) => void} */
export const remove = taken(page.Element, "remove");
/** @type {(to: Element, ...parts: Node[]) => void} */
export const append = taken(page.Element, "append");

/** The first part of an element that `selector` names.
 *  @type {(root: Element, selector: string) => any} */
export const find = (root, selector) => querySelector(root, selector);

/** All parts of an element that `selector` names, changed; in a list of its own.
 *  @template R @param {Element} root @param {string} selector @param {(part: any) => R} change @returns {R[]} */
export const all = (root, selector, change) => each(querySelectorAll(root, selector), change);

/** What `change` makes of each of a list's.
 *  @template T, R @param {ArrayLike<T>} list @param {(one: T) => R} change @returns {R[]} */
export function each(list, change) {
  const out = [];
  for (let place = 0; place < list.length; place++) out[place] = change(list[place]);
  return out;
}

/** Listens for each of these events, named with spaces between.
 *  @param {EventTarget} target @param {string} names @param {(event: any) => unknown} listener
 *  @param {AddEventListenerOptions} [options] */
export const on = (target, names, listener, options) => each(names.split(" "), (name) => target.addEventListener(name, listener, options));
