// The SDK: the domain's rules for JavaScript, in Node and in browsers. The rules are the same code as everywhere, compiled
// to wasm and carried inside this file; here is only what asks the network.

import init, * as domain from "../js/haochaping-js.js";
import { ask } from "./ask.js";
import { outboxOf } from "./outbox.js";
import { WASM } from "./rules.js";

/** What went wrong, by a stable code. */
export class HcpError extends Error {
  constructor(code, detail) {
    super("haochaping: " + code);
    this.name = "HcpError";
    this.code = code;
    this.violations = (detail && detail.violations) || [];
    this.ratedOn = detail && detail.ratedOn;
  }
}

let loading;

/** Starts the rules, once. */
export function load() {
  if (!loading) {
    const bytes = Uint8Array.from(atob(WASM), (c) => c.charCodeAt(0));
    loading = init({ module_or_path: bytes }).then(() => sdk);
    loading.catch(() => (loading = null));
  }
  return loading;
}

const parsed = (text) => (text == null ? undefined : JSON.parse(text));
const trimmed = (collector) => String(collector).replace(/\/$/, "");
const pause = (millis) => new Promise((done) => setTimeout(done, millis));

/** 26 symbols of 128 random bits and two zeros, in the collector's own alphabet. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(26));
  return Array.from(bytes, (byte) => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[byte & 31]).join("");
}

/** A whole rating of wire v1 from what was given. */
function complete(rating) {
  const empty = { ticket: "", level: "", indicators: [], comment: "", anonymous: false, contact: null, lang: "zh-Hans" };
  const whole = Object.assign(empty, { indicator_version: domain.indicatorVersion() }, rating);
  whole.comment = whole.comment.normalize("NFC");
  return whole;
}

const check = (rating) => JSON.parse(domain.check(JSON.stringify(complete(rating))));

/** One request; an answer of status 0 when none came. */
async function post(url, body, options) {
  const send = options.fetch || fetch;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 8000);
  const stop = () => abort.abort();
  if (options.signal) options.signal.addEventListener("abort", stop);
  try {
    const headers = { "content-type": "application/json" };
    const response = await send(url, { method: "POST", headers: headers, body: body, signal: abort.signal });
    const wait = parseInt(response.headers.get("retry-after"), 10);
    const text = await response.text();
    let parsedBody = null;
    try {
      parsedBody = JSON.parse(text);
    } catch (error) {
      // A captive portal's page, say.
    }
    return { status: response.status, wait: wait >= 0 ? wait : null, body: parsedBody };
  } catch (error) {
    return { status: 0, wait: null, body: null };
  } finally {
    clearTimeout(timer);
    if (options.signal) options.signal.removeEventListener("abort", stop);
  }
}

/** Sends a rating and tries again as the rules say; resolves with the receipt. */
async function submit(collector, rating, options) {
  options = options || {};
  const whole = complete(rating);
  if (!whole.visit && !whole.key) whole.key = newKey();
  const faults = check(whole);
  if (faults.length) throw new HcpError("invalid-rating", { violations: faults });
  const body = JSON.stringify(whole);
  const submission = new domain.Submission(body);
  try {
    for (;;) {
      if (options.signal && options.signal.aborted) throw new HcpError("aborted");
      submission.resume();
      const answer = await post(trimmed(collector) + "/api/v1/ratings", body, options);
      const step = JSON.parse(submission.report(JSON.stringify(answer), Math.random()));
      if (step.accepted) return receipt(step.accepted, step.outcome);
      if (step.code) throw new HcpError(step.code, step);
      await pause(step.wait);
    }
  } finally {
    submission.free();
  }
}

const receipt = (body, outcome) => ({ receipt: body.receipt, lookup: body.lookup, lookupUrl: body.lookup_url, ratedAt: body.rated_at, outcome: outcome });

