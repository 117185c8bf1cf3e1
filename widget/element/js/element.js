// <hao-cha-ping>: shows the server's rating form, lets the Yew app take it over, and sends what a person has finished.
// Decides nothing about ratings. No eval, no inline style, no HTML sink. The build bundles it with the glue of
// wasm-bindgen into one file of ES2018, and puts VERSION and INTEGRITY in.

import { copyValues, read, readFocus, toRating } from "./form.js";
import { mount } from "./glue.js";
import { LIFE } from "./life.js";
import { heard } from "./outcome.js";
import { outboxOf } from "./outbox.js";
import { press } from "./receipt.js";
import { load, loaded, report } from "./start.js";

// Servers that render portals import the class too.
const Base = typeof HTMLElement == "function" ? HTMLElement : /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (Object));
const script = /** @type {HTMLScriptElement | null} */ (typeof document == "object" ? document.querySelector('script[src$="/haochaping.js"]') : null);
const HOME = script && script.src.replace(/\/(v1|v\/[^/]+)\/haochaping\.js$/, "");
// The last two are read where they are needed, and change nothing that stands.
const ATTRIBUTES = ["ticket", "card", "lang", "mode", "theme", "collector", "autofocus"];
const ANSWERS = "form[data-hcp-form],[data-hcp-notice]";

/** The form's language; a property of this name is the form's field.
 *  @param {HTMLFormElement} form */
const langOf = (form) => form.getAttribute("lang") || "";

export class HaoChaPing extends Base {
  static get observedAttributes() {
    return ATTRIBUTES.slice(0, 5);
  }

  constructor() {
    super();
    this._root = this.attachShadow({ mode: "open" });
    this._slot = document.createElement("slot");
    this._box = document.createElement("div");
    // There from the start, so that a screen reader hears what comes into it.
    this._live = document.createElement("p");
    this._live.className = "hcp-live";
    this._live.setAttribute("role", "status");
    this._root.append(this._slot, this._box, this._live);
    /** @type {import("./life.js").State} */
    this._state = "away";
    /** The server's form; also while the app stands in its place. @type {HTMLFormElement | null} */
    this._form = null;
    /** @type {import("./glue.js").Mounted | null} */
    this._app = null;
    /** Where the app stands. @type {HTMLElement | null} */
    this._place = null;
    /** What stands in the form's place. @type {HTMLElement | null} */
    this._end = null;
    /** The key of what was submitted here. @type {string | null} */
    this._sent = null;
    /** Style and content that came with the script. @type {DocumentFragment | null} */
    this._given = null;
    this._styled = this._composing = this._waiting = false;
    // Of several questions the last one's answer counts.
    this._nAsked = 0;
    this._onSubmit = this._submit.bind(this);
    /** @type {import("./outbox.js").Listener} */
    this._onHeard = (entry, outcome, body, isLate) => heard(this, entry, outcome, body, isLate);
    this.addEventListener("click", (event) => this._click(event.composedPath()[0], event));
    this.addEventListener("keydown", (event) => this._step(event.composedPath()[0], event));
    /** @param {Event} event */
    this._onCompose = (event) => {
      this._composing = event.type == "compositionstart";
      if (!this._composing && this._waiting) this._takeOver();
    };
  }

  /** Whether this may happen now; the table says what it leads to.
   *  @param {import("./life.js").Happening} happening */
  _may(happening) {
    const next = LIFE[this._state][happening];
    if (next) this._state = next;
    return !!next;
  }

  connectedCallback() {
    if (!this._may("connect")) return; // Moved in the page: everything stands.
    this._outbox = outboxOf(this._collector());
    if (document.readyState == "loading" && !this._given && !this._light()) {
      document.addEventListener("DOMContentLoaded", () => this._state == "asking" && this._begin(), { once: true });
    } else this._begin();
  }

  disconnectedCallback() {
    // A move disconnects and connects in one task; only what stays away is taken down.
    Promise.resolve().then(() => {
      if (!this.isConnected && this._may("leave")) this._leave();
    });
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (this._state == "away" || before == now) return;
    if (name == "theme") this._applyTheme();
    else if (/ticket|card/.test(name)) this._fetch(null);
    // A rating on its way and its end stay as they are, in the language that they were given in.
    else if (this._state == "open" || (this._state == "closed" && !this._end)) this._fetch(this._current());
  }

  /** @returns {HTMLElement | null} */
  _light() {
    return this.querySelector(ANSWERS);
  }

  _collector() {
    return (this.getAttribute("collector") || HOME || location.origin).replace(/\/$/, "");
  }

  _begin() {
    const light = this._light();
    if (light) {
      this._adoptStyle(document);
      this._answer(light);
    } else if (this._given) {
      this._adopt(this._given, null);
      this._given = null;
    } else this._fetch(null);
  }

