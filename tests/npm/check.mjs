// The assembled package as a registry, a bundler and a compiler see it. Prints one line a check; ends with 1 if one fails.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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

for (const [name, sourceType] of [["haochaping.js", "script"], ["haochaping-bridge.js", "script"], ["widget/index.js", "module"], ["widget/define.js", "module"], ["index.js", "module"], ["server.js", "module"]]) {
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

// Markup of frameworks, by their own compilers; what must fail stands in the samples too.
const markup = mkdtempSync(join(tmpdir(), "haochaping-markup-"));
try {
  mkdirSync(join(markup, "node_modules"));
  for (const name of ["vue", "react", "@types", "@vue", "csstype"]) symlinkSync(join(here, "node_modules", name), join(markup, "node_modules", name));
  symlinkSync(folder, join(markup, "node_modules/haochaping"));
  const options = { strict: true, noEmit: true, target: "es2020", lib: ["es2020", "dom"], module: "esnext", moduleResolution: "bundler", jsx: "react-jsx", types: [], skipLibCheck: true, preserveSymlinks: true };
  const check = (name, tool, file, faults) => {
    cpSync(join(here, "samples", file), join(markup, file));
    writeFileSync(join(markup, "tsconfig.json"), JSON.stringify({ compilerOptions: options, vueCompilerOptions: { strictTemplates: true }, include: [file] }));
    let said = "";
    try {
      execFileSync(join(bin, tool), ["-p", "."], { cwd: markup, encoding: "utf8" });
    } catch (error) {
      said = error.stdout || error.message;
    }
    const missed = faults.filter((fault) => !said.includes(fault));
    const others = said.split("\n").filter((line) => line.includes("error TS") && !faults.some((fault) => line.includes(fault)));
    report(name, [...missed.map((fault) => "takes " + fault), ...others].join("; "));
  };
  check("a Vue template is checked", "vue-tsc", "Right.vue", []);
  check("a wrong event in a Vue template is a fault", "vue-tsc", "Wrong.vue", ["onHcpRatet"]);
  check("a React page is checked", "tsc", "right.tsx", []);
  // Names with a hyphen are beyond TypeScript; what an event carries is not.
  check("what no event carries is a fault on a React page", "tsc", "wrong.tsx", ["'level' does not exist", '"pink"']);
} finally {
  rmSync(markup, { recursive: true });
}

// A page that is rendered on a server imports the definition there too.
try {
  execFileSync("node", ["--input-type=module", "-e", `await import(${JSON.stringify("file://" + join(folder, "widget/define.js"))})`], { encoding: "utf8", stdio: "pipe" });
  report("the definition does nothing on a server");
} catch (error) {
  report("the definition does nothing on a server", error.stderr || error.message);
}

for (const name of ["LICENSE-MIT", "LICENSE-APACHE"]) report(name + " is in the package", existsSync(join(folder, name)) ? "" : "missing");
report("the package says where it is from", manifest.repository && manifest.repository.url ? "" : "no repository");

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
