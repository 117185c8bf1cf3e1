// Ratings on their way: written down before they are sent, kept until the collector has them or refuses them for good.
// What an answer means is the rule of `haochaping::client::judge`; both are held to the same table of answers.

import { ask } from "./ask.js";
import { isEntry, isSpent, parsed } from "./entry.js";
import { clearTimeout, each, fetch, on, setTimeout, stringify, XMLHttpRequest } from "./platform.js";

const MAX_ENTRIES = 20;
const FIRST_LIMIT = 8000;
const LONGEST_WAIT = 60000;
/** How long a person waits for a store. */
const SLOW = 2000;
/** How the browser's own functions read. */
const NATIVE = /native code/;
/** @type {Record<string, Outbox>} */
const boxes = {};

/** What the collector answered: a receipt, or a problem.
 *  @typedef {{receipt?: string, lookup?: string, lookup_url?: string, rated_at?: string, code?: string, rated_on?: string,
 *    violations?: object[]}} Answer */
/** @typedef {import("./entry.js").Entry} Entry */
/** Hears what became of a rating, and whether nobody showed that so far; true if the person now sees it.
 *  @typedef {(entry: Entry, outcome: string, body?: Answer | null, isLate?: number) => boolean | void} Listener */
/** How far the sending of an entry is.
 *  @typedef {{tries: number, after: number, busy?: boolean, timer?: ReturnType<typeof setTimeout>}} Run */

/** The outbox of a collector: one for a page, whatever it holds several of.
 *  @param {string} collector */
export function outboxOf(collector) {
  return boxes[collector] || (boxes[collector] = new Outbox(collector));
}

/** "accepted", "replayed", "refused", or "later" where nothing is decided: a captive portal also answers 200.
 *  @param {number} status @param {Answer | null} body */
export function judge(status, body) {
  if ((status == 200 || status == 201) && body && String(body.receipt).length == 19 && body.lookup) return status == 200 ? "replayed" : "accepted";
  return body && body.code && status >= 400 && status < 500 && status != 408 && status != 425 && status != 429 ? "refused" : "later";
}

const JSON_TYPE = "application/json";

/** The database, whenever it opens. Some web-views never answer.
 *  @param {string} name @returns {Promise<IDBDatabase>} */
