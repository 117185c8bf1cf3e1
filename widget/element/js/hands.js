// What hands do in the form: buttons, links to faulty fields, keys.

import { all, remove } from "./platform.js";
import { press } from "./receipt.js";

/** @typedef {import("./element.js").HaoChaPing} Host */

/** @param {Host} host @param {Event} event */
export function click(host, event) {
  const target = /** @type {Element} */ (event.composedPath()[0]);
  const button = /** @type {HTMLButtonElement | null} */ (target.closest("button[type=button]"));
  if (button) pressed(host, button);
  // From a fault to its field: ids in a shadow root are not the page's.
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest('a[href^="#"]'));
  const field = link && /** @type {Document} */ (link.getRootNode()).getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const folded = field.closest("details:not([open])");
  if (folded) folded.setAttribute("open", "");
  field.focus();
}

/** @param {Host} host @param {HTMLButtonElement} button */
function pressed(host, button) {
  const section = /** @type {HTMLElement} */ (button.closest("section"));
  if (button.name == "dismiss") remove(section);
  else if (button.name == "again" && host._form && host._outbox) {
    host._live.textContent = host._form.dataset.sending || "";
    host._outbox.flush(true);
  } else press(button, section);
}

/** A switch has Tab and Space only: Tab goes through the levels one by one, as through the options.
 *  @param {Element | null} root @param {KeyboardEvent} event */
export function step(root, event) {
  const target = /** @type {HTMLInputElement} */ (event.composedPath()[0]);
  if (event.key != "Tab" || !root || target.name != "level") return;
  const levels = all(root, "[name=level]", (level) => level);
  const field = levels[levels.indexOf(target) + (event.shiftKey ? -1 : 1)];
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** What is typed into a text is no shortcut of the page's. Escape and the function keys are no text.
 *  @param {KeyboardEvent} event */
export function keep(event) {
  const { type } = /** @type {HTMLInputElement} */ (event.composedPath()[0]);
  if (/^te(xt|l)/.test(type) && !/^(Esc|Tab|F\d)/.test(event.key)) event.stopPropagation();
}
