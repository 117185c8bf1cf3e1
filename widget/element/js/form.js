// A form's fields, by the names of `haochaping::form::field`: read, copied, and made into a rating as wire v1 has it.

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */
/** What wire v1 has of a rating.
 *  @typedef {{ticket: string, key?: string, visit?: string, level: string, indicators: string[], indicator_version: string,
 *    comment: string, anonymous: boolean, contact: {name: string, phone: string} | null, lang: string, via?: string,
 *    purpose?: string}} Rating */

/** @param {Field} field @returns {field is HTMLInputElement} */
const isChoice = (field) => /radio|checkbox/.test(field.type);
/** @param {Field} field */
const selectorOf = (field) => "[name=" + field.name + "]" + (isChoice(field) ? '[value="' + field.value + '"]' : "");

/** What a form holds now, for the app to go on with.
 *  @param {HTMLFormElement} form */
export function read(form) {
  /** @param {string} selector @returns {any} */
  const find = (selector) => form.querySelector(selector) || {};
  /** @param {string} name @returns {string} */
  const named = (name) => find("[name=" + name + "]").value || "";
  const level = find("[name=level]:checked").value || "";
  return {
    elder: form.classList.contains("hcp-elder"),
    prefix: "y" + named("key").slice(0, 6) + "-",
    lang: named("lang"),
    version: named("indicator_version"),
    level: level,
    indicators: Array.from(form.querySelectorAll("[name=indicator]:checked"), valueOf),
    comment: named("comment"),
    anonymous: find("[name=anonymous]").checked,
    name: named("contact_name"),
    phone: named("contact_phone"),
    more: find("[data-level=" + (level || "none") + "] .hcp-more").open,
    contact: find(".hcp-contact").open,
  };
}

/** @param {Element} field */
const valueOf = (field) => /** @type {HTMLInputElement} */ (field).value;

/** The rating that `fields` show, with what the server's form carries. What is not shown is not sent: options of other
 *  levels, contact data of an anonymous rating.
 *  @param {HTMLFormElement} form @param {HTMLElement} fields @returns {Rating} */
export function toRating(form, fields) {
  /** @param {HTMLElement} from @param {string} name @returns {string} */
  const value = (from, name) => /** @type {Field} */ (from.querySelector("[name=" + name + "]") || { value: "" }).value;
  /** @param {string} name */
  const checked = (name) => /** @type {HTMLInputElement | null} */ (fields.querySelector("[name=" + name + "]:checked"));
  const chosen = checked("level");
  const level = chosen ? chosen.value : "";
  const boxes = fields.querySelector("[data-level]") ? '[data-level="' + level + '"] ' : "";
  const name = value(fields, "contact_name");
  const phone = value(fields, "contact_phone");
  const ticket = form.dataset.ticket || "";
  /** @type {Rating} */
  const rating = {
    ticket: ticket,
    level: level,
    indicators: Array.from(fields.querySelectorAll(boxes + "[name=indicator]:checked"), valueOf),
    indicator_version: value(form, "indicator_version"),
    // NFC by the browser: the tables would be 48 KB in the app.
    comment: value(fields, "comment").normalize("NFC"),
    anonymous: !!checked("anonymous"),
    contact: checked("anonymous") || !(name + phone).trim() ? null : { name: name, phone: phone },
    lang: value(form, "lang"),
  };
  // Of a card the key is a visit, and stands for both.
  rating[ticket ? "key" : "visit"] = value(form, "key");
  if (value(form, "via")) rating.via = value(form, "via");
  if (value(fields, "purpose")) rating.purpose = value(fields, "purpose");
  return rating;
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
 *  @param {ParentNode} from @param {ParentNode} to */
export function copyValues(from, to) {
  to.querySelectorAll("input:not([type=hidden]),textarea,select").forEach((found) => {
    const field = /** @type {Field} */ (found);
    const source = /** @type {HTMLInputElement | null} */ (from.querySelector(selectorOf(field)));
    if (source) isChoice(field) ? (field.checked = source.checked) : (field.value = source.value);
  });
}
