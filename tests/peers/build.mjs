// Builds the peers into target/peers: pages and scripts, each with its .br beside it.

import { build } from "esbuild";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { ratingData } from "./data.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const out = join(root, "target/peers");
/** How many forms stand on the pages that memory is measured with. */
const MANY = 51;
/** Made up, as long as what the collector's page says. */
const SUBJECT = {
  ticket: "20EG38GES3RQ8YS0NQTQ7V4ZRQBVCMC7J0JASQEF53QX0PHA",
  item: "护照补发",
  agency: "示例市公安局",
  finished: "2026-11-20",
};

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "server"), { recursive: true });
const data = join(out, "server/data.json");
writeFileSync(data, JSON.stringify(ratingData(root)));
const style = readFileSync(join(root, "sdk/src/form/form.css"), "utf8");

const bundle = (library, entry, rest) => build({
  entryPoints: [join(here, "src", entry + ".jsx")],
  bundle: true,
  jsx: "automatic",
  jsxImportSource: library,
  alias: { hooks: library === "preact" ? "preact/hooks" : "react", "rating-data": data },
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  logLevel: "warning",
  ...rest,
});

function write(name, text) {
  writeFileSync(join(out, name), text);
  const small = brotliCompressSync(text);
  writeFileSync(join(out, name + ".br"), small);
  console.log(`${name.padEnd(22)}${String(Buffer.byteLength(text)).padStart(9)}${String(small.length).padStart(9)} brotli`);
}

async function script(library, entry) {
  const built = await bundle(library, entry, { minify: true, format: "esm", target: "es2018", write: false });
  write(entry + ".js", built.outputFiles[0].text);
}

async function server(library) {
  const outfile = join(out, "server", library + ".cjs");
  await bundle(library, library + "-server", { platform: "node", format: "cjs", outfile });
  return createRequire(import.meta.url)(outfile).draw;
}

const attributes = Object.entries(SUBJECT).map(([name, value]) => ` data-${name}="${value}"`).join("");
const place = (form) => `<div data-rating${attributes}>${form}</div>`;
const page = (body, entry) => `<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">\
<meta name="viewport" content="width=device-width,initial-scale=1"><title>评价本次服务</title><link rel="icon" href="data:,">\
<style>${style}</style>${entry ? `<script type="module" src="/${entry}.js"></script>` : ""}</head>\
<body><main><h1>评价本次服务</h1>${body}</main></body></html>`;

for (const library of ["preact", "react"]) {
  await script(library, library);
  await script(library, library + "-hydrate");
  const draw = await server(library);
  write(library + ".html", page(place(""), library));
  write(library + "-hydrate.html", page(place(draw({ subject: SUBJECT })), library + "-hydrate"));
  write(library + "-many.html", page(place("").repeat(MANY), library));
  if (library === "preact") write("plain.html", page(draw({ subject: SUBJECT, action: "/r/" + SUBJECT.ticket })));
}
