// The assembled package as a registry, a bundler and a compiler see it. Prints one line a check; ends with 1 if one fails.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "acorn";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const here = import.meta.dirname;
const folder = resolve(process.argv[2] || join(here, "../../target/npm"));
const bin = join(here, "node_modules/.bin");
let failed = false;

function report(name, fault) {
  console.log(name + ": " + (fault || "ok"));
  failed = failed || Boolean(fault);
}

const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const { messages } = await publint({ pkgDir: folder });
report("publint", messages.map((message) => formatMessage(message, manifest)).join("; "));

try {
  execFileSync(join(bin, "attw"), ["--pack", folder, "--profile", "esm-only", "--format", "ascii", "--no-emoji", "--no-color"], { encoding: "utf8" });
  report("types for every way of resolving");
} catch (error) {
  report("types for every way of resolving", error.stdout || error.message);
}

for (const [name, sourceType] of [["haochaping.js", "script"], ["haochaping-bridge.js", "script"], ["widget/index.js", "module"], ["widget/define.js", "module"], ["index.js", "module"]]) {
  try {
    parse(readFileSync(join(folder, name), "utf8"), { ecmaVersion: 2018, sourceType });
    report(name + " is ES2018");
  } catch (error) {
    report(name + " is ES2018", error.message);
  }
}

// The sample as a customer compiles it: with the package in node_modules.
const project = mkdtempSync(join(tmpdir(), "haochaping-types-"));
try {
  mkdirSync(join(project, "node_modules"));
  cpSync(join(here, "sample.ts"), join(project, "sample.ts"));
  symlinkSync(folder, join(project, "node_modules/haochaping"));
  const strict = ["--strict", "--noEmit", "--target", "es2020", "--lib", "es2020,dom"];
  for (const resolution of [["--module", "esnext", "--moduleResolution", "bundler"], ["--module", "nodenext", "--moduleResolution", "nodenext"]]) {
    try {
      execFileSync(join(bin, "tsc"), [...strict, ...resolution, "sample.ts"], { cwd: project, encoding: "utf8" });
      report("tsc --strict, " + resolution[3]);
    } catch (error) {
      report("tsc --strict, " + resolution[3], error.stdout || error.message);
    }
  }
} finally {
  rmSync(project, { recursive: true });
}

// The element's own sources, by the types in their comments.
try {
  execFileSync(join(bin, "tsc"), ["-p", join(here, "../../widget/element/js")], { encoding: "utf8" });
  report("the element's sources keep their types");
} catch (error) {
  report("the element's sources keep their types", error.stdout || error.message);
}

// What an import must not do: touch the page. Node has none.
const widget = await import(join(folder, "widget/index.js"));
report("the class is imported without a page", typeof widget.define === "function" && typeof widget.HaoChaPing === "function" ? "" : "no class");

const elements = JSON.parse(readFileSync(join(folder, "custom-elements.json"), "utf8"));
const declared = elements.modules[0].declarations[0];
const source = readFileSync(join(folder, "widget/index.js"), "utf8");
const missing = [...declared.attributes, ...declared.events].filter((part) => !source.includes('"' + part.name + '"'));
report("custom-elements.json says what the class has", missing.map((part) => part.name).join(", "));

process.exit(failed ? 1 : 0);
