// Takes a person who rated inside WeChat or Alipay back to where they came from. The collector's own pages load it, for
// these two apps only. A rating is stored when the collector says so, never when a bridge does: what a bridge does or
// fails to do never enters the rating's words, and costs one line in the console at most. A message is {type, receipt}:
// the mini-program learns that there is a rating, not what it says.
//
// No vendor's script is part of this file. WeChat's (npm weixin-js-sdk) passes its messages on to WeixinJSBridge, which
// the app puts into every page; this file sends the same messages, and uses `wx` where a page has it. Bundled, it would be
// 5 KB, under a licence given by its packager only, with a report of the page's address to another origin in it.
// Alipay's is answered by the app alone, at https://appx/web-view.min.js. A page has `my` if the server names that
// script in it (to load it from here would need a Trusted Types policy); without it a person still gets back, untold.
//
// Tried in Chromium against stand-ins, WeChat's real script among them; never inside the two apps.

/**
 * What both apps can be asked for.
 * @typedef {object} Host
 * @property {string} ready The event on `document` after which the app's own object is there.
 * @property {() => boolean} isMiniProgram Whether this is a mini-program's web-view, not the app's browser.
 * @property {() => boolean} canTell Whether a message and the way back have somewhere to go.
 * @property {() => boolean} canClose
 * @property {(message: object, answered: (isOk: boolean) => void) => void} tell
 * @property {(answered: (isOk: boolean) => void) => void} back
 * @property {() => void} close
 */

const TYPE = "haochaping:rated";
/** How long a bridge may take to appear once there is something to tell. */
const WAIT_MS = 3000;
const LOOK_MS = 100;
/** How long one way out may take before the next is tried. */
const LEAVE_MS = 2000;

const TEXTS = {
  "zh-Hans": { back: "返回小程序", close: "关闭", stay: "可以关闭此页面。" },
  "zh-Hant": { back: "返回小程式", close: "關閉", stay: "可以關閉此頁面。" },
  en: { back: "Back to the mini program", close: "Close", stay: "You can close this page." },
};

const page = /** @type {any} */ (window);
const agent = navigator.userAgent;

/** @type {Host} */
const wechat = {
  ready: "WeixinJSBridgeReady",
  // The user agent says it since WeChat 7; getEnv is never asked, since outside WeChat it never answers.
  isMiniProgram: () => page.__wxjs_environment == "miniprogram" || /miniProgram/.test(agent),
  // With `wx` alone a call would wait in it, and might be carried out when the person is long past it.
  canTell: () => !!page.WeixinJSBridge,
  canClose: () => !!page.WeixinJSBridge,
  tell: (message, answered) => askWeChat("postMessage", message, { data: message }, answered),
  back: (answered) => askWeChat("navigateBack", { delta: 1 }, { delta: 1 }, answered),
  close: () => page.WeixinJSBridge.call("closeWindow"),
};

/** @param {string} name @param {object} arg @param {object} options @param {(isOk: boolean) => void} answered */
function askWeChat(name, arg, options, answered) {
  const face = page.wx && page.wx.miniProgram;
  if (face) return face[name](Object.assign({ success: () => answered(true), fail: () => answered(false) }, options));
  page.WeixinJSBridge.invoke("invokeMiniProgramAPI", { name: name, arg: arg }, (/** @type {any} */ answer) => {
    answered(/:ok$/.test((answer && (answer.errMsg || answer.err_msg)) || ""));
  });
}

/** @type {Host} */
const alipay = {
  ready: "AlipayJSBridgeReady",
  isMiniProgram: () => /MiniProgram/.test(agent),
  canTell: () => !!page.my && typeof page.my.postMessage == "function",
  canClose: () => !!page.AlipayJSBridge,
  // Every field is the message's here, so there is no place for callbacks.
  tell: (message) => page.my.postMessage(message),
  back: (answered) => page.my.navigateBack({ delta: 1, success: () => answered(true), fail: () => answered(false) }),
  close: () => page.AlipayJSBridge.call("popWindow"),
};

const isWeChat = /MicroMessenger/.test(agent) || page.__wxjs_environment == "miniprogram";
// Neither of the two elsewhere: nothing below is started then.
const host = /** @type {Host} */ (isWeChat ? wechat : /AlipayClient/.test(agent) ? alipay : null);
const lang = document.documentElement.lang;
const text = /** @type {Record<string, typeof TEXTS.en>} */ (TEXTS)[lang] || TEXTS[/^en/.test(lang) ? "en" : "zh-Hans"];

