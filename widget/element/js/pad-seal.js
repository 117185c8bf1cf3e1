// What waits on a pad is sealed to the collector, so that nobody reads it off the device: HPKE (RFC 9180) in mode base with
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM, out of what browsers have.

const encoder = new TextEncoder();
const INFO = encoder.encode("hcp-pad-1");
const EMPTY = new Uint8Array(0);
const VERSION = encoder.encode("HPKE-v1");
const KEM = join(encoder.encode("KEM"), [0, 16]);
const HPKE = join(encoder.encode("HPKE"), [0, 16, 0, 1, 0, 1]);

function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  parts.forEach((part) => (all.set(part, at), (at += part.length)));
  return all;
}

const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
const fromBase64 = (text) => Uint8Array.from(atob(text), (symbol) => symbol.charCodeAt(0));

async function hmac(key, message) {
  // An empty key is padded with zeros, and browsers take none of no length.
  const usable = key.length ? key : new Uint8Array(32);
  const imported = await crypto.subtle.importKey("raw", usable, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

const extract = (suite, salt, label, secret) => hmac(salt, join(VERSION, suite, encoder.encode(label), secret));

/** At most 32 bytes, which is one round. */
async function expand(suite, secret, label, info, length) {
  const message = join([0, length], VERSION, suite, encoder.encode(label), info, [1]);
  return (await hmac(secret, message)).slice(0, length);
}

/** Whether this browser can seal: only pages that came by TLS or from this machine can. */
export const canSeal = () => !!(self.crypto && crypto.subtle);

/** Seals a text to a public key (an uncompressed point in base64); `bound` has to be known to open it. */
export async function seal(number, publicKey, text, bound) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = fromBase64(publicKey);
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveBits"]);
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const imported = await crypto.subtle.importKey("raw", theirs, curve, false, []);
  const agreed = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: imported }, pair.privateKey, 256));
  const shared = await expand(KEM, await extract(KEM, EMPTY, "eae_prk", agreed), "shared_secret", join(enc, theirs), 32);
  const hashes = [await extract(HPKE, EMPTY, "psk_id_hash", EMPTY), await extract(HPKE, EMPTY, "info_hash", INFO)];
  const context = join([0], ...hashes);
  const secret = await extract(HPKE, shared, "secret", EMPTY);
  const raw = await expand(HPKE, secret, "key", context, 16);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const iv = await expand(HPKE, secret, "base_nonce", context, 12);
  const cipher = { name: "AES-GCM", iv: iv, additionalData: encoder.encode(bound) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(cipher, key, encoder.encode(text)));
  return { key: number, enc: toBase64(enc), text: toBase64(sealed) };
}
