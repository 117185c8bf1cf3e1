// Serves target/samples under the policy of a strict portal: npm run serve -- --collector http://127.0.0.1:8089
// Each sample is at /<name>/?ticket=…&collector=…

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    collector: { type: "string", default: "http://127.0.0.1:8089" },
    port: { type: "string", default: "8094" },
  },
});

const SAMPLES = new URL("../../target/samples/", import.meta.url);
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};
const ADDITIONS = JSON.parse(await readFile(new URL("csp.json", import.meta.url), "utf8"));
const POLICY = [
  "default-src 'none'",
  "script-src 'self' COLLECTOR 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src COLLECTOR",
  "img-src 'self' data:",
  "form-action COLLECTOR",
  "frame-src 'self'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
];

/** The policy of one sample: an addition takes the place of the directive of its name. */
function policy(name) {
  const addition = ADDITIONS[name];
  const isReplaced = (directive) => addition?.split(" ")[0] === directive.split(" ")[0];
  const directives = POLICY.map((directive) => (isReplaced(directive) ? addition : directive));
  return directives.join("; ").replaceAll("COLLECTOR", new URL(values.collector).origin);
}

const server = createServer(async (request, response) => {
  // URL takes every `..` out of the path, and fileURLToPath, inside readFile, refuses an encoded slash.
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const file = new URL(`.${pathname}${pathname.endsWith("/") ? "index.html" : ""}`, SAMPLES);
  const body = await readFile(file).catch(() => null);
  if (!body) return response.writeHead(404).end();
  response.writeHead(200, {
    "content-type": TYPES[extname(file.pathname)] ?? "application/octet-stream",
    "content-security-policy": policy(pathname.split("/")[1]),
    // The collector takes a rating by its page's origin, which `no-referrer` would hide from a form post.
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  response.end(body);
});

server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`listening on http://localhost:${server.address().port}`);
});
