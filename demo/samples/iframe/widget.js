/// <reference types="haochaping/widget" />
// The frame's side: shows the form and tells the host what became of it, with a receipt and never a level or a text.

import { collector, ratingPage, ticket } from "../query.js";

// The one page that may hear it. In production a constant, "https://portal.example.gov.cn": never "*", and neither from
// the address of this page nor from `document.referrer`, which whoever frames it decides.
const HOST = location.origin;

const element = /** @type {HTMLElementTagNameMap["hao-cha-ping"]} */ (document.querySelector("hao-cha-ping"));

element.addEventListener("hcp-rated", ({ detail: { receipt, outcome } }) => {
  parent.postMessage({ type: "haochaping", receipt, outcome }, HOST);
});

new ResizeObserver(() => {
  parent.postMessage({ type: "haochaping-height", height: Math.ceil(document.body.getBoundingClientRect().height) }, HOST);
}).observe(document.body);

if (ticket && collector) {
  element.setAttribute("ticket", ticket);
  element.setAttribute("collector", collector);
  element.querySelector("a")?.setAttribute("href", ratingPage);
  import(`${collector}/v1/haochaping.js`);
}
