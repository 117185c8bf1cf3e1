// Breaks the browser's own functions that the shipped bundle uses, one in each frame, and rates there as a person would: by
// this page's own functions, which stay whole. What a frame may break comes from the words of the bundle.

const own = (object) => Object.getOwnPropertyNames(object);

/** Everything whose members the bundle can reach, by a name that finds it in a frame's window. */
function places(win) {
  const doc = win.document;
  const found = { window: win, document: doc };
  for (const name of ["Object", "Array", "Reflect", "JSON", "Math", "Promise", "Date", "Number", "String", "WebAssembly", "console", "CSS", "customElements", "navigator", "indexedDB", "localStorage"]) found[name] = win[name];
  const samples = [[], "", /x/, () => 0, {}, win.Promise.resolve(), new win.Set(), doc, doc.createDocumentFragment(), new win.Text(), new win.XMLHttpRequest(), new win.DataView(new win.ArrayBuffer(1)), new win.Uint8Array(1), new win.TextDecoder(), new win.TextEncoder(), new win.Response(), new win.Headers(), new win.KeyboardEvent("x"), new win.CustomEvent("x"), new win.CSSStyleSheet(), new win.IntersectionObserver(() => 0), new win.FormData(), new win.URLSearchParams(), win.localStorage, win.indexedDB, win.customElements, new win.AbortController()];
  for (const name of ["form", "input", "textarea", "template", "button", "slot", "div", "details", "canvas", "a"]) samples.push(doc.createElement(name));
  samples.push(doc.documentElement.classList, doc.createElement("div").attachShadow({ mode: "open" }));
  for (const sample of samples) {
    // A frame's literals are this page's: its own ones are found by their constructors.
    for (let proto = Object.getPrototypeOf(sample); proto; proto = Object.getPrototypeOf(proto)) {
      const maker = proto.constructor && proto.constructor.name;
      const theirs = maker && win[maker] && win[maker].prototype;
      if (theirs) found[maker + ".prototype"] = theirs;
    }
  }
  for (const maker of ["IDBFactory", "IDBDatabase", "IDBTransaction", "IDBObjectStore", "IDBOpenDBRequest", "HTMLElement", "Window"]) found[maker + ".prototype"] = win[maker].prototype;
  return found;
}

/** `[place, member]` of everything that a word of the bundle names and that can be called. */
window.listBuiltIns = (win, text) => {
  const words = new Set(text.match(/[A-Za-z_$][\w$]*/g));
  const list = [];
  const found = places(win);
  for (const [place, object] of Object.entries(found)) {
    for (const word of own(object)) {
      if (!words.has(word) || word === "constructor" || word === "prototype") continue;
      const { value } = Object.getOwnPropertyDescriptor(object, word);
      // Without these a frame is none.
      if (typeof value === "function" && !(place === "window" && ["Window", "top"].includes(word))) list.push([place, word]);
    }
  }
  return list;
};

/** Puts something else in a member's place: it throws, or gives nothing. */
function spoil(win, place, member, mode) {
  const object = places(win)[place];
  const other = mode === "throws" ? () => { throw new Error("broken by the page: " + place + "." + member); } : () => undefined;
  Object.defineProperty(object, member, { value: function () { return other(); }, configurable: true, writable: true });
}

const find = (root, selector) => Document.prototype.querySelector.call(root, selector);
const inside = (root, selector) => DocumentFragment.prototype.querySelector.call(root, selector);
const shadowOf = (host) => Object.getOwnPropertyDescriptor(Element.prototype, "shadowRoot").get.call(host);
const closest = (element, selector) => Element.prototype.closest.call(element, selector);
const click = (element) => HTMLElement.prototype.click.call(element);
const pause = (millis) => new Promise((done) => setTimeout(done, millis));

