// Writes target/samples/<name>: the built pages of vue3, vue2 and react, and the plain ones as they are.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = new URL("./", import.meta.url);
const target = new URL("../../target/samples/", here);
const SHARED = ["samples.css", "query.js"];

for (const name of ["vue3", "vue2", "react"]) {
  await build({ root: fileURLToPath(new URL(name, here)) });
}

// Each directory can be served alone, so what all samples share is copied beside each page.
for (const name of ["plain", "iframe"]) {
  const [from, to] = [new URL(`${name}/`, here), new URL(`${name}/`, target)];
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    writeFileSync(new URL(file, to), readFileSync(new URL(file, from), "utf8").replaceAll("../", "./"));
  }
  for (const file of SHARED) cpSync(new URL(file, here), new URL(file, to));
}