/** How far a rating is, by its look-up code: stage and dates, never the level or the text. */
async function lookUp(collector, code, options) {
  const send = (options && options.fetch) || fetch;
  const response = await send(trimmed(collector) + "/api/v1/ratings/" + encodeURIComponent(code)).catch(() => null);
  if (!response) throw new HcpError("unreachable");
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new HcpError(body.code || "unclear");
  return body;
}

/** The JSON at an address, with its status; `null` where no answer came. Where a page or browser refuses the first way to ask,
 *  the other is tried. */
async function get(url) {
  try {
    const response = await fetch(url, { credentials: "omit" });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  } catch (error) {
    if (typeof XMLHttpRequest == "undefined") return null;
  }
  try {
    const request = await new Promise((done) => ask("GET", url, null, null, "json", 15000, done));
    return request.status ? { status: request.status, body: request.response || {} } : null;
  } catch (error) {
    return null;
  }
}

/** Opens a link for one's own markup: learns from the collector what it is about, whether it can be rated, and its key. */
async function open(collector, link) {
  const home = trimmed(collector);
  const answer = await get(home + "/api/v1/links/" + encodeURIComponent(link.ticket || link.card));
  if (!answer) throw new HcpError("unreachable");
  const about = answer.body;
  if (answer.status != 200) throw new HcpError(about.code || "unclear");
  if (about.state == "rated") throw new HcpError("already-rated", { ratedOn: about.rated_on });
  const key = about.key || about.visit;
  if (!key) throw new HcpError("unclear");
  return new Rating(home, link, key, about);
}

/** A rating under way behind one's own markup, with the outbox of the widget behind it. */
class Rating {
  constructor(collector, link, key, about) {
    this.collector = collector;
    this.service = about.service;
    this.card = about.card || null;
    this.languages = about.languages;
    this.lang = link.lang || "zh-Hans";
    this.draft = { ticket: link.ticket || "", lang: this.lang };
    this.draft[link.ticket ? "key" : "visit"] = key;
  }

  get levels() {
    return sdk.levels(this.lang);
  }

  /** The official options of a level; by default of the one chosen. */
  options(level) {
    return sdk.options(level || this.draft.level, this.lang);
  }

  /** Takes over what a person chose or typed. */
  set(fields) {
    Object.assign(this.draft, fields);
    return this;
  }

  /** Everything wrong with it now. */
  check() {
    return check(this.draft);
  }

  /** Writes it down and sends it. `onState` hears "sending", then "saved" or "unsaved" while it waits. Resolves with the
   *  receipt, and only then may anybody say that it was sent. */
  async submit(onState) {
    const faults = this.check();
    if (faults.length) throw new HcpError("invalid-rating", { violations: faults });
    const tell = onState || (() => {});
    tell("sending");
    const whole = complete(this.draft);
    const outbox = outboxOf(this.collector);
    return new Promise((done, fail) => {
      const id = whole.visit || whole.key;
      const listener = (entry, outcome, body) => {
        if (entry.id != id || outcome == "waits") return false;
        if (outcome == "later") return tell(entry.kept ? "saved" : "unsaved"), false;
        outbox.unlisten(listener);
        if (outcome != "refused") done(receipt(body, outcome));
        else fail(new HcpError(body.code, { violations: body.violations, ratedOn: body.rated_on }));
        return true;
      };
      outbox.listen(listener);
      outbox.put({ id: id, ticket: whole.ticket, body: JSON.stringify(whole) });
    });
  }
}

const sdk = {
  levels: (lang) => JSON.parse(domain.levels(lang || "zh-Hans")),
  options: (level, lang) => JSON.parse(domain.options(level || "", lang || "zh-Hans")),
  check: check,
  newKey: newKey,
  submit: submit,
  lookUp: lookUp,
  open: open,
  parseTicket: (text) => parsed(domain.parseTicket(text)),
  parseCard: (text) => parsed(domain.parseCard(text)),
  qrSvg: domain.qrSvg,
};
