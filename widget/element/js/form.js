// A form's fields, by the names of `haochaping::form::field`: read, copied, and made into a rating as wire v1 has it.

const isChoice = (field) => /radio|checkbox/.test(field.type);
const selectorOf = (field) => "[name=" + field.name + "]" + (isChoice(field) ? '[value="' + field.value + '"]' : "");

/** What a form holds now, for the app to go on with. */
export function read(form) {
  const find = (selector) => form.querySelector(selector) || {};
  const named = (name) => find("[name=" + name + "]").value || "";
  const level = find("[name=level]:checked").value || "";
  return {
    elder: form.classList.contains("hcp-elder"),
    prefix: "y" + named("key").slice(0, 6) + "-",
    lang: named("lang"),
    version: named("indicator_version"),
    level: level,
    indicators: Array.from(form.querySelectorAll("[name=indicator]:checked"), (box) => box.value),
    comment: named("comment"),
    anonymous: find("[name=anonymous]").checked,
    name: named("contact_name"),
    phone: named("contact_phone"),
    more: find("[data-level=" + (level || "none") + "] .hcp-more").open,
    contact: find(".hcp-contact").open,
  };
}

/** The rating that `fields` show, with what the server's form carries. What is not shown is not sent: options of other
 *  levels, contact data of an anonymous rating. */
export function toRating(form, fields) {
  const value = (from, name) => (from.querySelector("[name=" + name + "]") || { value: "" }).value;
  const checked = (name) => fields.querySelector("[name=" + name + "]:checked");
  const level = checked("level") ? checked("level").value : "";
  const boxes = fields.querySelector("[data-level]") ? '[data-level="' + level + '"] ' : "";
  const name = value(fields, "contact_name");
  const phone = value(fields, "contact_phone");
  const { ticket } = form.dataset;
  const rating = {
    ticket: ticket,
    level: level,
    indicators: Array.from(fields.querySelectorAll(boxes + "[name=indicator]:checked"), (box) => box.value),
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

/** Where the focus is in a form, so that it can be put on the same field of another. */
export function readFocus(form) {
  const active = form.getRootNode().activeElement;
  if (!active || !form.contains(active)) return null;
  const isText = !isChoice(active);
  const selector = active.name ? selectorOf(active) : active.localName;
  return { selector: selector, start: isText ? active.selectionStart : null, end: active.selectionEnd, top: active.scrollTop };
}

/** Copies what was chosen and typed between two forms with the same field names. */
export function copyValues(from, to) {
  to.querySelectorAll("input:not([type=hidden]),textarea,select").forEach((field) => {
    const source = from.querySelector(selectorOf(field));
    if (source) isChoice(field) ? (field.checked = source.checked) : (field.value = source.value);
  });
}
