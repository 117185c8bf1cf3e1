// Ratings on their way: written down before they are sent, kept until the collector has them or refuses them for good.
// What an answer means is the rule of `haochaping::client::judge`; both are held to the same table of answers.

const MAX_ENTRIES = 20;
const MAX_AGE_MS = 72 * 3600 * 1000;
const FIRST_LIMIT = 8000;
const LONGEST_WAIT = 60000;
/** How long a person waits for a store. */
const SLOW = 2000;
/** @type {Record<string, Outbox>} */
const boxes = {};

/** What the collector answered: a receipt, or a problem.
 *  @typedef {{receipt?: string, lookup?: string, lookup_url?: string, rated_at?: string, code?: string, rated_on?: string,
 *    violations?: object[]}} Answer */
/** A rating that is written down; `haochaping_yew::outbox::Entry` is the same.
 *  @typedef {{id: string, ticket: string, body: string, at?: number, kept?: boolean, words?: string,
 *    end?: {outcome: string, body: Answer | null}}} Entry */
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
  return body && body.code && status >= 400 && status < 500 && !/408|425|429/.test(String(status)) ? "refused" : "later";
}

/** Sends JSON once; never rejects. `wait` is what the collector asks for, in milliseconds.
 *  @param {string} url @param {string} body @param {number} limit
 *  @returns {Promise<{status: number, wait: number, body: Answer | null}>} */
function post(url, body, limit) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limit);
  /** @type {RequestInit} */
  const init = { method: "POST", mode: "cors", credentials: "omit", keepalive: true, signal: abort.signal, body: body };
  init.headers = { "content-type": "application/json" };
  const answer = { status: 0, wait: 0, body: /** @type {Answer | null} */ (null) };
  return fetch(url, init)
    .then((response) => {
      answer.status = response.status;
      answer.wait = 1000 * parseInt(response.headers.get("retry-after") || "", 10) || 0;
      return response.text();
    })
    .then((text) => (answer.body = JSON.parse(text)))
    .catch(() => 0)
    .then(() => (clearTimeout(timer), answer));
}

/** The database, whenever it opens; nothing where there is none. Some web-views never answer.
 *  @param {string} name @returns {Promise<IDBDatabase | void>} */
function open(name) {
  return new Promise((done) => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("ratings", { keyPath: "id" });
      request.onsuccess = () => done(request.result);
      request.onerror = () => done();
    } catch (error) {
      done();
    }
  });
}

/** Waits for so long at most; what is done later still counts.
 *  @template T @param {Promise<T>} promise @returns {Promise<T | void>} */
const notLong = (promise) => Promise.race([promise, /** @type {Promise<void>} */ (new Promise((done) => setTimeout(done, SLOW)))]);

class Outbox {
  /** @param {string} collector */
  constructor(collector) {
    this._url = collector + "/api/v1/ratings";
    // Namespaced by schema and collector: a portal may have tried another one before.
    this._name = "haochaping/1/" + collector;
    /** @type {Record<string, Entry>} */
    this._entries = {};
    // What a person has seen the end of: a store that is slow to forget brings none of it back.
    this._seen = new Set();
    /** @type {Record<string, Run>} */
    this._runs = {};
    /** @type {Listener[]} */
    this._listeners = [];
    this._db = open(this._name);
    // Whatever a slow store gives too late for the start is sent all the same.
    const flush = () => this.flush();
    this._ready = notLong(this._load().then(flush));
    this._ready.then(flush);
    const wake = () => document.visibilityState == "hidden" || this.flush();
    ["online", "pageshow"].forEach((name) => addEventListener(name, wake));
    document.addEventListener("visibilitychange", wake);
  }

  /** Hears `(entry, outcome, body)`, where the outcome is also "waits" for what was found waiting, and returns true for an
   *  end that the person now sees.
   *  @param {Listener} listener */
  listen(listener) {
    if (!this._listeners.includes(listener)) this._listeners.push(listener);
    this._ready.then(() => Object.values(this._entries).forEach((entry) => (entry.end ? this._tell(entry) : listener(entry, "waits"))));
  }

  /** @param {Listener} listener */
  unlisten(listener) {
    this._listeners = this._listeners.filter((one) => one != listener);
  }

