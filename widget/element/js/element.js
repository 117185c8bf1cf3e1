// <hao-cha-ping>: shows the server's rating form, lets the Yew app take it over, and sends what a person has finished.
// Decides nothing about ratings. No eval, no inline style, no HTML sink. The build bundles it with the glue of
// wasm-bindgen into one file of ES2018, and puts VERSION and INTEGRITY in.

import { mount } from "./glue.js";
import { copyValues, read, readFocus, toRating } from "./form.js";
import { outboxOf } from "./outbox.js";
import { press } from "./receipt.js";
import { load, loaded, report } from "./start.js";

// Servers that render portals import the class too.
const Base = typeof HTMLElement == "function" ? HTMLElement : Object;
const script = typeof document == "object" && document.querySelector('script[src$="/haochaping.js"]');
const HOME = script && script.src.replace(/\/(v1|v\/[^/]+)\/haochaping\.js$/, "");
// The last two are read where they are needed, and change nothing that stands.
const ATTRIBUTES = ["ticket", "card", "lang", "mode", "theme", "collector", "autofocus"];
const ANSWERS = "form[data-hcp-form],[data-hcp-notice]";

export class HaoChaPing extends Base {
  static get observedAttributes() {
    return ATTRIBUTES.slice(0, 5);
  }

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this._slot = document.createElement("slot");
    this._box = document.createElement("div");
    // There from the start, so that a screen reader hears what comes into it.
    this._live = document.createElement("p");
    this._live.className = "hcp-live";
    this._live.setAttribute("role", "status");
    this.shadowRoot.append(this._slot, this._box, this._live);
    this._onSubmit = this._submit.bind(this);
    this._onHeard = this._heard.bind(this);
    this.addEventListener("click", (event) => this._click(event.composedPath()[0], event));
    this.addEventListener("keydown", (event) => this._step(event.composedPath()[0], event));
    this._onCompose = (event) => {
      this._composing = event.type == "compositionstart";
      if (!this._composing && this._waiting) this._takeOver();
    };
  }

  connectedCallback() {
    if (this._alive) return; // Moved in the page: everything stands.
    this._alive = true;
    this._outbox = outboxOf(this._collector());
    if (document.readyState == "loading" && !this._light()) {
      document.addEventListener("DOMContentLoaded", () => this._alive && this._begin(), { once: true });
    } else this._begin();
  }

  disconnectedCallback() {
    // A move disconnects and connects in one task; only what stays away is taken down.
    Promise.resolve().then(() => {
      if (!this.isConnected) this._leave();
    });
  }

  attributeChangedCallback(name, before, now) {
    if (!this._alive || before == now || !this._form) return;
    if (name == "theme") this._applyTheme();
    else this._fetch(/ticket|card/.test(name) ? null : this._current());
  }

  _light() {
    return this.querySelector(ANSWERS);
  }

  _collector() {
    return (this.getAttribute("collector") || HOME || location.origin).replace(/\/$/, "");
  }

  _begin() {
    const light = this._light();
    if (!light) return this._fetch();
    this._adoptStyle(document);
    if (light.matches("form")) this._show(light);
    else this._notice(light);
  }

  /** The path of what is rated; nothing without an attribute that names it. */
  _path() {
    const ticket = this.getAttribute("ticket");
    const token = ticket || this.getAttribute("card");
    return token && (ticket ? "/r/" : "/c/") + encodeURIComponent(token);
  }

  _adoptStyle(from) {
    const style = from.querySelector("style[data-hcp],template[data-hcp]");
    if (!style || this._styled) return;
    this._styled = true;
    const text = (style.content || style).textContent;
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      this.shadowRoot.adoptedStyleSheets = [sheet];
    } catch (error) {
      // Before Chrome 73 and Safari 16.4; a strict page shows the form without style then.
      const old = document.createElement("style");
      old.textContent = text;
      this.shadowRoot.prepend(old);
    }
  }

  _applyTheme() {
    const theme = this.getAttribute("theme") || "light";
    [this, this.shadowRoot].forEach((root) => root.querySelectorAll(".hcp").forEach((part) => (part.dataset.theme = theme)));
  }

  _request(method, url, body, done) {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "document";
    request.timeout = 15000;
    request.onloadend = () => this._alive && done(request.response, request.status);
    if (body) request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    request.send(body);
  }

  /** Fetches the form as a document and adopts its nodes: no HTML sink, so Trusted Types have nothing to refuse. */
  _fetch(values) {
    const path = this._path();
    if (!path) return;
    const asked = { lang: this.getAttribute("lang") || document.documentElement.lang, mode: this.getAttribute("mode"), style: "template" };
    const query = Object.keys(asked).filter((name) => asked[name]).map((name) => name + "=" + encodeURIComponent(asked[name]));
    this._request("GET", this._collector() + path + "/form?" + query.join("&"), null, (page) => {
      const content = page && page.querySelector(ANSWERS);
      if (!content) {
        report(this._collector(), "form-unreachable");
        return this._emit("hcp-error", { code: "unreachable" });
      }
      this._unmount();
      this._adoptStyle(page);
      const node = document.importNode(content, true);
      if (values) copyValues(values, node);
      this._slot.remove();
      this._box.textContent = "";
      this._box.append(node);
      if (node.matches("form")) this._show(node);
      else this._notice(node);
    });
  }

  /** A usable form is there. */
  _show(form) {
    this._form = form;
    this._end = this._sent = null;
    this._composing = this._busy = false;
    this._applyTheme();
    form.addEventListener("submit", this._onSubmit);
    form.addEventListener("compositionstart", this._onCompose);
    form.addEventListener("compositionend", this._onCompose);
    if (!CSS.supports("selector(:has(*))")) form.querySelectorAll("details.hcp-options").forEach((part) => (part.open = false));
    if (this.hasAttribute("autofocus")) form.querySelector("[type=radio]").focus();
    this._emit("hcp-ready", {});
    this._outbox.listen(this._onHeard);
    this._whenSeen(form);
  }

  /** Loads the app when the form is seen or used. */
  _whenSeen(form) {
    // Loading again is nothing: there is one app for a page.
    const go = () => {
      if (watcher) watcher.disconnect();
      load(HOME || this._collector(), form.getAttribute("lang")).then(() => this._takeOver(), () => 0);
    };
    const watcher = typeof IntersectionObserver == "function" && new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && go());
    ["focusin", "pointerdown"].forEach((name) => form.addEventListener(name, go, { once: true }));
    if (watcher) watcher.observe(form);
  }

  _takeOver() {
    const form = this._form;
    if (!this._alive || !form || this._app || this._busy || this._end || form.getAttribute("lang") != loaded()) return;
    this._waiting = this._composing;
    if (this._composing) return;
    this._root = document.createElement("div");
    this._root.hidden = true;
    this._box.append(this._root);
    try {
      this._app = mount(this._root, this, read(form));
    } catch (error) {
      this._root.remove();
      report(this._collector(), "mount");
    }
  }

  /** Called by the app when it is rendered: one step, with focus, caret and scroll kept. */
  _swap() {
    const focus = readFocus(this._form);
    const subject = this._root.querySelector(".hcp-subject");
    subject.append(...this._form.querySelector(".hcp-subject").cloneNode(true).childNodes);
    copyValues(this._form, subject);
    this._slot.remove();
    this._form.remove();
    this._root.hidden = false;
    this._applyTheme();
    const field = focus && this._root.querySelector(focus.selector);
    if (!field) return;
    field.focus({ preventScroll: true });
    if (focus.start != null) field.setSelectionRange(focus.start, focus.end);
    field.scrollTop = focus.top;
  }

  /** Where the person's values are now. */
  _current() {
    return this._app ? this._root : this._form;
  }

  _click(target, event) {
    const button = target.closest("button[type=button]");
    if (button && button.name == "dismiss") button.closest("section").remove();
    else if (button && button.name == "again") this._live.textContent = this._form.dataset.sending, this._outbox.flush(true);
    else if (button) press(button);
    // From a fault to its field: ids in a shadow root are not the page's.
    const link = target.closest('a[href^="#"]');
    const field = link && link.getRootNode().getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const folded = field.closest("details:not([open])");
    if (folded) folded.open = true;
    field.focus();
  }

  /** A switch has Tab and Space only: Tab goes through the levels one by one, as through the options. */
  _step(target, event) {
    if (event.key != "Tab" || target.name != "level") return;
    const levels = Array.from(this._current().querySelectorAll("[name=level]"));
    const field = levels[levels.indexOf(target) + (event.shiftKey ? -1 : 1)];
    if (!field) return;
    event.preventDefault();
    field.focus();
  }

  /** Without the app. */
  _submit(event) {
    event.preventDefault();
    if (this._busy) return;
    this._form.querySelector("[role=status]").textContent = this._form.dataset.sending;
    this._send();
  }

  /** Sends what the person has finished, by way of the outbox. */
  _send() {
    this._busy = true;
    const rating = toRating(this._form, this._current());
    this._sent = rating.visit || rating.key;
    this._outbox.put({ id: this._sent, ticket: rating.ticket, body: JSON.stringify(rating) });
  }

  /** What became of a rating; true for an end that the person now sees. */
  _heard(entry, outcome, body, isLate) {
    const form = this._form;
    if (!form) return;
    const isEnd = outcome != "later" && outcome != "waits";
    const isSent = entry.id == this._sent;
    const isOwn = isSent || (entry.ticket && entry.ticket == form.dataset.ticket);
    if (!isOwn && !isLate) return;
    if (outcome == "refused" && !isSent) {
      if (this._end && isOwn) this._reopen();
      this._put("refused", /already-rated|expired|kept-too-long/.test(body.code) ? body.code : "other", body, entry.words);
    } else if (!isOwn) this._put("done", "late", body);
    else if (!isEnd) this._queued(entry, outcome);
    else if (outcome != "refused") {
      this._finish("done", outcome, body);
      this._emit("hcp-rated", { receipt: body.receipt, outcome: outcome });
    } else if (body.code == "already-rated") {
      this._finish(body.code, "", body);
      this._emit("hcp-already-rated", {});
    } else this._refused(body);
    return isEnd;
  }

  /** It waits: written down, or in this page only. */
  _queued(entry, outcome) {
    const name = entry.kept ? "saved" : "unsaved";
    if (this._end && this._end.dataset.end == name) return (this._live.textContent = this._end.firstChild.textContent);
    this._current().hidden = true;
    this._replace(this._put(name, ""));
    if (outcome == "later") this._emit("hcp-rated", { receipt: "", outcome: "queued" });
  }

  /** The collector's last word. */
  _finish(name, outcome, body) {
    // What was written is not kept in the page any longer than it is needed.
    this._form.reset();
    this._current().hidden = true;
    this._replace(this._put(name, outcome, body));
    this._unmount();
    this._form.remove();
  }

  /** Back to the form, as it was left. */
  _reopen() {
    if (this._end) this._end.remove();
    this._end = null;
    this._busy = false;
    this._current().hidden = false;
  }

  _refused(body) {
    this._reopen();
    this._emit("hcp-error", { code: body.violations && body.violations.length ? "refused" : body.code });
    if (this._app) return this._app.refuse(body);
    // The plain form asks the server to say it: what is refused changes nothing there.
    const form = this._form;
    const fields = new URLSearchParams(new FormData(form));
    fields.append("fragment", "1");
    this._request("POST", form.action, fields.toString(), (page, code) => {
      const content = page && page.querySelector(ANSWERS);
      if (!content) return (form.querySelector("[role=status]").textContent = code ? form.dataset.unclear : form.dataset.failed);
      const node = document.importNode(content, true);
      form.replaceWith(node);
      if (node.matches("form")) this._show(node);
      else this._notice(node);
      (node.querySelector("[role=alert]") || node).focus();
    });
  }

  /** One of the form's ends, filled and put behind the form or, of a rating of another time, before it. */
  _put(name, outcome, body, words) {
    const values = Object.assign({ date: body && body.rated_on, words: words }, body);
    const node = document.importNode(this._form.querySelector('[data-hcp-end="' + name + '"]').content, true).firstChild;
    node.querySelectorAll("[data-if]").forEach((part) => part.dataset.if == outcome || part.remove());
    node.querySelectorAll("[data-fill]").forEach((part) => {
      const value = values[part.dataset.fill] || "";
      part.href ? (part.href = value) : (part.textContent = value);
    });
    node.querySelectorAll(".hcp-buttons").forEach((part) => (part.hidden = false));
    node.dataset.end = name;
    this._box.prepend(node);
    this._applyTheme();
    this._live.textContent = node.firstChild.textContent;
    return node;
  }

  _replace(node) {
    if (this._end) this._end.remove();
    this._end = node;
    node.focus();
  }

  /** The server's answer is no form: tells the page what the person has learned. */
  _notice(node) {
    this._form = null;
    this._applyTheme();
    const code = node.dataset.hcpNotice;
    if (code == "already-rated") this._emit("hcp-already-rated", {});
    else this._emit("hcp-error", { code: code });
  }

  _emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: detail }));
  }

  _unmount() {
    if (!this._app) return;
    const app = this._app;
    this._app = null;
    app.destroy();
    this._root.remove();
  }

  /** Taken out of the page: the app goes, and what was typed goes back into the plain form. */
  _leave() {
    this._alive = false;
    this._outbox.unlisten(this._onHeard);
    if (this._app && !this._end) {
      copyValues(this._root, this._form);
      if (this._form.action.includes(this._path())) this.append(this._form);
    }
    this._unmount();
    if (!this._slot.isConnected) this.shadowRoot.prepend(this._slot);
  }
}

ATTRIBUTES.forEach((name) => {
  const isFlag = name == "autofocus";
  Object.defineProperty(HaoChaPing.prototype, name, {
    get() {
      return isFlag ? this.hasAttribute(name) : this.getAttribute(name) || "";
    },
    set(value) {
      if (isFlag) this.toggleAttribute(name, !!value);
      else if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
});

/** Makes the element known under its name, or another; once. */
export function define(name) {
  name = name || "hao-cha-ping";
  if (!customElements.get(name)) customElements.define(name, HaoChaPing);
}
