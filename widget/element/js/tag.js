// One tag: what the collector sends behind the loader, with the form as nodes; puts the element where the tag stands.

/** An element as `["tag", {"attribute": "value"}, child, …]`; a text is a string.
 *  @typedef {[string, Record<string, string>, ...any[]]} Described */
/** What the collector puts into the script.
 *  @typedef {{collector: string, ticket: string, lang: string, is_asked: boolean, mode: string, theme: string, style: string, content: Described}} Given */

/** @param {Described | string} described @returns {Node} */
function build(described) {
  if (typeof described == "string") return document.createTextNode(described);
  const element = document.createElement(described[0]);
  Object.keys(described[1]).forEach((name) => element.setAttribute(name, described[1][name]));
  const into = /** @type {HTMLTemplateElement} */ (element).content || element;
  described.slice(2).forEach((child) => into.appendChild(build(child)));
  return element;
}

/** The form's language for a page's.
 *  @param {string} tag */
const languageFor = (tag) => (/^en/i.test(tag) ? "en" : /^zh.*(hant|tw|hk|mo)/i.test(tag) ? "zh-Hant" : "zh-Hans");

/** 26 random symbols: any page can have the script, so the key is made in this one. */
function newKey() {
  let key = "";
  crypto.getRandomValues(new Uint8Array(26)).forEach((byte) => (key += "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte & 31]));
  return key;
}

/** Puts the element behind the tag, or at the end of a page whose head has the tag.
 *  @param {Given} given */
function embed(given) {
  const tag = document.currentScript;
  const element = /** @type {import("./element.js").HaoChaPing} */ (document.createElement("hao-cha-ping"));
  const { collector, ticket, mode, theme } = given;
  /** @type {Record<string, string>} */
  const attributes = { collector, ticket, mode, theme, lang: given.is_asked ? given.lang : "" };
  Object.keys(attributes).forEach((name) => attributes[name] && element.setAttribute(name, attributes[name]));
  const page = document.documentElement.lang;
  // A page in another language than the tag thought asks for the form itself.
  if (given.is_asked || !page || languageFor(page) == given.lang) {
    const content = document.createDocumentFragment();
    const form = /** @type {HTMLElement} */ (build(given.content));
    content.append(build(["template", { "data-hcp": "" }, given.style]), form);
    if (form.dataset.hcpForm != null) form.prepend(build(["input", { type: "hidden", name: "key", value: newKey() }]));
    element._given = content;
  }
  const place = () => document.body.append(element);
  if (tag && tag.closest("body")) tag.after(element);
  else if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
}

embed(hcpGiven);

// A module for the types only.
export {};
