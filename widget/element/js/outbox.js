// Ratings on their way: written down before they are sent, kept until the collector has them or refuses them for good.
// What an answer means is the rule of `haochaping::client::judge`; both are held to the same table of answers.

const MOST = 20;
const LONGEST = 72 * 3600 * 1000;
const FIRST_LIMIT = 8000;
const LONGEST_WAIT = 60000;
const boxes = {};

/** The outbox of a collector: one for a page, whatever it holds several of. */
export function outboxOf(collector) {
  return boxes[collector] || (boxes[collector] = new Outbox(collector));
}

/** "accepted", "replayed", "refused", or "later" where nothing is decided: a captive portal also answers 200. */
export function judge(status, body) {
  if ((status == 200 || status == 201) && body && String(body.receipt).length == 19 && body.lookup) return status == 200 ? "replayed" : "accepted";
  return body && body.code && status >= 400 && status < 500 && !/408|425|429/.test(status) ? "refused" : "later";
}

/** Sends JSON once; never rejects. `wait` is what the collector asks for, in milliseconds. */
function post(url, body, limit) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limit);
  const init = { method: "POST", mode: "cors", credentials: "omit", keepalive: true, signal: abort.signal, body: body };
  init.headers = { "content-type": "application/json" };
  const answer = { status: 0, wait: 0, body: null };
  return fetch(url, init)
    .then((response) => {
      answer.status = response.status;
      answer.wait = 1000 * parseInt(response.headers.get("retry-after"), 10) || 0;
      return response.text();
    })
    .then((text) => (answer.body = JSON.parse(text)))
    .catch(() => 0)
    .then(() => (clearTimeout(timer), answer));
}

function open(name) {
  return new Promise((done) => {
    // Some web-views never answer.
    setTimeout(done, 2000);
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

class Outbox {
  constructor(collector) {
    this._url = collector + "/api/v1/ratings";
    // Namespaced by schema and collector: a portal may have tried another one before.
    this._name = "haochaping/1/" + collector;
    this._entries = {};
    this._runs = {};
    this._listeners = [];
    this._db = open(this._name);
    this._ready = this._load();
    this._ready.then(() => this.flush());
    const wake = () => document.visibilityState == "hidden" || this.flush();
    ["online", "pageshow"].forEach((name) => addEventListener(name, wake));
    document.addEventListener("visibilitychange", wake);
  }

  /** Hears `(entry, outcome, body)`, where the outcome is also "waits" for what was found waiting, and returns true for an
   *  end that the person now sees. */
  listen(listener) {
    if (!this._listeners.includes(listener)) this._listeners.push(listener);
    this._ready.then(() => Object.values(this._entries).forEach((entry) => (entry.end ? this._tell(entry) : listener(entry, "waits"))));
  }

  unlisten(listener) {
    this._listeners = this._listeners.filter((one) => one != listener);
  }

  /** Writes a rating down, then sends it. `entry` is `{id, ticket, body}`; `entry.kept` says whether it outlives the page. */
  put(entry) {
    entry.at = Date.now();
    this._entries[entry.id] = entry;
    return this._ready.then(() => this._save(entry)).then(() => this._send(entry));
  }

  /** Sends whatever waits, now; where a person asks, even before the collector's own time. */
  flush(isAsked) {
    Object.values(this._entries).forEach((entry) => {
      if (isAsked && this._runs[entry.id]) this._runs[entry.id].after = 0;
      if (!entry.end) this._send(entry);
    });
  }

  _store(action, argument) {
    return this._db.then(
      (db) =>
        new Promise((done) => {
          if (!db) return done();
          setTimeout(done, 2000);
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

  async _save(entry) {
    const others = Object.values(this._entries).filter((other) => other.kept && other.id != entry.id);
    if (others.length >= MOST && !entry.end) return (entry.kept = false);
    const key = this._name + "/" + entry.id;
    const record = Object.assign({}, entry, { kept: true });
    let kept = await this._store("put", record);
    try {
      localStorage.setItem(key, JSON.stringify(record));
      kept = true;
    } catch (error) {
      // Full, forbidden or missing.
    }
    entry.kept = !!kept;
  }

  _forget(entry) {
    delete this._entries[entry.id];
    try {
      localStorage.removeItem(this._name + "/" + entry.id);
    } catch (error) {
      // Nothing was kept there then.
    }
    return this._store("delete", entry.id);
  }

  async _load() {
    const found = (await this._store("getAll")) || [];
    try {
      Object.keys(localStorage).forEach((key) => key.startsWith(this._name + "/") && found.push(JSON.parse(localStorage[key])));
    } catch (error) {
      // What is in the database is enough.
    }
    found.forEach((entry) => (this._entries[entry.id] = this._entries[entry.id] || entry));
  }

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
    if (outcome == "later" && Date.now() - entry.at > LONGEST) outcome = "refused";
    if (outcome != "later") return this._settle(entry, outcome, answer);
    const wait = Math.max(answer.wait, Math.random() * Math.min(LONGEST_WAIT, 1000 << Math.min(run.tries, 6)));
    run.after = answer.wait && Date.now() + answer.wait;
    run.timer = setTimeout(() => ((run.after = 0), this._send(entry)), wait);
    this._listeners.forEach((listener) => listener(entry, outcome));
  }

  async _settle(entry, outcome, answer) {
    entry.end = { outcome: outcome, body: answer.body && answer.body.code || outcome != "refused" ? answer.body : { code: "kept-too-long" } };
    // Of a refused one the person's words are still theirs; of an accepted one nothing stays.
    if (outcome == "refused") entry.words = JSON.parse(entry.body).comment;
    entry.body = "";
    // Nobody looks: the end waits for the next page, without what was written once the collector has it.
    if (!this._tell(entry)) await this._save(entry);
  }

  _tell(entry) {
    // Whoever sent it comes first, and then anybody who can show it.
    const isSeen = [0, 1].some((late) => this._listeners.some((listener) => listener(entry, entry.end.outcome, entry.end.body, late)));
    if (isSeen) this._forget(entry);
    return isSeen;
  }
}
