// On the look-up page: checks in this browser that a rating is in the ledger. The cryptography is loaded when somebody asks
// for the check. What is said stands in the page, in its language.

import { check, initSync } from "./proof-glue.js";

const section = /** @type {HTMLElement} */ (document.querySelector("[data-proof]"));
const button = /** @type {HTMLButtonElement} */ (section.querySelector("button"));
const said = /** @type {HTMLElement} */ (section.querySelector("[role=status]"));
const data = /** @type {Record<string, string>} */ (section.dataset);
/** @type {Promise<unknown> | null} */
let loading = null;

/** Loads the check once; a failure is not kept. */
function load() {
  loading =
    loading ||
    fetch(data.wasm, { integrity: data.integrity })
      .then((response) => response.arrayBuffer())
      .then((bytes) => WebAssembly.compile(bytes))
      .then((module) => initSync({ module: module }));
  loading.catch(() => (loading = null));
  return loading;
}

/** @param {string} name @param {Record<string, any>} [values] */
function say(name, values) {
  const filled = values || {};
  /** @param {string} text @param {string} key */
  const fill = (text, key) => text.replace("{" + key + "}", () => filled[key]);
  said.textContent = Object.keys(filled).reduce(fill, data[name]);
  said.classList.toggle("fault", name != "holds" && name != "promised" && name != "checking");
}

/** The proof as the collector gives it now. That the leaf is gone is an answer, and not a bad network. */
async function fetched() {
  const response = await fetch(data.proof, { cache: "no-store" });
  if (response.ok) return response.text();
  const problem = await response.json();
  throw { isGone: problem.code == "leaf-gone" };
}

async function run() {
  let proof;
  say("checking");
  try {
    [proof] = await Promise.all([fetched(), load()]);
  } catch (thrown) {
    const error = /** @type {any} */ (thrown);
    if (error.isGone) return say("gone");
    return say(error instanceof WebAssembly.CompileError ? "unable" : "unreachable");
  }
  try {
    const shown = JSON.parse(check(proof, data.receipt));
    if (shown.promised) say("promised", shown);
    else say("holds", Object.assign(shown, { n: shown.index + 1 }));
  } catch (thrown) {
    const error = /** @type {any} */ (thrown);
    say("fails", { why: error.message || error });
  }
}

// Without WebAssembly the link to the proof stays what there is.
if (typeof WebAssembly == "object") {
  button.hidden = false;
  let isBusy = false;
  button.addEventListener("click", () => {
    if (isBusy) return;
    isBusy = true;
    run().then(() => (isBusy = false));
  });
}