/** Rates in a frame; gives how that ended: "done", "posted", "link", or what was left. */
window.rate = async (number, ticket, place, member, mode, moment) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = "width:400px;height:500px";
  window.breakers[number] = (win) => moment === "before" && spoil(win, place, member, mode);
  frame.src = "/frame/" + number + "?ticket=" + ticket;
  document.body.append(frame);
  const ended = Date.now() + 40000;
  let state = "asking";
  let nLate = 0;
  while (Date.now() < ended) {
    await pause(40);
    let doc;
    try {
      doc = frame.contentDocument;
      if (!doc || doc.URL === "about:blank") throw 0;
    } catch (error) {
      if (state === "sent") { frame.remove(); return "posted"; }
      if (doc === null) { frame.remove(); return "posted"; }
      continue;
    }
    if (doc.readyState !== "complete") continue;
    const host = find(doc, "hao-cha-ping");
    if (!host) continue;
    const shadow = shadowOf(host);
    const form = shadow && (inside(shadow, "div:not([hidden]) > div:not([hidden]) form.hcp") || inside(shadow, "div > form.hcp:not([hidden])"));
    const isLive = shadow && inside(shadow, ".hcp-count");
    if (state === "asking") {
      const win = frame.contentWindow;
      if (isLive || (form && win.haochapingSays.length) || (form && ++nLate > 60)) {
        if (moment === "after") spoil(win, place, member, mode);
        state = "ready";
      } else if (shadow && inside(shadow, "[data-hcp-notice]")) {
        frame.remove();
        return "notice";
      } else if (!form && ++nLate > 90) {
        const link = find(doc, "hao-cha-ping a");
        const isThere = link.getClientRects === undefined ? false : Element.prototype.getClientRects.call(link).length > 0;
        frame.remove();
        return isThere ? "link" : "nothing";
      }
      continue;
    }
    if (state === "ready") {
      const fields = () => (inside(shadow, ".hcp-count") ? closest(inside(shadow, ".hcp-count"), "form") : inside(shadow, "form.hcp"));
      const part = (selector) => Element.prototype.querySelector.call(fields(), selector);
      click(part("[value=dissatisfied]"));
      await pause(30);
      for (let tries = 0; tries < 50 && !part('[value="209"]'); tries++) await pause(20);
      const box = part('[value="209"]');
      if (!box) { frame.remove(); return "no options"; }
      if (!box.checked) click(box);
      await pause(10);
      const area = part("textarea");
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, "示例 #" + number);
      EventTarget.prototype.dispatchEvent.call(area, new Event("input", { bubbles: true, composed: true }));
      await pause(10);
      const again = fields();
      const shown = [".hcp-choice input:checked", "[name=indicator]:checked", "textarea"].map((selector) => (Element.prototype.querySelector.call(again, selector) || {}).value).join();
      if (shown !== "dissatisfied,209,示例 #" + number) { frame.remove(); return "the person sees " + shown; }
      click(part(".hcp-submit"));
      state = "sent";
      continue;
    }
    // The stores are shared: what another frame had to leave waiting may end here.
    const ends = shadow ? [...DocumentFragment.prototype.querySelectorAll.call(shadow, ".hcp-done")] : [];
    if (ends.some((end) => !end.textContent.includes("此前保存的评价"))) {
      frame.remove();
      return "done";
    }
    if (shadow && inside(shadow, ".hcp-errors")) { frame.remove(); return "refused"; }
  }
  const said = find(frame.contentDocument, "hao-cha-ping");
  const left = state + ": " + (said && shadowOf(said) ? shadowOf(said).textContent.slice(0, 80) : "") + " " + JSON.stringify(frame.contentWindow.haochapingSays);
  frame.remove();
  return left;
};

window.breakers = {};

/** Rates once for each of `[number, ticket, place, member, mode, moment]`, some at a time. */
window.rateAll = async (list) => {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < list.length) {
      const one = list[next++];
      results.push([one[0], await window.rate(...one).catch((error) => "harness: " + error)]);
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(worker));
  return results;
};
