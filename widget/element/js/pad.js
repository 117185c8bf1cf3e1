// The pad at a window: idle until somebody is called, then five choices, then why, then thanks. What is said stays on the screen
// for that person only, and nowhere else longer than it waits for the network.

import { listen } from "./pad-line.js";
import { Queue } from "./pad-queue.js";
import { canSeal, seal } from "./pad-seal.js";

const data = document.body.dataset;
const one = (selector) => document.querySelector(selector);
const all = (selector) => Array.from(document.querySelectorAll(selector));
/** A person is reminded when so many seconds are left. */
const REMINDS = Math.min(15, data.seconds / 2);
/** How long an end stands, in milliseconds; long enough to write a code down. */
const STANDS = { done: 20000, sealed: 12000, open: 12000, unkept: 30000, rated: 6000, unrated: 3000, withdrawn: 3000 };

let call = null;
let level = "";
let endsAt = 0;
let extendedAt = 0;
let endTimer;
let problem = "offline";
let nWaiting = 0;
let version = data.version;
let busy = false;

const queue = new Queue(data.url + "/ratings", (n) => {
  nWaiting = n;
  showLine();
});

/** Which part of the page is seen. */
function view(name) {
  data.view = name;
  all("[data-of]").forEach((part) => (part.hidden = part.dataset.of != name));
}

/** Takes everything of a person away. */
function clear() {
  one("form").reset();
  one("textarea").value = "";
  level = "";
  busy = false;
  one(".say").hidden = one(".still").hidden = true;
  one(".ask").hidden = false;
  [".items", ".level", ".say .fault", ".end h1", ".end .said", ".code"].forEach((place) => (one(place).textContent = ""));
  one(".lookup").hidden = true;
  one(".phone img").removeAttribute("src");
  one(".send .big").removeAttribute("aria-disabled");
  all("fieldset").forEach((part) => (part.hidden = true));
}

function idle() {
  clearTimeout(endTimer);
  clear();
  call = null;
  view("idle");
  // The next person begins in the hall's language, and a newer page is shown as soon as nobody is in front of it.
  if (data.lang != data.home || (version && version != data.version)) location.replace(data.url);
}

function tell(action) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ action: action });
  return fetch(data.url + "/calls/" + call.id, { method: "POST", headers: headers, body: body }).catch(() => 0);
}

function begin(next) {
  clearTimeout(endTimer);
  clear();
  call = next;
  one(".items").textContent = next.items.join("、") || next.agency;
  one(".about").hidden = !one(".items").textContent;
  one(".phone img").src = data.url + "/calls/" + next.id + "/code.svg";
  view("rate");
  endsAt = performance.now() + data.seconds * 1000;
  extendedAt = performance.now();
  tell("show");
  one(".ask h1").focus();
}

/** The collector says what is called here. */
function heard(state) {
  version = state.version;
  queue.flush();
  const next = state.call;
  const isOpen = next && next.ticket;
  if (isOpen && (!call || call.id != next.id)) {
    if (!queue.has(next.id)) begin(next);
    else if (data.view == "rate") idle();
  } else if (call && next && next.id == call.id && !isOpen && data.view == "rate" && !busy) {
    // Whoever has begun to answer goes on: a call that was taken back takes no answer away.
    if (next.state == "rated") end("rated");
    else if (!level) end(next.state);
  } else if (data.view == "idle") idle();
}

function touched() {
  if (data.view != "rate") return;
  endsAt = performance.now() + data.seconds * 1000;
  one(".still").hidden = true;
  if (performance.now() - extendedAt < REMINDS * 1000) return;
  extendedAt = performance.now();
  tell("extend");
}