let receipt = "";
let until = 0;
/** @type {ReturnType<typeof setTimeout>} */
let timer;
/** @type {HTMLButtonElement} */
let button;
/** @type {HTMLElement} */
let note;
let isTold = false;
let isSettled = false;
let isPressed = false;
let isLeaving = false;
let hasTriedBack = false;
let hasWarned = false;

if (host) {
  document.addEventListener("hcp-rated", (event) => rated(/** @type {Element} */ (event.target), /** @type {CustomEvent} */ (event).detail));
  document.addEventListener(host.ready, look);
  // The page after a form that went without script.
  const done = /** @type {HTMLElement} */ (document.querySelector("[data-hcp-done][data-receipt]"));
  if (done) rated(done.closest("hao-cha-ping") || done, { outcome: done.dataset.hcpDone, receipt: done.dataset.receipt });
}

/** The collector has the rating. One that only waits to be sent is nothing to tell yet.
 *  @param {Element} place @param {{outcome?: string, receipt?: string}} detail */
function rated(place, detail) {
  if (!/^(accepted|replayed)$/.test(detail.outcome || "") || !detail.receipt) return;
  receipt = detail.receipt;
  isTold = false;
  until = Date.now() + WAIT_MS;
  if (!button) place.after(build());
  look();
}

function build() {
  const box = document.createElement("div");
  const isElder = document.documentElement.classList.contains("elder");
  box.className = isElder ? "hcp hcp-return hcp-elder" : "hcp hcp-return";
  button = document.createElement("button");
  button.type = "button";
  button.className = "hcp-button";
  button.textContent = host.isMiniProgram() ? text.back : text.close;
  button.addEventListener("click", press);
  note = document.createElement("p");
  note.className = "hcp-status";
  note.tabIndex = -1;
  note.setAttribute("role", "status");
  box.append(button, note);
  return box;
}

/** Looks for the bridge until it is there or the time is over. An event may bring it later still. */
function look() {
  clearTimeout(timer);
  if (!receipt) return;
  const isMiniProgram = host.isMiniProgram();
  if (isMiniProgram ? host.canTell() : host.canClose()) return settle();
  if (Date.now() < until) timer = setTimeout(look, LOOK_MS);
  else if (host.canClose()) settle();
  else {
    warn("it did not appear");
    stay();
  }
}

/** What can be done here is known. */
function settle() {
  isSettled = true;
  button.textContent = host.isMiniProgram() ? text.back : text.close;
  if (!button.isConnected) note.before(button);
  note.textContent = "";
  // Told before anyone leaves: WeChat delivers what came before the page goes, and the app's own arrow is a way out too.
  if (isPressed) leave();
  else if (!isTold) tell();
}

function tell() {
  if (!host.isMiniProgram() || !host.canTell()) return;
  isTold = true;
  attempt(() => host.tell({ type: TYPE, receipt: receipt }, (isOk) => isOk || warn("it refused a message")));
}

function press() {
  isPressed = true;
  if (isSettled) leave();
}

/** Back to the mini-program; where that cannot be or did not work, out of the page. */
function leave() {
  if (isLeaving) return;
  isLeaving = true;
  if (hasTriedBack || !host.isMiniProgram() || !host.canTell()) return close();
  hasTriedBack = true;
  let isOpen = true;
  /** @param {boolean} isOk */
  const answered = (isOk) => {
    if (!isOpen) return;
    isOpen = false;
    // Back and still here: the next press closes. Not before, or one press might leave two pages.
    if (isOk) setTimeout(() => (isLeaving = isPressed = false), LEAVE_MS);
    else close();
  };
  tell();
  setTimeout(() => answered(false), LEAVE_MS);
  if (!attempt(() => host.back(answered))) answered(false);
}

function close() {
  if (document.hidden) isLeaving = isPressed = false; // It is going, only slowly.
  else if (attempt(host.close)) setTimeout(stay, LEAVE_MS);
  else stay();
}

/** No way out that a page could take. */
function stay() {
  isLeaving = isPressed = false;
  const hadFocus = document.activeElement == button;
  button.remove();
  note.textContent = text.stay;
  if (hadFocus) note.focus();
}

/** @param {() => void} call */
function attempt(call) {
  try {
    call();
    return true;
  } catch (error) {
    warn(error);
    return false;
  }
}

/** @param {unknown} cause */
function warn(cause) {
  if (!hasWarned) console.warn("haochaping: the app's bridge failed: " + String(cause).slice(0, 80) + "; the rating is stored");
  hasWarned = true;
}
