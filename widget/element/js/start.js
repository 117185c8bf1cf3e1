// The app's start, and why it may fail. A failure is named once, in the console and to the collector, by a code that its
// guide explains; the plain form goes on working.

import { initSync } from "./glue.js";
import { fetch } from "./platform.js";

/** The app on its way; whether it is there. @type {Promise<boolean> | undefined} */
let loading;
/** The language of the app that is loaded or on its way. */
let language = "";
let isReported = false;

/** Names in the console what the page has to set, with nobody to tell it to.
 *  @param {string} code */
export function complain(code) {
  console.warn("haochaping: " + code);
}

/** Tells the collector why nothing started: the code and nothing else.
 *  @param {string} collector @param {string} code @param {string} [detail] */
export function report(collector, code, detail) {
  if (isReported) return;
  isReported = true;
  console.warn("haochaping: " + code + (detail || "") + " " + collector + "/embed#" + code);
  if (collector) fetch(collector + "/api/v1/widget-failures?cause=" + code, { method: "POST", mode: "no-cors", credentials: "omit" }).catch(() => 0);
}

/** Loads the app once a page, in the language of the first form; one in another language stays plain, and works. Whether it
 *  is there.
 *  @param {string} collector @param {string} lang @returns {Promise<boolean>} */
export function load(collector, lang) {
  if (!loading) {
    language = lang;
    loading = start(collector, lang);
  }
  return loading;
}

/** The language of the app that is loaded or on its way. */
export const loaded = () => language;

/** The app is of no use any longer. */
export function unload() {
  language = "";
}

/** @param {string} collector @param {string} lang */
async function start(collector, lang) {
  let fault;
  try {
    fault = await instantiate(collector + "/v/" + VERSION + "/haochaping." + lang + ".wasm", lang);
  } catch (error) {
    fault = ["died", " " + error];
  }
  if (fault) report(collector, fault[0], fault[1]);
  return !fault;
}

/** Gives a code and what it is about, where it fails.
 *  @param {string} url @param {string} lang */
async function instantiate(url, lang) {
  if (typeof WebAssembly != "object") return ["no-webassembly"];
  let response;
  try {
    // All three as in the page's preload, or the file would come twice.
    response = await fetch(url, { integrity: INTEGRITY[lang], mode: "cors", credentials: "same-origin" });
  } catch (error) {
    // A wrong digest and a dead network look alike to a script; a second question tells them apart.
    let status = 0;
    try {
      ({ status } = await fetch(url, { method: "HEAD", credentials: "omit" }));
    } catch (error) {
      // The network then.
    }
    return status ? (status == 200 ? ["wasm-integrity"] : ["wasm-status", " " + status]) : ["wasm-unreachable"];
  }
  const type = response.headers.get("content-type") || "none";
  if (type.split(";")[0] != "application/wasm") return ["wasm-type", " " + type];
  try {
    initSync({ module: await WebAssembly.compile(await response.arrayBuffer()) });
  } catch (error) {
    return /unsafe-eval|Content Security Policy/.test(String(error)) ? ["wasm-csp"] : ["wasm-damaged"];
  }
}