const open = (name) =>
  new Promise((done, fail) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("ratings", { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = fail;
  });

/** Waits for so long at most; what is done later still counts. A page may break `then`, which `await` does not use.
 *  @template T @param {Promise<T>} promise @returns {Promise<T | void>} */
const notLong = (promise) => new Promise(async (done) => (setTimeout(done, SLOW), done(await promise)));

class Outbox {
  /** @param {string} collector */
  constructor(collector) {
    this._collector = collector;
    this._url = collector + "/api/v1/ratings";
    // Namespaced by schema and collector: a portal may have tried another one before.
    this._name = "haochaping/1/" + collector;
    /** @type {Record<string, Entry>} */
    this._entries = {};
    // What a person has seen the end of: a store that is slow to forget brings none of it back.
    /** @type {Record<string, boolean>} */
    this._seen = {};
    /** @type {Record<string, Run>} */
    this._runs = {};
    /** @type {Listener[]} */
    this._listeners = [];
    /** Whether the page's policy lets no request out. */
    this._isBlocked = false;
    this._db = open(this._name);
    const loaded = this._load();
    this._ready = notLong(loaded);
    // Whatever a slow store gives too late for the start is sent all the same.
    [loaded, this._ready].forEach(async (part) => (await part, this.flush()));
    const wake = () => document.visibilityState == "hidden" || this.flush();
    on(window, "online pageshow", wake);
    on(document, "visibilitychange", wake);
    on(window, "pagehide", () => this._leave());
    on(document, "securitypolicyviolation", (event) => {
      if (event.blockedURI == this._url) this._isBlocked = true;
    });
  }

  /** Hears `(entry, outcome, body)`, where the outcome is also "waits" for what was found waiting, "elsewhere" for what
   *  somebody else has shown, and "blocked" if the page lets no request out; returns true for an end that the person now sees.
   *  @param {Listener} listener */
  async listen(listener) {
    if (this._listeners.indexOf(listener) < 0) this._listeners.push(listener);
    await this._ready;
    this._all().forEach((entry) => (entry.end ? this._tell(entry) : listener(entry, "waits")));
  }

  /** @param {Listener} listener */
  unlisten(listener) {
    this._listeners = this._listeners.filter((one) => one != listener);
  }

  /** Writes a rating down, then sends it; `entry.kept` says then whether it outlives the page.
   *  @param {Entry} entry */
  async put(entry) {
    entry.at = Date.now();
    this._seen[entry.id] = false;
    this._entries[entry.id] = entry;
    await this._ready;
    await this._save(entry);
    await this._send(entry);
  }

  /** Sends whatever waits, now; where a person asks, even before the collector's own time.
   *  @param {boolean} [isAsked] */
  flush(isAsked) {
    this._all().forEach((entry) => {
      if (isAsked && this._runs[entry.id]) this._runs[entry.id].after = 0;
      if (!entry.end) this._send(entry);
    });
  }

  _all() {
    return Object.values(this._entries);
  }

  /** The page goes away, and with it the requests that are under way: they go once more, for the browser to see to. Only so
   *  is `keepalive` needed, which browsers before Chrome 81 refuse for JSON. */
  _leave() {
    this._all().forEach((entry) => {
      const run = this._runs[entry.id];
      const init = { method: "POST", headers: { "content-type": JSON_TYPE }, body: entry.body, keepalive: true };
      if (run && run.busy) fetch(this._url, init).catch(() => 0);
    });
  }

  /** One action in a transaction of its own; nothing where it cannot be done.
   *  @param {"put" | "delete" | "getAll"} action @param {any} [argument] @returns {Promise<any>} */
  async _store(action, argument) {
    try {
      const db = await this._db;
      return await new Promise((done, fail) => {
        const work = db.transaction("ratings", "readwrite", { durability: "strict" });
        const request = work.objectStore("ratings")[action](argument);
        work.oncomplete = () => done(request.result);
        work.onabort = fail;
      });
    } catch (error) {
      // Forbidden, full, of another's making or missing.
    }
  }

  /** @param {Entry} entry */
  async _save(entry) {
    const others = this._all().filter((other) => other.kept && other.id != entry.id);
    if (others.length >= MAX_ENTRIES && !entry.end) return void (entry.kept = false);
    const key = this._name + "/" + entry.id;
    const record = { ...entry, kept: true };
    let kept = false;
    // At once, for a page that is closed while the database takes its time.
    try {
      localStorage.setItem(key, stringify(record));
      kept = isEntry(parsed(localStorage.getItem(key)));
    } catch (error) {
      // Full, forbidden or missing.
    }
    entry.kept = !!(await notLong(this._store("put", record))) || kept;
  }

  /** @param {Entry} entry */
  _forget(entry) {
    delete this._entries[entry.id];
    this._seen[entry.id] = true;
    try {
      localStorage.removeItem(this._name + "/" + entry.id);
    } catch (error) {
      // Nothing was kept there then.
    }
    return this._store("delete", entry.id);
  }

  /** The mirror at once, the database when it opens. */
  async _load() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this._name + "/") && !key.includes("/", this._name.length + 1));
      this._takeIn(keys.map((key) => parsed(localStorage.getItem(key))));
    } catch (error) {
      // What is in the database is enough.
    }
    this._takeIn((await this._store("getAll")) || []);
  }

  /** What was given meanwhile is known better here; what is none of ours is left where it lies.
   *  @param {any[]} found */
  _takeIn(found) {
    each(found, (entry) => {
      if (isEntry(entry) && !this._seen[entry.id] && !this._entries[entry.id]) (this._entries[entry.id] = entry).kept = true;
    });
  }

  /** @param {Entry} entry */
  async _send(entry) {
    const run = this._runs[entry.id] || (this._runs[entry.id] = { tries: 0, after: 0 });
    // What is not written down yet is not sent.
    if (run.busy || entry.kept == null || Date.now() < run.after) return;
    run.busy = true;
    clearTimeout(run.timer);
    // A slow network gets longer each time: what was cut off may have arrived, and the same key finds it again.
    const limit = FIRST_LIMIT << Math.min(run.tries++, 3);
    let [status, body, asked] = [0, null, 0];
    let isOwn = !this._isBlocked && NATIVE.test("" + XMLHttpRequest.prototype.send);
    try {
      /** @type {XMLHttpRequest} */
      const request = await new Promise((done) => ask("POST", this._url, JSON_TYPE, entry.body, "json", limit, done));
      // A request of the page's own may give a text.
      [status, body] = [request.status, parsed(request.response)];
      asked = 1000 * parseInt(request.getResponseHeader("retry-after") || "", 10) || 0;
    } catch (error) {
      isOwn = false;
    }
    run.busy = false;
    const now = Date.now();
    let outcome = judge(status, body);
    // Old ones get a last try before they are given up.
    if (outcome == "later" && isSpent(entry, now)) outcome = "refused";
    if (outcome != "later") return this._settle(entry, outcome, body);
    const wait = Math.max(asked, Math.random() * Math.min(LONGEST_WAIT, 1000 << Math.min(run.tries, 6)));
    run.after = asked && now + asked;
    run.timer = setTimeout(() => ((run.after = 0), this._send(entry)), wait);
    this._listeners.forEach((listener) => listener(entry, outcome));
    // How long it has waited is known to the next page too.
    if (entry.kept) this._save(entry);
    // A page may put a request of its own in the browser's place, which lets nothing out.
    if (!isOwn && !status && run.tries > 1) this._probe(entry);
  }

  /** More than once no request of the page's own got out. If the collector is there, it is the page that keeps them in.
   *  @param {Entry} entry */
  _probe(entry) {
    const tell = () => this._listeners.forEach((listener) => listener(entry, "blocked"));
    // Such a policy lets no image in either.
    if (this._isBlocked) return tell();
    const image = new Image();
    image.onload = tell;
    image.src = this._collector + "/pad/icon.svg";
  }

  /** @param {Entry} entry @param {string} outcome @param {Answer | null} body */
  async _settle(entry, outcome, body) {
    entry.end = { outcome: outcome, body: (body && body.code) || outcome != "refused" ? body : { code: "kept-too-long" } };
    // Of a refused one the person's words are still theirs; of an accepted one nothing stays.
    if (outcome == "refused") entry.words = parsed(entry.body).comment;
    entry.body = "";
    // Nobody looks: the end waits for the next page, without what was written once the collector has it.
    if (!this._tell(entry)) await this._save(entry);
  }

  /** @param {Entry} entry */
  _tell(entry) {
    const { outcome, body } = entry.end || { outcome: "", body: null };
    // Whoever sent it comes first, and then anybody who can show it.
    const isSeen = [0, 1].some((late) => this._listeners.some((listener) => listener(entry, outcome, body, late)));
    if (isSeen) this._forget(entry);
    if (isSeen && outcome != "refused") this._listeners.forEach((listener) => listener(entry, "elsewhere"));
    return isSeen;
  }
}