  /** The path of what is rated; nothing without an attribute that names it. */
  _path() {
    const ticket = this.getAttribute("ticket");
    const token = ticket || this.getAttribute("card");
    return token && (ticket ? "/r/" : "/c/") + encodeURIComponent(token);
  }

  /** @param {ParentNode} from */
  _adoptStyle(from) {
    const style = /** @type {HTMLTemplateElement | null} */ (from.querySelector("style[data-hcp],template[data-hcp]"));
    if (!style || this._styled) return;
    this._styled = true;
    const text = (style.content || style).textContent || "";
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      this._root.adoptedStyleSheets = [sheet];
    } catch (error) {
      // Before Chrome 73 and Safari 16.4; a strict page shows the form without style then.
      const old = document.createElement("style");
      old.textContent = text;
      this._root.prepend(old);
    }
  }

  _applyTheme() {
    const theme = this.getAttribute("theme") || "light";
    [this, this._root].forEach((root) => root.querySelectorAll(".hcp").forEach((part) => part.setAttribute("data-theme", theme)));
  }

  /** A document of the collector; nothing is done with an answer that comes when the element is away.
   *  @param {string} method @param {string} url @param {string | null} body
   *  @param {(page: Document | null, status: number) => void} done */
  _request(method, url, body, done) {
    const request = new XMLHttpRequest();
    request.open(method, url);
    request.responseType = "document";
    request.timeout = 15000;
    request.onloadend = () => this._state != "away" && done(request.response, request.status);
    if (body) request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    request.send(body);
  }

  /** Fetches the form as a document and adopts its nodes: no HTML sink, so Trusted Types have nothing to refuse.
   *  @param {ParentNode | null} values Where what was entered so far is to be found.
   *  @param {() => void} [then] */
  _fetch(values, then) {
    const path = this._path();
    if (!path) return;
    /** @type {Record<string, string | null>} */
    const wanted = { lang: this.getAttribute("lang") || document.documentElement.lang, mode: this.getAttribute("mode"), style: "template" };
    const query = Object.keys(wanted).filter((name) => wanted[name]).map((name) => name + "=" + encodeURIComponent(wanted[name] || ""));
    const asked = ++this._nAsked;
    this._request("GET", this._collector() + path + "/form?" + query.join("&"), null, (page) => {
      if (asked != this._nAsked) return;
      if (page && this._adopt(page, values)) return then && then();
      const status = this._form && this._form.querySelector("[role=status]");
      if (status && this._form) status.textContent = this._form.dataset.failed || "";
      report(this._collector(), "form-unreachable");
      this._emit("hcp-error", { code: "unreachable" });
    });
  }

  /** Shows the content of a document or fragment; whether there is one.
   *  @param {ParentNode} page @param {ParentNode | null} values */
  _adopt(page, values) {
    const content = /** @type {HTMLElement | null} */ (page.querySelector(ANSWERS));
    if (!content) return false;
    this._unmount();
    this._adoptStyle(page);
    const node = document.importNode(content, true);
    if (values) copyValues(values, node);
    this._slot.remove();
    this._box.textContent = "";
    this._box.append(node);
    this._answer(node);
    return true;
  }

  /** The collector's answer stands in the page: a form, or why there is none.
   *  @param {HTMLElement} node */
  _answer(node) {
    const code = node.dataset.hcpNotice;
    this._end = this._sent = this._form = null;
    if (!code && this._may("form")) return this._show(/** @type {HTMLFormElement} */ (node));
    this._may("notice");
    this._applyTheme();
    if (code == "already-rated") this._emit("hcp-already-rated", {});
    else this._emit("hcp-error", { code: code });
  }

  /** A usable form is there.
   *  @param {HTMLFormElement} form */
  _show(form) {
    this._form = form;
    this._composing = false;
    this._applyTheme();
    form.addEventListener("submit", this._onSubmit);
    form.addEventListener("compositionstart", this._onCompose);
    form.addEventListener("compositionend", this._onCompose);
    if (!CSS.supports("selector(:has(*))")) form.querySelectorAll("details.hcp-options").forEach((part) => part.removeAttribute("open"));
    if (this.hasAttribute("autofocus")) /** @type {HTMLElement} */ (form.querySelector("[type=radio]")).focus();
    this._emit("hcp-ready", {});
    if (this._outbox) this._outbox.listen(this._onHeard);
    this._whenSeen(form);
  }

  /** Loads the app when the form is seen or used.
   *  @param {HTMLFormElement} form */
  _whenSeen(form) {
    // Loading again is nothing: there is one app for a page.
    const go = () => {
      if (watcher) watcher.disconnect();
      load(HOME || this._collector(), langOf(form)).then(() => this._takeOver(), () => 0);
    };
    const watcher = typeof IntersectionObserver == "function" && new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && go());
    ["focusin", "pointerdown"].forEach((name) => form.addEventListener(name, go, { once: true }));
    if (watcher) watcher.observe(form);
  }

  _takeOver() {
    const form = this._form;
    if (this._state != "open" || !form || this._app || langOf(form) != loaded()) return;
    this._waiting = this._composing;
    if (this._composing) return;
    this._place = document.createElement("div");
    this._place.hidden = true;
    this._box.append(this._place);
    try {
      this._app = mount(this._place, this, read(form));
    } catch (error) {
      this._place.remove();
      report(this._collector(), "mount");
    }
  }

  /** Called by the app when it is rendered: one step, with focus, caret and scroll kept. */
  _swap() {
    const [form, place] = [this._form, this._place];
    if (!form || !place) return;
    const focus = readFocus(form);
    const [subject, known] = [place, form].map((root) => /** @type {HTMLElement} */ (root.querySelector(".hcp-subject")));
    subject.append(...known.cloneNode(true).childNodes);
    copyValues(form, subject);
    this._slot.remove();
    form.remove();
    place.hidden = false;
    this._applyTheme();
    const field = focus && /** @type {HTMLTextAreaElement | null} */ (place.querySelector(focus.selector));
    if (!focus || !field) return;
    field.focus({ preventScroll: true });
    if (focus.start != null) field.setSelectionRange(focus.start, focus.end);
    field.scrollTop = focus.top;
  }

  /** Where the person's values are now. */
  _current() {
    return this._app ? this._place : this._form;
  }

  /** @param {EventTarget} target @param {Event} event */
  _click(target, event) {
    const pressed = /** @type {Element} */ (target);
    const button = /** @type {HTMLButtonElement | null} */ (pressed.closest("button[type=button]"));
    if (button) this._press(button);
    // From a fault to its field: ids in a shadow root are not the page's.
    const link = /** @type {HTMLAnchorElement | null} */ (pressed.closest('a[href^="#"]'));
    const field = link && /** @type {Document} */ (link.getRootNode()).getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const folded = field.closest("details:not([open])");
    if (folded) folded.setAttribute("open", "");
    field.focus();
  }

  /** @param {HTMLButtonElement} button */
  _press(button) {
    const section = /** @type {HTMLElement} */ (button.closest("section"));
    if (button.name == "dismiss") section.remove();
    else if (button.name == "again" && this._form && this._outbox) {
      this._live.textContent = this._form.dataset.sending || "";
      this._outbox.flush(true);
    } else press(button, section);
  }

  /** A switch has Tab and Space only: Tab goes through the levels one by one, as through the options.
   *  @param {EventTarget} target @param {KeyboardEvent} event */
  _step(target, event) {
    const root = this._current();
    if (event.key != "Tab" || !root || /** @type {HTMLInputElement} */ (target).name != "level") return;
    const levels = Array.from(root.querySelectorAll("[name=level]"));
    const field = levels[levels.indexOf(/** @type {Element} */ (target)) + (event.shiftKey ? -1 : 1)];
    if (!field) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (field).focus();
  }

  /** Without the app.
   *  @param {Event} event */
  _submit(event) {
    event.preventDefault();
    const form = this._form;
    if (!form || this._state != "open") return;
    const status = form.querySelector("[role=status]");
    if (status) status.textContent = form.dataset.sending || "";
    this._send();
  }

  /** Sends what the person has finished, by way of the outbox. */
  _send() {
    const fields = this._current();
    if (!this._form || !fields || !this._outbox || !this._may("submit")) return;
    const rating = toRating(this._form, fields);
    this._sent = rating.visit || rating.key || "";
    this._outbox.put({ id: this._sent, ticket: rating.ticket, body: JSON.stringify(rating) });
  }

  /** @param {string} name @param {object} detail */
  _emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: detail }));
  }

  _unmount() {
    const [app, place] = [this._app, this._place];
    this._app = null;
    if (app) app.destroy();
    if (app && place) place.remove();
  }

  /** Taken out of the page: the app goes, and what was typed goes back into the plain form. */
  _leave() {
    const [form, path] = [this._form, this._path()];
    if (this._outbox) this._outbox.unlisten(this._onHeard);
    if (this._app && this._place && form && !this._end) {
      copyValues(this._place, form);
      if (path && form.action.includes(path)) this.append(form);
    }
    this._unmount();
    if (!this._slot.isConnected) this._root.prepend(this._slot);
  }
}

ATTRIBUTES.forEach((name) => {
  const isFlag = name == "autofocus";
  Object.defineProperty(HaoChaPing.prototype, name, {
    /** @this {HaoChaPing} */
    get() {
      return isFlag ? this.hasAttribute(name) : this.getAttribute(name) || "";
    },
    /** @this {HaoChaPing} @param {any} value */
    set(value) {
      if (isFlag) this.toggleAttribute(name, !!value);
      else if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });
});

/** Makes the element known under its name, or another; once.
 *  @param {string} [name] */
export function define(name) {
  name = name || "hao-cha-ping";
  if (!customElements.get(name)) customElements.define(name, HaoChaPing);
}
