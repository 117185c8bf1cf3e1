// The host's side: puts the page with the form into the frame and believes messages of that page alone.

import { collector, ticket } from "../query.js";

const frame = /** @type {HTMLIFrameElement} */ (document.querySelector("#rating"));
const said = /** @type {HTMLElement} */ (document.querySelector("#said"));

// The page in the frame. Here it is a neighbour; in production it has a host of its own, since a page of the host's own
// origin could take its sandbox off.
const page = new URL("widget.html", location.href);
page.search = new URLSearchParams({ ticket, collector }).toString();

addEventListener("message", ({ origin, source, data }) => {
  // Any window may send messages: both the frame and its origin must be ours.
  if (source !== frame.contentWindow || origin !== page.origin) return;
  if (data?.type === "haochaping") said.textContent = `haochaping outcome=${data.outcome} receipt=${data.receipt}`;
  // A frame does not grow with its content, and a bar to scroll inside a page is hard on a phone.
  if (data?.type === "haochaping-height" && data.height > 0) frame.height = String(Math.min(data.height, 4000));
});

if (ticket && collector) frame.src = page.href;
else said.textContent = "请在网址后加 ?ticket=…&collector=…";
