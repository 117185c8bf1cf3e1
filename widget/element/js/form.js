// A form's fields, by the names of `haochaping::form::field`: read, copied, and made into a rating as wire v1 has it.

import { all, find, normalize, trim } from "./platform.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */
/** What wire v1 has of a rating.
 *  @typedef {{ticket: string, key?: string, visit?: string, level: string, indicators: string[], indicator_version: string,
 *    comment: string, anonymous: boolean, contact: {name: string, phone: string} | null, lang: string, via?: string,
 *    purpose?: string}} Rating */

/** @param {Field} field @returns {field is HTMLInputElement} */
const isChoice = (field) => field.type == "radio" || field.type == "checkbox";
/** @param {Field} field */
const selectorOf = (field) => "[name=" + field.name + "]" + (isChoice(field) ? '[value="' + field.value + '"]' : "");
/** @param {Field} field */
const valueOf = (field) => field.value;
/** @param {Element} from @param {string} name @returns {string} */
const valueIn = (from, name) => (find(from, "[name=" + name + "]") || { value: "" }).value;

/** The form's language; a property of this name is the form's field.
 *  @param {HTMLFormElement} form */
export const langOf = (form) => form.getAttribute("lang") || "";

/** In the form's live region.
 *  @param {HTMLFormElement} form @param {string | undefined} words */
export function say(form, words) {
  find(form, "[role=status]").textContent = words || "";
}

/** What a form holds now, for the app to go on with.
 *  @param {HTMLFormElement} form */
export function read(form) {
  const level = (find(form, "[name=level]:checked") || { value: "" }).value;
  /** @param {string} selector @returns {any} */
  const part = (selector) => find(form, selector) || {};
  return {
    elder: form.classList.contains("hcp-elder"),
    prefix: "y" + valueIn(form, "key").slice(0, 6) + "-",
    lang: valueIn(form, "lang"),
    version: valueIn(form, "indicator_version"),
    level: level,
    indicators: all(form, "[name=indicator]:checked", valueOf),
    comment: valueIn(form, "comment"),
    anonymous: part("[name=anonymous]").checked,
    name: valueIn(form, "contact_name"),
    phone: valueIn(form, "contact_phone"),
    more: part("[data-level=" + (level || "none") + "] .hcp-more").open,
    contact: part(".hcp-contact").open,
  };
}

/** The rating that `fields` show, with what the server's form carries. What is not shown is not sent: options of other
 *  levels, contact data of an anonymous rating.
 *  @param {HTMLFormElement} form @param {HTMLElement} fields @returns {Rating} */
export function toRating(form, fields) {
  /** @param {string} name */
  const checked = (name) => find(fields, "[name=" + name + "]:checked");
  const level = (checked("level") || { value: "" }).value;
  const boxes = find(fields, "[data-level]") ? '[data-level="' + level + '"] ' : "";
  const [name, phone, via, purpose] = [valueIn(fields, "contact_name"), valueIn(fields, "contact_phone"), valueIn(form, "via"), valueIn(fields, "purpose")];
  const ticket = form.dataset.ticket || "";
  /** @type {Rating} */
  const rating = {
    ticket: ticket,
    level: level,
    indicators: plain(all(fields, boxes + "[name=indicator]:checked", valueOf)),
    indicator_version: valueIn(form, "indicator_version"),
    // NFC by the browser: the tables would be 48 KB in the app.
    comment: normalize(valueIn(fields, "comment"), "NFC") || valueIn(fields, "comment"),
    anonymous: !!checked("anonymous"),
    contact: checked("anonymous") || !trim(name + phone) ? null : plain({ name: name, phone: phone }),
    lang: valueIn(form, "lang"),
  };
  // Of a card the key is a visit, and stands for both.
  rating[ticket ? "key" : "visit"] = valueIn(form, "key");
  if (via) rating.via = via;
  if (purpose) rating.purpose = purpose;
  return plain(rating);
}

/** With no other JSON form than its members, whatever a page gave to all objects.
 *  @template {object} T @param {T} value @returns {T} */
function plain(value) {
  /** @type {any} */ (value).toJSON = undefined;
  return value;
}

/** Where the focus is in a form, so that it can be put on the same field of another.
 *  @param {HTMLFormElement} form */
export function readFocus(form) {
  const active = /** @type {Field | null} */ (/** @type {Document} */ (form.getRootNode()).activeElement);
  if (!active || !form.contains(active)) return null;
  const start = isChoice(active) ? null : active.selectionStart;
  const selector = active.name ? selectorOf(active) : active.localName;
  return { selector: selector, start: start, end: active.selectionEnd, top: active.scrollTop };
}

/** Copies what was chosen and typed between two forms with the same field names.
 *  @param {Element} from @param {Element} to */
export function copyValues(from, to) {
  all(to, "input:not([type=hidden]),textarea,select", (field) => {
    const source = find(from, selectorOf(field));
    if (source) isChoice(field) ? (field.checked = source.checked) : (field.value = source.value);
  });
}
