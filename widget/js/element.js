// <hao-cha-ping>: shows the server's rating form, sends it if nothing else can, and lets the Yew app take it over.
// Decides nothing about ratings. No eval, no inline style, no HTML sink. The build bundles it with the glue of
// wasm-bindgen into one file of ES2018, and puts VERSION and INTEGRITY in.

import { initSync, mount } from "./glue.js";

const script = document.querySelector('script[src$="/haochaping.js"]');
const HOME = script ? script.src.replace(/\/(v1|v\/[^/]+)\/haochaping\.js$/, "") : location.origin;
const ATTRIBUTES = ["ticket", "card", "collector", "lang", "mode", "theme", "autofocus"];
let loading;

/** Names the cause of a failed start in one console line; the form goes on working. */
function report(cause) {
  console.warn("haochaping: the enhanced form did not start: " + cause + "; the plain form stays in use");
}

/** Loads the app once a page, in the language of the first form; one in another language stays plain, and works.
 *  Rejects with the cause in words. */
function load(lang) {
  if (!loading) {
    loading = start(lang);
    loading.lang = lang;
  }
  return loading;
}

async function start(lang) {
  const url = HOME + "/v/" + VERSION + "/haochaping." + lang + ".wasm";
  if (typeof WebAssembly !== "object") throw "this browser has no WebAssembly";
  let response;
  try {
    // All three as in the page's preload, or the file would come twice.
    response = await fetch(url, { integrity: INTEGRITY[lang], mode: "cors", credentials: "same-origin" });
  } catch (error) {
    // A wrong digest and a dead network look alike to a script; a second question tells them apart.
    const status = await fetch(url, { method: "HEAD", credentials: "omit" }).then((r) => r.status, () => 0);
    if (!status) throw "the wasm file cannot be reached (network or CSP connect-src)";
    throw status == 200 ? "the wasm file does not match its integrity value" : "the wasm file answers with status " + status;
  }
  const type = response.headers.get("content-type") || "none";
  if (type.split(";")[0] !== "application/wasm") throw "the wasm file has the MIME type " + type;
  try {
    initSync({ module: await WebAssembly.compile(await response.arrayBuffer()) });
  } catch (error) {
    const text = String(error);
    throw /unsafe-eval|Content Security Policy/.test(text) ? "the page's CSP lacks 'wasm-unsafe-eval'" : "the wasm file is damaged (" + text.slice(0, 80) + ")";
  }
}

