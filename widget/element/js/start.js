// The app's start, and why it may fail. A failure is named once, in the console and to the collector, by a code that its
// guide explains; the plain form goes on working.

import { initSync } from "./glue.js";

/** The app on its way, and its language. @type {Promise<void> & {lang: string} | undefined} */
let loading;
let isTold = false;

/** Tells the collector why nothing started: the code and nothing else.
 *  @param {string} collector @param {string} code @param {string} [detail] */
export function report(collector, code, detail) {
  if (isTold) return;
  isTold = true;
  console.warn("haochaping: " + code + (detail || "") + ": the plain form stays in use; see " + collector + "/embed#" + code);
  fetch(collector + "/api/v1/widget-failures?cause=" + code, { method: "POST", mode: "no-cors", credentials: "omit", keepalive: true }).catch(() => 0);
}

/** Loads the app once a page, in the language of the first form; one in another language stays plain, and works.
 *  @param {string} collector @param {string} lang @returns {Promise<void>} */
export function load(collector, lang) {
  if (!loading) {
    loading = Object.assign(start(collector + "/v/" + VERSION + "/haochaping." + lang + ".wasm", lang), { lang: lang });
    loading.catch(([code, detail]) => report(collector, code, detail));
  }
  return loading;
}

/** The language of the app that is loaded or on its way. */
export const loaded = () => loading && loading.lang;

/** Rejects with a code and what it is about.
 *  @param {string} url @param {string} lang */
async function start(url, lang) {
  if (typeof WebAssembly != "object") throw ["no-webassembly"];
  let response;
  try {
    // All three as in the page's preload, or the file would come twice.
    response = await fetch(url, { integrity: INTEGRITY[lang], mode: "cors", credentials: "same-origin" });
  } catch (error) {
    // A wrong digest and a dead network look alike to a script; a second question tells them apart.
    const status = await fetch(url, { method: "HEAD", credentials: "omit" }).then((r) => r.status, () => 0);
    throw status ? (status == 200 ? ["wasm-integrity"] : ["wasm-status", " " + status]) : ["wasm-unreachable"];
  }
  const type = response.headers.get("content-type") || "none";
  if (type.split(";")[0] != "application/wasm") throw ["wasm-type", " " + type];
  try {
    initSync({ module: await WebAssembly.compile(await response.arrayBuffer()) });
  } catch (error) {
    throw /unsafe-eval|Content Security Policy/.test(String(error)) ? ["wasm-csp"] : ["wasm-damaged"];
  }
}
