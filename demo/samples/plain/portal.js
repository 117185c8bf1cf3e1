/** @import { HaoChaPingEvents } from "haochaping/widget" */
import { collector, ratingPage, ticket } from "../query.js";

const element = /** @type {HTMLElementTagNameMap["hao-cha-ping"]} */ (document.querySelector("hao-cha-ping"));
const said = /** @type {HTMLElement} */ (document.querySelector("#said"));

// Listen before the element's script runs: a form that is in the page already is ready at once.
element.addEventListener("hcp-ready", () => {
  said.textContent = "hcp-ready";
});
element.addEventListener("hcp-rated", ({ detail: { receipt, outcome } }) => {
  // While the rating waits for the network (queued) there is no receipt; the event comes again when the collector has it.
  said.textContent = `hcp-rated outcome=${outcome} receipt=${receipt}`;
});
element.addEventListener("hcp-already-rated", () => {
  said.textContent = "hcp-already-rated";
});
element.addEventListener("hcp-error", onError);

/** @param {HaoChaPingEvents["hcp-error"]} event */
function onError({ detail: { code } }) {
  said.textContent = `hcp-error code=${code}`;
}

if (ticket && collector) {
  // What a back end writes into the page. The element is not defined yet, so these are attributes.
  element.setAttribute("ticket", ticket);
  element.setAttribute("collector", collector);
  element.querySelector("a")?.setAttribute("href", ratingPage);
  // In place of the script tag: with Trusted Types on, no script may set the `src` of another from a string.
  import(`${collector}/v1/haochaping.js`).catch(() => {
    said.textContent = "haochaping.js 无法加载";
  });
} else {
  said.textContent = "请在网址后加 ?ticket=…&collector=…";
}
