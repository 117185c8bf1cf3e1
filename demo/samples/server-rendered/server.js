// A portal's server that puts the rating form into its page. The form is there with the first byte and can be sent with
// JavaScript off; with it, the element takes the same form over.
//
//   node server.js --collector http://127.0.0.1:8089 --port 8095        then open /?ticket=…

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { render } from "./page.js";

const { values } = parseArgs({
  options: {
    collector: { type: "string", default: process.env.COLLECTOR ?? "http://127.0.0.1:8089" },
    port: { type: "string", default: process.env.PORT ?? "8095" },
  },
});

// From the server's configuration and from nowhere else: a server that fetches whatever address a request names can be
// sent into its own network.
const COLLECTOR = values.collector.replace(/\/$/, "");
// The page waits for the collector no longer than this, then shows the link.
const LIMIT_MS = 2000;

const FILES = {
  "/samples.css": ["text/css", readFileSync(new URL("../samples.css", import.meta.url))],
  "/portal.js": ["text/javascript", readFileSync(new URL("portal.js", import.meta.url))],
};

/** The form of a ticket, or what stands in its place when the service was rated or the link has ended. */
async function fetchForm(ticket) {
  const url = `${COLLECTOR}/r/${encodeURIComponent(ticket)}/form?style=inline&lang=zh-Hans`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
    const [, style, content] = /<style data-hcp>(.*?)<\/style>(.*)$/s.exec(await response.text()) ?? [];
    if (content) return { style, content };
  } catch (error) {
    // The address holds the ticket, and so may the error: only its kind goes to the log.
    console.error(`the form was not fetched: ${error.name}`);
  }
  return null;
}

/** What the page may do. The form's style is inline and allowed by its hash, so it must be sent byte for byte. */
function policy(style) {
  const hash = style && ` 'sha256-${createHash("sha256").update(style).digest("base64")}'`;
  const origin = new URL(COLLECTOR).origin;
  return [
    "default-src 'none'",
    `script-src 'self' ${origin} 'wasm-unsafe-eval'`,
    `style-src 'self'${hash ?? ""}`,
    `connect-src ${origin}`,
    "img-src 'self' data:",
    `form-action ${origin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const [type, body] = FILES[pathname] ?? [];
  if (body) return response.writeHead(200, { "content-type": `${type}; charset=utf-8` }).end(body);
  if (pathname !== "/") return response.writeHead(404).end();

  // A real portal looks the ticket up by the case that the person has opened, after it has checked whose case it is.
  const ticket = searchParams.get("ticket") ?? "";
  const form = ticket && (await fetchForm(ticket));
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    // Each form carries the idempotency key of one rating: a shared cache would hand it to the next person.
    "cache-control": "no-store",
    "content-security-policy": policy(form?.style),
    // The collector takes a form post by its origin, which `no-referrer` would hide.
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
  });
  response.end(render(COLLECTOR, ticket, form));
});

server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`listening on http://localhost:${server.address().port}`);
});
