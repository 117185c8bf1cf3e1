// What a portal's back end does, in Node 20 and every runtime with `fetch` and WebCrypto: registers finished services, calls
// people at windows, puts the form into a page it renders itself, and checks what is pushed to it.

/** The most services in one request. */
const MAX_SERVICES = 1000;
/** How far a webhook's timestamp may lie from the receiver's clock, either way. */
const TOLERANCE_SECONDS = 300;

/** What went wrong, by a stable code. */
export class HcpError extends Error {
  constructor(code, status, title) {
    super("haochaping: " + code + (title ? ": " + title : ""));
    this.name = "HcpError";
    this.code = code;
    this.status = status;
  }
}

const trimmed = (url) => String(url).replace(/\/+$/, "");
const MARKS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text) => String(text).replace(/[&<>"']/g, (mark) => MARKS[mark]);

/** A collector as a portal's back end sees it. */
export class Portal {
  constructor(options) {
    this.collector = trimmed(options.collector);
    this.publicUrl = trimmed(options.publicUrl || options.collector);
    // Some platforms refuse their own where it is called as a member of something else.
    this._fetch = options.fetch || ((...given) => fetch(...given));
    // Not to be seen where the object is printed.
    Object.defineProperty(this, "_apiKey", { value: options.apiKey });
  }

  /** Registers finished services, in requests of 1,000; sending them again gives the same links. */
  async register(services) {
    const all = { tickets: [], rejected: [] };
    for (let from = 0; from < services.length; from += MAX_SERVICES) {
      const body = { services: services.slice(from, from + MAX_SERVICES) };
      const part = await this._ask("POST", "/api/v1/services", body);
      const shifted = (entry) => Object.assign({}, entry, { index: entry.index + from });
      all.tickets.push(...part.tickets.map(shifted));
      all.rejected.push(...part.rejected.map(shifted));
    }
    return all;
  }

  /** Calls the person at a window to rate what was done. */
  call(window, services) {
    return this._ask("POST", "/api/v1/windows/" + encodeURIComponent(window) + "/call", { services: services });
  }

  /** The last call at a window. */
  standing(window) {
    return this._ask("GET", "/api/v1/windows/" + encodeURIComponent(window) + "/call");
  }

  /** Takes the last call at a window back. */
  withdraw(window) {
    return this._ask("POST", "/api/v1/windows/" + encodeURIComponent(window) + "/withdraw", {});
  }

  /** The element for a page, with the form in it where the collector gives one in time, and with the link where it does not:
   *  a portal's page never waits or fails for it. */
  async element(ticket, options) {
    const { lang, label, timeout } = Object.assign({ lang: "zh-Hans", label: "评价本次服务", timeout: 800 }, options);
    const url = this.collector + "/r/" + encodeURIComponent(ticket) + "/form?style=template&lang=" + encodeURIComponent(lang);
    let content = '<a href="' + escape(this.publicUrl) + "/r/" + escape(encodeURIComponent(ticket)) + '">' + escape(label) + "</a>";
    try {
      const response = await this._fetch(url, { signal: AbortSignal.timeout(timeout) });
      const html = await response.text();
      const start = html.indexOf("</title>");
      // The fragment is a document whose head is of no use inside another page.
      if (response.status === 200 && start >= 0) content = html.slice(start + "</title>".length);
    } catch (error) {
      // The link then.
    }
    return '<hao-cha-ping ticket="' + escape(ticket) + '" collector="' + escape(this.publicUrl) + '">' + content + "</hao-cha-ping>";
  }

  async _ask(method, path, body) {
    const headers = { authorization: "Bearer " + this._apiKey };
    if (body) headers["content-type"] = "application/json";
    const init = { method: method, headers: headers, body: body && JSON.stringify(body) };
    const response = await this._fetch(this.collector + path, init).catch(() => null);
    if (!response) throw new HcpError("unreachable", 0);
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    throw new HcpError((answer && answer.code) || "unclear", response.status, answer && (answer.detail || answer.title));
  }
}

/** The value of a header, of an object of headers or of `Headers`. */
const headerOf = (headers, name) => (typeof headers.get === "function" ? headers.get(name) : headers[name]) || "";
const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

/** Whether a webhook came from whoever holds the secret, just now; resolves with the message, rejects with the reason. Give the
 *  body as it came: text or bytes, not parsed. Keep the ids of five minutes: the same id again is the same message. */
export async function verify(secret, headers, body, now) {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => headerOf(headers, name));
  if (!/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret)) throw new HcpError("malformed-secret", 0);
  if (!id || id.length > 128 || id.includes(".")) throw new HcpError("webhook-id", 401);
  const second = (now || Date.now()) / 1000;
  if (!/^\d+$/.test(timestamp) || Math.abs(Number(timestamp) - second) > TOLERANCE_SECONDS) throw new HcpError("webhook-timestamp", 401);
  const content = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(id + "." + timestamp + ".");
  const signed = new Uint8Array(head.length + content.length);
  signed.set(head);
  signed.set(content, head.length);
  const key = await crypto.subtle.importKey("raw", bytesOf(secret.slice("whsec_".length)), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  for (const signature of signatures.split(" ")) {
    const [version, value] = signature.split(",");
    if (version !== "v1" || !/^[A-Za-z0-9+/]{43}=$/.test(value || "")) continue;
    if (await crypto.subtle.verify("HMAC", key, bytesOf(value), signed)) return JSON.parse(new TextDecoder().decode(content));
  }
  throw new HcpError("webhook-signature", 401);
}