function tick() {
  const now = new Date();
  const china = { timeZone: "Asia/Shanghai" };
  one(".time").textContent = now.toLocaleTimeString("zh-CN", Object.assign({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, china));
  one(".date").textContent = now.toLocaleDateString(data.lang == "en" ? "en-GB" : data.lang, Object.assign({ dateStyle: "full" }, china));
  if (data.view != "rate" || busy) return;
  const left = Math.ceil((endsAt - performance.now()) / 1000);
  if (left <= 0) {
    tell("run-out");
    return end("unrated");
  }
  const still = one(".still");
  if (left <= REMINDS && still.hidden) {
    still.hidden = false;
    one("[name=go-on]").focus();
  }
  const text = one("#left").dataset.text.replace("{n}", left);
  if (!still.hidden && one("#left").textContent != text) one("#left").textContent = text;
}

function choose(button) {
  level = button.value;
  one(".ask").hidden = true;
  one(".say").hidden = false;
  one(".level").textContent = button.firstChild.textContent;
  one(".say .fault").textContent = "";
  all("fieldset").forEach((part) => (part.hidden = part.dataset.level != level));
  one(".say h1").focus();
}

function chooseAgain() {
  level = "";
  one(".say").hidden = true;
  one(".ask").hidden = false;
  one(".ask h1").focus();
}

/** The options of the chosen level only: those of another one that were ticked before stay behind. */
const chosen = () => all('fieldset[data-level="' + level + '"] :checked').map((box) => box.value);

/** What is missing, by the rule of the form; the collector looks again. */
function fault(codes, comment) {
  const text = one(".send .big").dataset;
  const found = Array.from(comment).length;
  if (found > data.max) return text.long.replace("{max}", data.max).replace("{found}", found);
  const isBad = one('[name=level][value="' + level + '"]').hasAttribute("data-bad");
  return isBad && !codes.length && !comment ? text.missing : "";
}

function say(text) {
  one(".say .fault").textContent = text;
  busy = false;
  one(".send .big").removeAttribute("aria-disabled");
}

async function submit() {
  if (busy) return;
  const codes = chosen();
  const comment = one("textarea").value.replace(/\r\n?/g, "\n").normalize("NFC").trim();
  const missing = fault(codes, comment);
  if (missing) return say(missing);
  const asked = call;
  say(one(".send .big").dataset.sending);
  busy = true;
  one(".send .big").setAttribute("aria-disabled", "true");
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const rating = {
    ticket: asked.ticket,
    key: id,
    level: level,
    indicators: codes,
    indicator_version: data.indicators,
    comment: comment,
    anonymous: one("[name=anonymous]").checked,
    contact: null,
    lang: data.lang,
  };
  const body = { call: asked.id };
  const isSealed = canSeal();
  if (isSealed) body.sealed = await seal(+data.key, data.public, JSON.stringify(rating), asked.id);
  else body.rating = rating;
  const result = await queue.put({ id: id, call: asked.id, body: JSON.stringify(body) });
  // Somebody else was called meanwhile: what was given is on its way, and the screen is theirs.
  if (call != asked) return;
  if (result.outcome == "later") lineChanged("offline");
  if (result.outcome == "later") return end(!result.kept ? "unkept" : isSealed ? "sealed" : "open");
  if (result.outcome == "accepted" || result.outcome == "replayed") return end("done", result.body.lookup);
  if (result.body.code == "already-rated") return end("rated");
  say(one(".send .big").dataset.refused);
}

/** The last screen of a person, who can send it away. */
function end(name, lookup) {
  clear();
  data.ended = name;
  const text = one('[data-end="' + name + '"]');
  one(".end h1").textContent = text.content.textContent;
  one(".end .said").textContent = text.dataset.text || "";
  one(".lookup").hidden = !lookup;
  one(".code").textContent = lookup || "";
  view("end");
  one("[name=finish]").hidden = !STANDS[name];
  one(".end h1").focus();
  clearTimeout(endTimer);
  if (STANDS[name]) endTimer = setTimeout(idle, STANDS[name]);
}

function showLine() {
  const line = one(".line");
  if (!line) return;
  const waits = nWaiting ? line.dataset.waiting.replace("{n}", nWaiting) : "";
  const text = [problem ? line.dataset.offline : line.dataset.connected, waits].filter(Boolean).join("，");
  if (line.textContent != text) line.textContent = text;
  line.className = problem || nWaiting ? "line off" : "line";
}

function lineChanged(now) {
  problem = now;
  showLine();
  if (now == "other-page" || now == "unpaired") {
    if (data.view != "rate") end(now);
  } else if (data.view == "end" && !now && !STANDS[data.ended]) idle();
  if (!now) queue.flush();
}

function press(event) {
  const button = event.target.closest("button,nav a");
  if (!button) return;
  if (button.name == "level") choose(button);
  else if (button.name == "again") chooseAgain();
  else if (button.name == "finish") idle();
  else if (button.href) event.preventDefault(), location.replace(button.href);
}

if (data.view) {
  document.addEventListener("click", press);
  one("form").addEventListener("input", () => busy || say(""));
  ["pointerdown", "keydown", "input"].forEach((name) => document.addEventListener(name, touched));
  one("form").addEventListener("submit", (event) => (event.preventDefault(), submit()));
  // Two fingers and the wheel zoom nothing; the context menu of a long touch is no way out of the page.
  addEventListener("wheel", (event) => event.ctrlKey && event.preventDefault(), { passive: false });
  addEventListener("contextmenu", (event) => event.preventDefault());
  // A page that comes back from the browser's memory may hold what somebody wrote.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  clear();
  tick();
  setInterval(tick, 500);
  queue.ready().then(() => listen(data.url, data.version, heard, lineChanged));
}
addEventListener("online", () => queue.flush());
setInterval(() => queue.flush(), 15000);
