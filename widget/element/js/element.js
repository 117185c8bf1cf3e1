// <hao-cha-ping>: shows the server's rating form, lets the Yew app take it over, and sends what a person has finished.
// Decides nothing about ratings. No eval, no inline style, no HTML sink. The build bundles it with the glue of
// wasm-bindgen into one file of ES2018, and puts VERSION and INTEGRITY in.

import { retreat, swap, takeOver, unmount } from "./app.js";
import { ask } from "./ask.js";
import { copyValues, langOf, say, toRating } from "./form.js";
import { click, keep, step } from "./hands.js";
import { LIFE } from "./life.js";
import { heard } from "./outcome.js";
import { outboxOf } from "./outbox.js";
import { all, append, each, find, on, postForm, remove, setTimeout, stringify } from "./platform.js";
import { complain, load, report } from "./start.js";

// Servers that render portals import the class too.
const Base = typeof HTMLElement == "function" ? HTMLElement : /** @type {typeof HTMLElement} */ (/** @type {unknown} */ (Object));
const FILE = /\/(v1|v\/[^/]+)\/haochaping\.js([?#].*)?$/;
/** The collector that this script came from; nothing if it is a copy that somebody else serves. */
let HOME = "";
if (typeof document == "object") each(document.scripts, ({ src }) => FILE.test(src) && (HOME = HOME || src.replace(FILE, "")));
// Beside `autofocus`, which every element has.
const ATTRIBUTES = ["ticket", "card", "lang", "mode", "theme", "collector"];
const ANSWERS = "form[data-hcp-form],[data-hcp-notice]";
/** How long an answer may take; and until something is known of a rating, after a store and a first request. */
const LIMIT = 15000;

export class HaoChaPing extends Base {
  static get observedAttributes() {
    return ATTRIBUTES;
  }

  constructor() {
    super();
    this._slot = document.createElement("slot");
    this._box = document.createElement("div");
    // There from the start, so that a screen reader hears what comes into it.
    this._live = document.createElement("p");
    this._live.className = "hcp-live";
    this._live.setAttribute("role", "status");
    // Last: from now on the page's own link is seen by the slot only.
    this._root = this.attachShadow({ mode: "open" });
    this._root.append(this._slot, this._box, this._live);
    /** @type {import("./life.js").State} */
    this._state = "away";
    /** The server's form; also while the app stands in its place. @type {HTMLFormElement | null} */
    this._form = null;
    /** The app, as the glue knows it. @type {number | null} */
    this._app = null;
    /** Where the app stands. @type {HTMLElement | null} */
    this._place = null;
    /** What stands in the form's place. @type {HTMLElement | null} */
    this._end = null;
    /** The key of what was submitted here. @type {string | null} */
    this._sent = null;
    /** Style and content that came with the script. @type {DocumentFragment | null} */
    this._given = null;
    /** Forms that a person may have begun, by what they are about. @type {Record<string, Element>} */
    this._begun = {};
    /** What the form is about. */
    this._shown = "";
    /** Whether the app is what the person sees; whether the browser submits by itself, since something failed here. */
    this._isLive = this._isPlain = false;
    /** @type {ReturnType<typeof outboxOf> | undefined} */
    this._outbox = undefined;
    this._waiting = false;
    // Of several questions the last one's answer counts.
    this._nAsked = 0;
    this._cut = () => {};
    /** @type {import("./outbox.js").Listener} */
    this._onHeard = this._guarded((entry, outcome, body, isLate) => heard(this, entry, outcome, body, isLate));
    this._onOnline = this._guarded(() => this._may("online") && this._ask());
    on(this, "click", this._guarded((event) => click(this, event)));
    // FastClick takes the presses of every element that does not say so, and the form would be deaf.
    on(this, "touchstart", () => this.classList.add("needsclick"), { passive: true });
    on(this, "keydown", this._guarded((event) => step(this._current(), event)));
    const onCompose = this._guarded((event) => {
      this._composing = event.type == "compositionstart";
      if (!this._composing && this._waiting) takeOver(this);
    });
    const onSubmit = this._guarded((event) => this._submit(event));
    // An app that does nothing is dead too: every level has options.
    const look = this._guarded(() => this._isLive && find(this._box, "[name=level]:checked") && !find(this._box, "[name=indicator]") && this._fail("silent", "died"));
    on(this._box, "change", () => setTimeout(look, 300));
    each([this, this._box], (part) => {
      on(part, "keydown keypress keyup", keep);
      on(part, "submit", onSubmit);
      on(part, "compositionstart compositionend", onCompose);
    });
  }

  /** Whether this may happen now; the table says what it leads to.
   *  @param {import("./life.js").Happening} happening */
  _may(happening) {
    const next = LIFE[this._state][happening];
    if (next) this._state = next;
    return next;
  }

  /** A listener behind which nothing that fails reaches the person.
   *  @template {any[]} T, R @param {(...given: T) => R} listener @returns {(...given: T) => R | undefined} */
  _guarded(listener) {
    return (...given) => {
      try {
        return listener(...given);
      } catch (error) {
        this._isPlain = true;
        this._fail(error, "died");
      }
    };
  }

  /** Whatever it was: the plain form goes on, with what the person sees now. If they have sent it already and see nothing of what
   *  became of it, the browser takes it to the collector, which knows.
   *  @param {unknown} error @param {string} code */
  _fail(error, code) {
    try {
      retreat(this);
      report(this._collector(), code, " " + error);
    } catch (error) {
      // The rest is done all the same.
    }
    const form = this._form;
    if (this._isPlain && form && (this._state == "sending" || (this._sent && !this._end))) (append(this._box, form), postForm(form));
    else if (this._state == "asking" && this._may("unreachable")) this._emit("hcp-error", { code: code });
  }

  connectedCallback() {
    if (!this._may("connect")) return; // Moved in the page: everything stands.
    this._guarded(() => {
      // What was set before the class was known hides what the class does with it.
      each(ATTRIBUTES, (name) => {
        const found = Object.getOwnPropertyDescriptor(this, name);
        if (!found || !delete (/** @type {any} */ (this)[name])) return;
        /** @type {any} */ (this)[name] = found.value;
      });
      on(window, "online", this._onOnline);
      const begin = this._guarded(() => this._state == "asking" && this._begin());
      if (document.readyState == "loading" && !this._given && !this._light()) on(document, "DOMContentLoaded", begin, { once: true });
      else begin();
    })();
  }

  disconnectedCallback() {
    // A move disconnects and connects in one task; only what stays away is taken down.
    const leave = this._guarded(() => !this.isConnected && this._may("leave") && this._leave());
    (async () => (await null, leave()))();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (this._state == "away" || before == now) return;
    this._guarded(() => {
      if (name == "theme") this._applyTheme();
      else if (name == "ticket" || name == "card") this._may("named") && (this._clear(), this._ask());
      // A rating on its way and its end stay as they are, in the language that they were given in.
      else if (this._may("changed")) this._ask(true);
    })();
  }

  /** @returns {HTMLElement | null} */
  _light() {
    return this.querySelector(ANSWERS);
  }

  /** As the page names it, or where the script or the form came from; nothing where none of them is known. */
  _collector() {
    const form = this._form;
    return (this.getAttribute("collector") || HOME || (form ? form.action.replace(/\/[rc]\/[^/]*$/, "") : "")).replace(/\/$/, "");
  }

  _begin() {
    const light = this._light();
    if (light) {
      this._adoptStyle(document);
      this._answer(light);
    } else if (this._given) {
      this._adopt(this._given, null);
      this._given = null;
    } else this._ask();
  }

  /** The path of what is rated; nothing without an attribute that names it. */
  _path() {
    const ticket = this.getAttribute("ticket");
    const token = ticket || this.getAttribute("card");
    return token && (ticket ? "/r/" : "/c/") + encodeURIComponent(token);
  }

  /** @param {Document | DocumentFragment} from */
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
    each([this, this._box], (root) => all(root, ".hcp", (part) => part.setAttribute("data-theme", theme)));
  }

  /** A document of the collector, for the last question only.
   *  @param {string} method @param {string} url @param {string | null} body
   *  @param {(page: Document | null, status: number) => void} done */
  _request(method, url, body, done) {
    const number = this._stopAsking();
    const type = body && "application/x-www-form-urlencoded";
    this._cut = ask(
      method, url, type, body, "document", LIMIT,
      this._guarded(({ response, status }) => number == this._nAsked && done(response && response.querySelector ? response : null, status))
    );
  }

  /** No answer that is still to come counts any longer. */
  _stopAsking() {
    const number = ++this._nAsked;
    this._cut();
    return number;
  }

  /** Fetches the form and adopts its nodes.
   *  @param {boolean} [keeps] Whether what was entered by then goes into the new form.
   *  @param {() => void} [then] */
  async _ask(keeps, then) {
    const number = this._stopAsking();
    // Attributes that change together make one question.
    await null;
    if (number == this._nAsked) this._guarded(() => this._askNow(keeps, then))();
  }

  /** @param {boolean} [keeps] @param {() => void} [then] */
  _askNow(keeps, then) {
    const [path, collector] = [this._path(), this._collector()];
    const fault = path ? (collector ? "" : "no-collector") : "no-ticket";
    if (fault || !path) {
      if (!this._may("unnamed")) return;
      complain(fault);
      return this._emit("hcp-error", { code: fault });
    }
    /** @param {string} name @param {string} other */
    const asked = (name, other) => ((other = this.getAttribute(name) || other) ? name + "=" + encodeURIComponent(other) + "&" : "");
    // In this order: a page's preload has the same address.
    const query = asked("lang", document.documentElement.lang) + asked("mode", "");
    this._request("GET", collector + path + "/form?" + query + "style=template", null, (page) => {
      if (page && this._adopt(page, keeps ? this._current() : this._begun[path])) return then && then();
      const form = this._form;
      if (form) say(form, form.dataset.failed);
      report(collector, "form-unreachable");
      this._may("unreachable");
      this._emit("hcp-error", { code: "unreachable" });
    });
  }

  /** Shows the content of a document or fragment; whether there is one.
   *  @param {Document | DocumentFragment} page @param {Element | null} values */
  _adopt(page, values) {
    const content = /** @type {HTMLElement | null} */ (page.querySelector(ANSWERS));
    if (!content) return false;
    unmount(this);
    this._adoptStyle(page);
    const node = document.importNode(content, true);
    if (values) copyValues(values, node);
    this._box.textContent = "";
    append(this._box, node);
    this._answer(node);
    remove(this._slot);
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
    this._shown = String(this._path());
    this._composing = false;
    this._applyTheme();
    if (!CSS.supports("selector(:has(*))")) all(form, "details.hcp-options", (part) => part.removeAttribute("open"));
    if (this.hasAttribute("autofocus")) find(form, "[type=radio]").focus();
    this._emit("hcp-ready", {});
    if (this._outbox) this._outbox.unlisten(this._onHeard);
    this._outbox = outboxOf(this._collector());
    this._outbox.listen(this._onHeard);
    this._whenSeen(form);
  }

  /** Loads the app when the form is seen or used.
   *  @param {HTMLFormElement} form */
  _whenSeen(form) {
    // Loading again is nothing: there is one app for a page.
    const go = this._guarded(async () => {
      if (watcher) watcher.disconnect();
      if (await load(this._collector(), langOf(form))) this._guarded(takeOver)(this);
    });
    const watcher =
      typeof IntersectionObserver == "function" &&
      new IntersectionObserver(this._guarded((/** @type {IntersectionObserverEntry[]} */ seen) => seen.some((entry) => entry.isIntersecting) && go()));
    on(form, "focusin pointerdown", go, { once: true });
    if (watcher) watcher.observe(form);
  }

  /** Called by the app when it is rendered. */
  _swap() {
    swap(this);
  }

  /** Where the person's values are now. */
  _current() {
    return this._isLive ? this._place : this._form;
  }

  /** The form was submitted, the plain one or, where the app did not hear of it, the app's.
   *  @param {Event} event */
  _submit(event) {
    const form = this._form;
    const isPlain = event.target == form;
    if (!form || (isPlain ? this._isPlain : event.currentTarget != this._box)) return;
    if (isPlain) say(form, form.dataset.sending);
    // The app sends by itself, unless it died of this.
    if (isPlain || !this._place) this._send();
    event.preventDefault();
  }

  /** Sends what the person has finished, by way of the outbox; called by the app too. */
  _send() {
    this._guarded(() => {
      const [form, fields, outbox] = [this._form, this._current(), this._outbox];
      if (!form || !fields || !outbox || !this._may("submit")) return;
      this._stopAsking();
      const rating = toRating(form, fields);
      const sent = (this._sent = rating.visit || rating.key || "");
      const giveUp = this._guarded((error) => {
        if (this._state == "sending" && this._sent == sent) throw error;
      });
      outbox.put({ id: sent, ticket: rating.ticket, body: stringify(rating) }).catch(giveUp);
      setTimeout(giveUp, LIMIT, "nothing heard");
    })();
  }

  /** @param {string} name @param {object} detail */
  _emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: detail }));
  }

  /** Nothing that stands here stays. What a person began is there again when the page comes back to it. */
  _clear() {
    const [form, current, light] = [this._form, this._current(), this._light()];
    if (form && current && !this._sent && !this._end) {
      if (current != form) copyValues(current, form);
      this._begun[this._shown] = form;
    }
    if (light) remove(light);
    unmount(this);
    this._box.textContent = this._live.textContent = "";
    this._form = this._end = this._sent = null;
    this._root.prepend(this._slot);
  }

  /** Taken out of the page, perhaps for a while. */
  _leave() {
    this._stopAsking();
    removeEventListener("online", this._onOnline);
    if (this._outbox) this._outbox.unlisten(this._onHeard);
    this._clear();
  }
}

each(ATTRIBUTES, (name) =>
  Object.defineProperty(HaoChaPing.prototype, name, {
    /** @this {HaoChaPing} */
    get() {
      return this.getAttribute(name) || "";
    },
    /** @this {HaoChaPing} @param {string | null | undefined} value */
    set(value) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  })
);

/** Makes the element known under its name, or another; once. Where portals are rendered there is nothing to make it known to.
 *  @param {string} [name] */
export function define(name) {
  name = name || "hao-cha-ping";
  if (typeof customElements == "object" && !customElements.get(name)) customElements.define(name, HaoChaPing);
}