/** What a form holds now, for the app to go on with. */
function read(form) {
  const find = (selector) => form.querySelector(selector) || {};
  const named = (name) => find("[name=" + name + "]").value || "";
  const level = find("[name=level]:checked").value || "";
  return {
    ticket: form.dataset.ticket,
    collector: form.dataset.collector,
    elder: form.classList.contains("hcp-elder"),
    prefix: "y" + named("key").slice(0, 6) + "-",
    key: named("key"),
    via: named("via"),
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

/** Where the focus is in a form, so that it can be put on the same field of another. */
function readFocus(form) {
  const active = form.getRootNode().activeElement;
  if (!active || !form.contains(active)) return null;
  const choice = /radio|checkbox/.test(active.type);
  const selector = active.name ? "[name=" + active.name + "]" + (choice ? '[value="' + active.value + '"]' : "") : active.localName;
  return { selector: selector, start: choice ? null : active.selectionStart, end: active.selectionEnd, top: active.scrollTop };
}

/** Copies what was chosen and typed between two forms with the same field names. */
function copyValues(from, to) {
  to.querySelectorAll("input:not([type=hidden]),textarea,select").forEach((field) => {
    const choice = /radio|checkbox/.test(field.type);
    const selector = "[name=" + field.name + "]" + (choice ? '[value="' + field.value + '"]' : "");
    const source = from.querySelector(selector);
    if (source) choice ? (field.checked = source.checked) : (field.value = source.value);
  });
}

class HaoChaPing extends HTMLElement {
  static get observedAttributes() {
    return ["ticket", "card", "lang", "mode", "theme"];
  }

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    this._slot = document.createElement("slot");
    this._box = document.createElement("div");
    this.shadowRoot.append(this._slot, this._box);
    this._onSubmit = this._submit.bind(this);
    this.addEventListener("click", (event) => this._click(event.composedPath()[0], event));
    this._onCompose = (event) => {
      this._composing = event.type === "compositionstart";
      if (!this._composing && this._waiting) this._takeOver();
    };
  }

  connectedCallback() {
    if (this._alive) return; // Moved in the page: everything stands.
    this._alive = true;
    if (document.readyState === "loading" && !this._light()) {
      document.addEventListener("DOMContentLoaded", () => this._alive && this._begin(), { once: true });
    } else this._begin();
  }

  disconnectedCallback() {
    // A move disconnects and connects in one task; only what stays away is taken down.
    Promise.resolve().then(() => {
      if (!this.isConnected) this._end();
    });
  }

  attributeChangedCallback(name, before, now) {
    if (!this._alive || before === now || !this._form) return;
    if (name === "theme") this._applyTheme();
    else this._fetch(/ticket|card/.test(name) ? null : this._current());
  }

  _light() {
    return this.querySelector("form[data-hcp-form],[data-hcp-notice]");
  }

  _collector() {
    return (this.getAttribute("collector") || HOME).replace(/\/$/, "");
  }

  _begin() {
    const light = this._light();
    if (!light) return this._fetch(null);
    this._adoptStyle(document);
    if (light.matches("form")) this._show(light);
    else this._tell(light);
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
    this.querySelectorAll(".hcp").forEach((part) => (part.dataset.theme = theme));
    this.shadowRoot.querySelectorAll(".hcp").forEach((part) => (part.dataset.theme = theme));
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
    const url = this._collector() + path + "/form?" + query.join("&");
    this._request("GET", url, null, (page) => {
      const content = page && page.querySelector("form[data-hcp-form],[data-hcp-notice]");
      if (!content) {
        report("the form cannot be fetched from " + this._collector() + " (network, --allow-origin or CSP connect-src)");
        return this._emit("hcp-error", { code: "unreachable" });
      }
      this._unmount();
      this._adoptStyle(page);
      const node = document.importNode(content, true);
      if (values) copyValues(values, node);
      this._slot.remove();
      this._box.replaceChildren(node);
      if (node.matches("form")) this._show(node);
      else this._tell(node);
    });
  }

  /** A usable form is there. */
  _show(form) {
    this._form = form;
    this._composing = false;
    this._applyTheme();
    form.addEventListener("submit", this._onSubmit);
    form.addEventListener("compositionstart", this._onCompose);
    form.addEventListener("compositionend", this._onCompose);
    if (!CSS.supports("selector(:has(*))")) form.querySelectorAll("details.hcp-options").forEach((part) => (part.open = false));
    if (this.hasAttribute("autofocus")) form.querySelector("[type=radio]").focus();
    this._emit("hcp-ready", {});
    this._whenSeen(form);
  }

  /** Loads the app when the form is seen or used. */
  _whenSeen(form) {
    const go = () => {
      if (watcher) watcher.disconnect();
      ["focusin", "pointerdown"].forEach((name) => form.removeEventListener(name, go));
      load(form.getAttribute("lang")).then(() => this._takeOver(), (cause) => {
        if (!load.told) report(cause);
        load.told = true;
      });
    };
    const watcher = typeof IntersectionObserver === "function" && new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && go());
    ["focusin", "pointerdown"].forEach((name) => form.addEventListener(name, go));
    if (watcher) watcher.observe(form);
  }

  _takeOver() {
    const form = this._form;
    if (!this._alive || !form || this._app || this._busy || form.getAttribute("lang") !== loading.lang) return;
    this._waiting = this._composing;
    if (this._composing) return;
    this._root = document.createElement("div");
    this._root.hidden = true;
    this._box.append(this._root);
    try {
      this._app = mount(this._root, this, read(form));
    } catch (error) {
      this._root.remove();
      report(String(error).slice(0, 120));
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

  /** Sends JSON for the app. */
  _post(url, body, answer) {
    const abort = new AbortController();
    const limit = setTimeout(() => abort.abort(), 8000);
    // NFC by the browser: the tables would be 48 KB in the app.
    body.comment = body.comment.normalize("NFC");
    const purpose = this._box.querySelector("[name=purpose]");
    if (purpose && purpose.value) body.purpose = purpose.value;
    const init = { method: "POST", mode: "cors", credentials: "omit", signal: abort.signal };
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
    let status = 0;
    let wait = NaN;
    fetch(url, init)
      .then((response) => {
        status = response.status;
        wait = parseInt(response.headers.get("retry-after"), 10);
        return response.text();
      })
      .then((text) => {
        try {
          return JSON.parse(text);
        } catch (error) {
          return null; // A captive portal's page, say.
        }
      }, () => ((status = 0), null))
      .then((parsed) => {
        clearTimeout(limit);
        answer({ status: status, wait: wait, body: parsed || {} });
      });
  }

  _say(name, key, value, outcome) {
    const detail = {};
    if (key) detail[key] = value;
    if (outcome) detail.outcome = outcome;
    this._emit(name, detail);
  }

  _focusNews() {
    const news = this._box.querySelector("[data-hcp-news]");
    if (news) news.focus();
  }

  /** The buttons beside a receipt. */
  _press(button) {
    const section = button.closest("section");
    const lines = Array.from(section.querySelectorAll("h2,dt,dd"), (line) => line.textContent);
    if (button.name === "print") window.print();
    else if (button.name === "picture") this._picture(lines);
    else {
      const note = section.querySelector("[data-copied]");
      // No clipboard outside secure contexts.
      const copied = navigator.clipboard ? navigator.clipboard.writeText(lines[lines.length - 1]) : Promise.reject();
      copied.then(() => (note.textContent = note.dataset.copied), () => (note.textContent = note.dataset.failed));
    }
  }

  /** Draws a title and then lines of label and text by turns, and offers them as a file. */
  _picture(lines) {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    canvas.width = 1000;
    canvas.height = 120 + 45 * lines.length;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#1b1f24";
    pen.font = "30px sans-serif";
    lines.forEach((line, place) => pen.fillText(line, place && place % 2 == 0 ? 320 : 40, 80 + 90 * ((place + 1) >> 1)));
    canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = "haochaping.png";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }

  /** Where the person's values are now. */
  _current() {
    return this._app ? this._box : this._form;
  }

  _click(target, event) {
    const button = target.closest(".hcp-buttons button");
    if (button) return this._press(button);
    // From a fault to its field: ids in a shadow root are not the page's.
    const link = target.closest('a[href^="#"]');
    const field = link && link.getRootNode().getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const folded = field.closest("details:not([open])");
    if (folded) folded.open = true;
    field.focus();
  }

  /** Without the app: the form goes by request, and the answer takes its place. */
  _submit(event) {
    event.preventDefault();
    if (this._busy) return;
    const form = this._form;
    const status = form.querySelector("[role=status]");
    const body = new URLSearchParams(new FormData(form));
    body.append("fragment", "1");
    this._busy = true;
    status.textContent = form.dataset.sending;
    this._request("POST", form.action, body.toString(), (page, code) => {
      this._busy = false;
      const content = page && page.querySelector("form[data-hcp-form],[data-hcp-notice],[data-hcp-done]");
      if (!content) {
        status.textContent = code ? form.dataset.unclear : form.dataset.failed;
        return this._emit("hcp-error", { code: code ? "unclear" : "unreachable" });
      }
      const node = document.importNode(content, true);
      form.replaceWith(node);
      const news = node.querySelector("[role=alert]") || node;
      if (node.matches("form")) {
        this._emit("hcp-error", { code: "refused" });
        this._show(node);
      } else this._tell(node);
      news.focus();
    });
  }

  /** The answer is no form: tells the page what the person has learned. */
  _tell(node) {
    this._form = null;
    this._applyTheme();
    const { hcpDone, hcpNotice, receipt } = node.dataset;
    node.querySelectorAll(".hcp-buttons").forEach((part) => (part.hidden = false));
    if (hcpDone) this._emit("hcp-rated", { receipt: receipt, outcome: hcpDone });
    else if (hcpNotice === "already-rated") this._emit("hcp-already-rated", {});
    else this._emit("hcp-error", { code: hcpNotice });
  }

  _emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail: detail }));
  }

  _unmount() {
    if (!this._app) return;
    const app = this._app;
    this._app = null;
    app.destroy();
    this._box.replaceChildren();
  }

  /** Taken out of the page: the app goes, and what was typed goes back into the plain form. */
  _end() {
    this._alive = false;
    if (this._app && this._form && this._box.querySelector("form")) {
      copyValues(this._box, this._form);
      this._unmount();
      if (this._form.action.includes(this._path())) this.append(this._form);
    } else this._unmount();
    if (!this._slot.isConnected) this.shadowRoot.prepend(this._slot);
  }
}

ATTRIBUTES.forEach((name) => {
  const isFlag = name === "autofocus";
  Object.defineProperty(HaoChaPing.prototype, name, {
    configurable: true,
    enumerable: true,
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

if (!customElements.get("hao-cha-ping")) customElements.define("hao-cha-ping", HaoChaPing);
