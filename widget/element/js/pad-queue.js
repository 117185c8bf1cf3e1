// Ratings given on a pad: written down before they are sent, and kept until the collector has them or refuses them for good.

import { judge } from "./outbox.js";

const NAME = "haochaping-pad/1";
const LIMIT = 8000;
/** How long a person or a start waits for the store. */
const SLOW = 2000;

function open() {
  return new Promise((done) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("ratings", { keyPath: "id" });
      request.onsuccess = () => done(request.result);
      request.onerror = () => done();
    } catch (error) {
      done();
    }
  });
}

/** Waits for so long at most: a store may take its time, or never answer. What it does later still counts. */
const atMost = (millis, promise) => Promise.race([promise, new Promise((done) => setTimeout(done, millis))]);

/** Sends JSON once; never rejects. */
async function post(url, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), LIMIT);
  const answer = { status: 0, body: null };
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers: headers, body: body, signal: abort.signal });
    answer.status = response.status;
    answer.body = await response.json();
  } catch (error) {
    // No network, or an answer that is none of ours.
  }
  clearTimeout(timer);
  return answer;
}

/** What became of it: a device that the collector does not know now may be known again. */
const decide = (answer) => (answer.status == 401 || answer.status == 403 ? "later" : judge(answer.status, answer.body));

export class Queue {
  /** `changed` hears how many wait. */
  constructor(url, changed) {
    this._url = url;
    this._changed = changed;
    this._entries = {};
    // The calls that were answered here, on their way or delivered: none of them is asked once more.
    this._answered = new Set();
    this._db = open();
    const read = this._run("getAll").then((found) => {
      (found || []).forEach((entry) => {
        // A store is foreign until it is checked: a half record stops nothing, and is left where it lies.
        if (!entry || typeof entry.body != "string" || !entry.call) return;
        // What was given meanwhile is known better here than by a store that took its time.
        if (!this._entries[entry.id]) this._entries[entry.id] = Object.assign(entry, { kept: true });
        this._answered.add(entry.call);
      });
      this._tell();
    });
    this._ready = atMost(SLOW, read);
    // Whatever was found too late for the start is sent all the same.
    read.then(() => this.flush());
  }

  /** Resolves once it is known what waits, or after two seconds of a slow store. */
  ready() {
    return this._ready;
  }

  /** Whether this call was answered here. */
  has(call) {
    return this._answered.has(call);
  }

  /** Writes `{id, call, body}` down and sends it; gives the outcome of the first try, the answer, and whether it is kept. */
  async put(entry) {
    await this._ready;
    this._entries[entry.id] = entry;
    this._answered.add(entry.call);
    entry.kept = (await atMost(SLOW, this._run("put", entry))) !== undefined;
    this._tell();
    const result = await this._send(entry);
    return { outcome: result.outcome, body: result.body, kept: entry.kept };
  }

  /** Sends whatever waits, one after the other. What is not written down yet is not sent. */
  async flush() {
    await this._ready;
    if (this._flushing) return;
    this._flushing = true;
    for (const entry of Object.values(this._entries)) {
      if (entry.kept !== undefined && (await this._send(entry)).outcome == "later") break;
    }
    this._flushing = false;
  }

  /** Sends once, whoever asks: one that is on its way is not sent again, and everybody who asked hears its end. */
  _send(entry) {
    return entry.sending || (entry.sending = this._sendNow(entry));
  }

  async _sendNow(entry) {
    const answer = await post(this._url, entry.body);
    const outcome = decide(answer);
    if (outcome == "later") {
      entry.sending = null;
    } else {
      // It can be answered in another way.
      if (outcome == "refused" && answer.body.code != "already-rated") this._answered.delete(entry.call);
      this._forget(entry);
    }
    return { outcome: outcome, body: answer.body };
  }

  /** Takes what is delivered off the device. Until the store has done so it is not sent again, and counts as waiting: the
   *  page does not say that nothing is left while something is. */
  async _forget(entry) {
    const erased = this._run("delete", entry.id);
    // A store that kept nothing may never answer.
    if (entry.kept !== false) await erased;
    delete this._entries[entry.id];
    this._tell();
  }

  _tell() {
    this._changed(Object.keys(this._entries).length);
  }

  _run(action, argument) {
    return this._db.then(
      (db) =>
        new Promise((done) => {
          if (!db) return done();
          try {
            const work = db.transaction("ratings", "readwrite", { durability: "strict" });
            const { id, call, body } = argument || {};
            const request = work.objectStore("ratings")[action](action == "put" ? { id: id, call: call, body: body } : argument);
            work.oncomplete = () => done(action == "delete" ? null : request.result);
            work.onabort = () => done();
          } catch (error) {
            done();
          }
        })
    );
  }
}
