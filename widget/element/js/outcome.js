// What became of a rating, and how the element shows it.

import { retreat, unmount } from "./app.js";
import { say } from "./form.js";
import { refuse } from "./glue.js";
import { all, find, postForm, remove } from "./platform.js";

/** @typedef {import("./element.js").HaoChaPing} Host */
/** @typedef {import("./outbox.js").Answer} Answer */

/** Hears of a rating on its way; true for an end that the person now sees.
 *  @param {Host} host @param {import("./outbox.js").Entry} entry @param {string} outcome @param {Answer | null} [body]
 *  @param {number} [isLate] Whether whoever sent it did not show its end.
 *  @returns {boolean} */
export function heard(host, entry, outcome, body, isLate) {
  const form = host._form;
  if (!form) return false;
  const isEnd = outcome != "later" && outcome != "waits";
  // Behind an end nothing is this form's affair any longer.
  const isOpen = host._state != "ended";
  const isSent = isOpen && entry.id == host._sent;
  const isOwn = isSent || (isOpen && !!entry.ticket && entry.ticket == form.dataset.ticket);
  // Another form of this page rated the same matter: the collector says what stands here now.
  if (outcome == "elsewhere") {
    if (isOwn && !isSent && host._may("changed")) host._ask();
    return false;
  }
  // No request gets out of this page, and the collector is there: the browser posts the form as it would without a script.
  if (outcome == "blocked") {
    if (isSent) (retreat(host), postForm(form));
    return false;
  }
  if (!isOwn && !isLate) return false;
  const said = body || {};
  if (outcome == "refused" && !isSent) {
    if (isOwn) reopen(host);
    put(host, "refused", /already-rated|expired|kept-too-long/.test(said.code || "") ? said.code : "other", said, entry.words);
  } else if (!isEnd) {
    if (isOwn) queued(host, entry, outcome);
  } else if (!isOwn) {
    put(host, "done", "late", said);
  } else if (outcome != "refused") {
    finish(host, "done", outcome, said);
    host._emit("hcp-rated", { receipt: said.receipt, outcome: outcome });
  } else if (said.code == "already-rated") {
    finish(host, said.code, "", said);
    host._emit("hcp-already-rated", {});
  } else refused(host, said);
  return isEnd;
}

/** It waits: written down, or in this page only.
 *  @param {Host} host @param {import("./outbox.js").Entry} entry @param {string} outcome */
function queued(host, entry, outcome) {
  const name = entry.kept ? "saved" : "unsaved";
  const [end, current] = [host._end, host._current()];
  if (end && end.dataset.end == name) return announce(host, end);
  if (!host._may("queued") || !current) return;
  current.hidden = true;
  replace(host, put(host, name, ""));
  if (outcome == "later") host._emit("hcp-rated", { receipt: "", outcome: "queued" });
}

/** The collector's last word.
 *  @param {Host} host @param {string} name @param {string} outcome @param {Answer} body */
function finish(host, name, outcome, body) {
  const [form, current] = [host._form, host._current()];
  if (!host._may("ended") || !form || !current) return;
  current.hidden = true;
  replace(host, put(host, name, outcome, body));
  unmount(host);
  remove(form);
  // What was written is not kept in the page any longer than it is needed.
  delete host._begun[host._shown];
  form.reset();
}

/** Back to the form, as it was left.
 *  @param {Host} host */
function reopen(host) {
  const current = host._current();
  if (!host._may("refused") || !current) return;
  if (host._end) remove(host._end);
  host._end = host._sent = null;
  current.hidden = false;
}

/** @param {Host} host @param {Answer} body */
function refused(host, body) {
  reopen(host);
  host._emit("hcp-error", { code: body.violations && body.violations.length ? "refused" : body.code });
  if (host._app) refuse(host._app, body);
  else askServer(host);
}

/** The plain form asks the server to say it: what is refused changes nothing there.
 *  @param {Host} host */
function askServer(host) {
  const form = /** @type {HTMLFormElement} */ (host._form);
  // A form that came with a script has no page token; one that the server gives to this page has.
  if (!form.elements.namedItem("page_token")) return host._ask(true, () => host._form && askServer(host));
  const fields = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  fields.append("fragment", "1");
  host._request("POST", form.action, fields.toString(), (page, code) => {
    if (!page || !host._adopt(page, host._current())) return say(form, code ? form.dataset.unclear : form.dataset.failed);
    const news = find(host._box, "[role=alert],[data-hcp-notice]");
    if (news) news.focus();
  });
}

/** One of the form's ends, filled and put behind the form or, of a rating of another time, before it.
 *  @param {Host} host @param {string} name @param {string} [outcome] @param {Answer} [body] @param {string} [words]
 *  @returns {HTMLElement} */
function put(host, name, outcome, body, words) {
  /** @type {Record<string, any>} */
  const values = { date: body && body.rated_on, words: words, ...body };
  const form = /** @type {HTMLFormElement} */ (host._form);
  const node = /** @type {HTMLElement} */ (document.importNode(find(form, '[data-hcp-end="' + name + '"]').content, true).firstChild);
  all(node, "[data-if]", (part) => part.getAttribute("data-if") == outcome || remove(part));
  all(node, "[data-fill]", (part) => {
    const value = values[part.getAttribute("data-fill") || ""] || "";
    if ("href" in part) part.href = value;
    else part.textContent = value;
  });
  all(node, ".hcp-buttons", (part) => part.removeAttribute("hidden"));
  node.dataset.end = name;
  host._box.prepend(node);
  host._applyTheme();
  announce(host, node);
  return node;
}

/** Has a screen reader say an end's title.
 *  @param {Host} host @param {HTMLElement} end */
function announce(host, end) {
  host._live.textContent = end.children[0].textContent;
}

/** @param {Host} host @param {HTMLElement} node */
function replace(host, node) {
  if (host._end) remove(host._end);
  host._end = node;
  node.focus();
}