  /** Writes a rating down, then sends it; `entry.kept` says then whether it outlives the page.
   *  @param {Entry} entry */
  put(entry) {
    entry.at = Date.now();
    this._seen.delete(entry.id);
    this._entries[entry.id] = entry;
    return this._ready.then(() => this._save(entry)).then(() => this._send(entry));
  }

  /** Sends whatever waits, now; where a person asks, even before the collector's own time.
   *  @param {boolean} [isAsked] */
  flush(isAsked) {
    Object.values(this._entries).forEach((entry) => {
      if (isAsked && this._runs[entry.id]) this._runs[entry.id].after = 0;
      if (!entry.end) this._send(entry);
    });
  }

  /** One action in a transaction of its own; nothing where it cannot be done.
   *  @param {"put" | "delete" | "getAll"} action @param {any} [argument] @returns {Promise<any>} */
  _store(action, argument) {
    return this._db.then(
      (db) =>
        new Promise((/** @type {(value?: any) => void} */ done) => {
          if (!db) return done();
          try {
            const work = db.transaction("ratings", "readwrite", { durability: "strict" });
            const request = work.objectStore("ratings")[action](argument);
            work.oncomplete = () => done(request.result);
            work.onabort = () => done();
          } catch (error) {
            done();
          }
        })
    );
  }

  /** @param {Entry} entry */
  async _save(entry) {
    const others = Object.values(this._entries).filter((other) => other.kept && other.id != entry.id);
    if (others.length >= MAX_ENTRIES && !entry.end) return void (entry.kept = false);
    const key = this._name + "/" + entry.id;
    const record = Object.assign({}, entry, { kept: true });
    let kept = false;
    // At once, for a page that is closed while the database takes its time.
    try {
      localStorage.setItem(key, JSON.stringify(record));
      kept = true;
    } catch (error) {
      // Full, forbidden or missing.
    }
    entry.kept = !!(await notLong(this._store("put", record))) || kept;
  }

  /** @param {Entry} entry */
  _forget(entry) {
    delete this._entries[entry.id];
    this._seen.add(entry.id);
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
      this._takeIn(Object.keys(localStorage).filter((key) => key.startsWith(this._name + "/") && !key.includes("/", this._name.length + 1)).map((key) => JSON.parse(localStorage[key])));
    } catch (error) {
      // What is in the database is enough.
    }
    this._takeIn((await this._store("getAll")) || []);
  }

  /** What was given meanwhile is known better here.
   *  @param {Entry[]} found */
  _takeIn(found) {
    found.forEach((entry) => this._seen.has(entry.id) || (this._entries[entry.id] = this._entries[entry.id] || entry));
  }

  /** @param {Entry} entry */
  async _send(entry) {
    const run = this._runs[entry.id] || (this._runs[entry.id] = { tries: 0, after: 0 });
    // What is not written down yet is not sent.
    if (run.busy || entry.kept == null || Date.now() < run.after) return;
    run.busy = true;
    clearTimeout(run.timer);
    // A slow network gets longer each time: what was cut off may have arrived, and the same key finds it again.
    const answer = await post(this._url, entry.body, FIRST_LIMIT << Math.min(run.tries, 3));
    run.busy = false;
    run.tries++;
    let outcome = judge(answer.status, answer.body);
    // Old ones get a last try before they are given up.
    if (outcome == "later" && Date.now() - (entry.at || 0) > MAX_AGE_MS) outcome = "refused";
    if (outcome != "later") return this._settle(entry, outcome, answer.body);
    const wait = Math.max(answer.wait, Math.random() * Math.min(LONGEST_WAIT, 1000 << Math.min(run.tries, 6)));
    run.after = answer.wait && Date.now() + answer.wait;
    run.timer = setTimeout(() => ((run.after = 0), this._send(entry)), wait);
    this._listeners.forEach((listener) => listener(entry, outcome));
  }

  /** @param {Entry} entry @param {string} outcome @param {Answer | null} body */
  async _settle(entry, outcome, body) {
    entry.end = { outcome: outcome, body: (body && body.code) || outcome != "refused" ? body : { code: "kept-too-long" } };
    // Of a refused one the person's words are still theirs; of an accepted one nothing stays.
    if (outcome == "refused") entry.words = JSON.parse(entry.body).comment;
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
    return isSeen;
  }
}
