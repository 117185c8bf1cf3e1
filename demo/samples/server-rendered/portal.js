/// <reference types="haochaping/widget" />
// What the portal's page does with the element's events. It stands before the element's script, since a form that is in
// the page already is ready as soon as that script runs.

const element = document.querySelector("hao-cha-ping");
const said = /** @type {HTMLElement} */ (document.querySelector("#said"));

element?.addEventListener("hcp-ready", () => {
  said.textContent = "hcp-ready";
});
element?.addEventListener("hcp-rated", ({ detail: { receipt, outcome } }) => {
  // While the rating waits for the network (queued) there is no receipt; the event comes again when the collector has it.
  said.textContent = `hcp-rated outcome=${outcome} receipt=${receipt}`;
});
element?.addEventListener("hcp-already-rated", () => {
  said.textContent = "hcp-already-rated";
});
element?.addEventListener("hcp-error", ({ detail: { code } }) => {
  said.textContent = `hcp-error code=${code}`;
});
