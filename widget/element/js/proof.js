// On the look-up page: checks in this browser that a rating is in the ledger. The cryptography is loaded when somebody asks
// for the check. What is said stands in the page, in its language.

import { check, initSync } from "./proof-glue.js";

const section = document.querySelector("[data-proof]");
const button = section.querySelector("button");
const said = section.querySelector("[role=status]");
let loading;

/** Loads the check once; a failure is not kept. */
function load() {
  loading =
    loading ||
    fetch(section.dataset.wasm, { integrity: section.dataset.integrity })
      .then((response) => response.arrayBuffer())
      .then((bytes) => WebAssembly.compile(bytes))
      .then((module) => initSync({ module: module }));
  loading.catch(() => (loading = 0));
  return loading;
}

function say(name, values) {
  const fill = (text, key) => text.replace("{" + key + "}", () => values[key]);
  said.textContent = Object.keys(values || {}).reduce(fill, section.dataset[name]);
  said.classList.toggle("fault", name != "holds" && name != "promised" && name != "checking");
}

/** The proof as the collector gives it now. That the leaf is gone is an answer, and not a bad network. */
async function fetched() {
  const response = await fetch(section.dataset.proof, { cache: "no-store" });
  if (response.ok) return response.text();
  const problem = await response.json();
  throw { isGone: problem.code == "leaf-gone" };
}

async function run() {
  let proof;
  say("checking");
  try {
    [proof] = await Promise.all([fetched(), load()]);
  } catch (error) {
    if (error.isGone) return say("gone");
    return say(error instanceof WebAssembly.CompileError ? "unable" : "unreachable");
  }
  try {
    const shown = JSON.parse(check(proof, section.dataset.receipt));
    if (shown.promised) say("promised", shown);
    else say("holds", Object.assign(shown, { n: shown.index + 1 }));
  } catch (error) {
    say("fails", { why: error.message || error });
  }
}

// Without WebAssembly the link to the proof stays what there is.
if (typeof WebAssembly == "object") {
  button.hidden = false;
  let isBusy;
  button.addEventListener("click", () => {
    if (isBusy) return;
    isBusy = true;
    run().then(() => (isBusy = false));
  });
}
