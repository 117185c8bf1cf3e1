//! Sources and wasm made small, by tools from npm; where there is no npm, put together as they are.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Once,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::{
    names::{ASSETS, LANGUAGES, wasm_name},
    npm::npm_ci,
    shell::say,
    tools::Tool,
};

/// What the script is told at build time.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) version: String,
    /// Integrity values of the wasm files by language, as JSON.
    pub(crate) integrity: String,
}

impl Known {
    /// What the built assets say.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let list: Value =
            serde_json::from_slice(&fs::read(root.join(ASSETS).join("integrity.json"))?)?;
        let version =
            list["version"].as_str().context("the integrity list names its version")?.to_owned();
        let values: Map<String, Value> = LANGUAGES
            .iter()
            .map(|lang| ((*lang).to_owned(), list["files"][wasm_name(lang)].clone()))
            .collect();
        Ok(Self { version, integrity: Value::from(values).to_string() })
    }
}

/// How a bundle is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// By a script tag.
    Script,
    /// By `import`.
    Module,
}

/// A tool from npm, by the lock file in widget/element/js; `None` where there is no npm.
fn tool(root: &Path, name: &str) -> Result<Option<PathBuf>> {
    static SAID: Once = Once::new();
    let path = root.join("widget/element/js/node_modules/.bin").join(name);
    if !path.exists() {
        if !Tool::Npm.is_there(root) {
            SAID.call_once(|| say("npm is missing: scripts are served unminified, and wasm as the compiler wrote it"));
            return Ok(None);
        }
        npm_ci(
            root,
            "widget/element/js",
            &format!(".bin/{name}"),
            "the tools that make the widget small",
        )?;
    }
    Ok(Some(path))
}

/// Makes a wasm file a little smaller: 1 KB of brotli.
pub(crate) fn optimize(root: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    let Some(wasm_opt) = tool(root, "wasm-opt")? else { return Ok(wasm.to_owned()) };
    let work = root.join("target/widget");
    fs::create_dir_all(&work)?;
    let [from, to] = ["bound.wasm", "small.wasm"].map(|name| work.join(name));
    fs::write(&from, wasm)?;
    let features = [
        "bulk-memory",
        "sign-ext",
        "mutable-globals",
        "nontrapping-float-to-int",
        "reference-types",
        "multivalue",
    ];
    let status = Command::new(wasm_opt)
        .args(["-Oz", "--traps-never-happen", "--flatten", "--rereloop", "-Oz", "-Oz"])
        .args(features.map(|feature| format!("--enable-{feature}")))
        .arg(&from)
        .arg("-o")
        .arg(&to)
        .status()
        .context("wasm-opt cannot be started")?;
    ensure!(status.success(), "the wasm file cannot be made smaller");
    Ok(fs::read(to)?)
}

/// A source in target/widget with all that it imports as one file. Made small it is in the syntax
/// of ES2018, which every engine that can rate understands, and names that start with one
/// underscore, which are nobody else's, are shortened.
pub(crate) fn bundle(root: &Path, name: &str, format: Format, known: &Known) -> Result<String> {
    match (tool(root, "esbuild")?, tool(root, "terser")?) {
        (Some(esbuild), Some(terser)) => {
            minify(&root.join("target/widget"), [&esbuild, &terser], name, format, known)
        }
        _ => concatenate(&root.join("target/widget"), name, format, known),
    }
}

fn minify(
    work: &Path,
    [esbuild, terser]: [&Path; 2],
    name: &str,
    format: Format,
    known: &Known,
) -> Result<String> {
    let output = Command::new(esbuild)
        .args([
            name,
            "--bundle",
            "--minify",
            "--target=es2018",
            "--charset=utf8",
            "--log-level=warning",
        ])
        .arg(if format == Format::Script { "--format=iife" } else { "--format=esm" })
        // Two names stay: the browser tests wait for one, and what a tag was given crosses from one
        // file to another.
        .args(["--mangle-props=^_[a-z]", "--reserve-props=^_(waiting|given)$"])
        .arg(format!("--define:VERSION={:?}", known.version))
        .arg(format!("--define:INTEGRITY={}", known.integrity))
        .current_dir(work)
        .stderr(Stdio::inherit())
        .output()
        .context("the bundler cannot be started")?;
    ensure!(output.status.success(), "{name} cannot be bundled");
    fs::write(work.join("bundled.js"), output.stdout)?;
    // A second minifier finds 200 bytes of brotli more.
    let mut small = Command::new(terser);
    small.args([
        "bundled.js",
        "--compress",
        "passes=3,ecma=2018,unsafe_arrows=true,unsafe_methods=true",
        "--mangle",
    ]);
    small.args(if format == Format::Script {
        ["--toplevel", "--ecma=2018"]
    } else {
        ["--module", "--ecma=2018"]
    });
    let output = small
        .current_dir(work)
        .stderr(Stdio::inherit())
        .output()
        .context("the minifier cannot be started")?;
    ensure!(output.status.success(), "{name} cannot be made smaller");
    Ok(String::from_utf8(output.stdout)?)
}

/// Modules one after the other, each in a function of its own that gives what it exports. It knows
/// the forms of import and export that our own sources have, and refuses others.
fn concatenate(work: &Path, name: &str, format: Format, known: &Known) -> Result<String> {
    ensure!(
        format == Format::Script,
        "{name}: a module is bundled by npm's tools only; install npm"
    );
    let mut modules = Modules { work, done: BTreeMap::new(), script: String::new() };
    modules.add(name)?;
    Ok(format!(
        "(() => {{\n\"use strict\";\nconst VERSION = {:?};\nconst INTEGRITY = {};\n{}}})();\n",
        known.version, known.integrity, modules.script
    ))
}

struct Modules<'a> {
    work: &'a Path,
    /// The modules that are in the script, each with its number there.
    done: BTreeMap<String, usize>,
    script: String,
}

impl Modules<'_> {
    /// Puts a module and before it whatever it imports into the script; gives its number.
    fn add(&mut self, name: &str) -> Result<usize> {
        if let Some(number) = self.done.get(name) {
            return Ok(*number);
        }
        let source = fs::read_to_string(self.work.join(name))
            .with_context(|| format!("{name} cannot be read"))?;
        let (mut body, mut exports) = (String::new(), Vec::new());
        for line in source.lines() {
            if let Some(import) = line.strip_prefix("import ") {
                let (names, from) =
                    read_import(import).with_context(|| format!("{name}: {line}"))?;
                let number = self.add(from)?;
                body.push_str(&format!(
                    "const {} = module{number};\n",
                    names.replace(" as ", ": ")
                ));
            } else if let Some(export) = line.strip_prefix("export ") {
                exports.extend(read_export(export).with_context(|| format!("{name}: {line}"))?);
                let is_list = export.starts_with('{');
                body.push_str(if is_list { "" } else { export });
                body.push('\n');
            } else {
                body.push_str(line);
                body.push('\n');
            }
        }
        let number = self.done.len();
        self.done.insert(name.to_owned(), number);
        let exports = exports.join(", ");
        self.script.push_str(&format!(
            "// {name}\nconst module{number} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"
        ));
        Ok(number)
    }
}

/// The names in braces and the file of `{ a, b as c } from "./file.js";`.
fn read_import(import: &str) -> Result<(&str, &str)> {
    let (names, from) = import.split_once(" from \"./").context("an import of another form")?;
    ensure!(names.starts_with('{'), "an import of another form");
    Ok((names, from.strip_suffix("\";").context("an import of another form")?))
}

/// What a declaration or a list in braces exports, as members of an object.
fn read_export(export: &str) -> Result<Vec<String>> {
    if let Some(list) = export.strip_prefix('{') {
        let list = list.split_once('}').context("an export of another form")?.0;
        let member = |name: &str| match name.split_once(" as ") {
            Some((own, other)) => format!("{other}: {own}"),
            None => name.to_owned(),
        };
        return Ok(list.split(',').map(|name| member(name.trim())).collect());
    }
    if let Some((names, _)) =
        export.strip_prefix("const { ").and_then(|rest| rest.split_once(" } ="))
    {
        return Ok(names.split(", ").map(str::to_owned).collect());
    }
    let kinds = ["async function ", "function ", "class ", "const "];
    let Some(rest) = kinds.iter().find_map(|kind| export.strip_prefix(kind)) else {
        bail!("an export of another form")
    };
    let length =
        rest.find(|symbol: char| !symbol.is_alphanumeric() && symbol != '_').unwrap_or(rest.len());
    Ok(vec![rest[..length].to_owned()])
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, process::Command};

    use super::{Format, Known, concatenate};

    fn known() -> Known {
        Known { version: "1-abc".into(), integrity: r#"{"en":"sha256-x"}"#.into() }
    }

    fn written(folder: &Path, files: &[(&str, &str)]) {
        for (name, source) in files {
            fs::write(folder.join(name), source).expect("written");
        }
    }

    #[test]
    fn modules_run_once_each_in_a_scope_of_their_own_and_see_what_they_import() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = [
            (
                "main.js",
                "import { one as first, Two } from \"./b.js\";\nimport { say } from \"./c.js\";\nconst NAME = 'main';\nsay(NAME, first(), new Two().value, VERSION, INTEGRITY.en);",
            ),
            (
                "b.js",
                "import { say } from \"./c.js\";\nconst NAME = 'b';\nexport function one() {\n  return NAME;\n}\nexport class Two {\n  value = 2;\n}\nsay('once');",
            ),
            (
                "c.js",
                "export const { log } = console;\nconst print = (...all) => log(all.join(' '));\nexport { print as say };",
            ),
        ];
        written(folder.path(), &files);
        let script =
            concatenate(folder.path(), "main.js", Format::Script, &known()).expect("bundled");
        let output =
            Command::new("node").args(["-e", &script]).output().expect("node is installed");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "once\nmain b 2 1-abc sha256-x\n");
    }

    #[test]
    fn a_form_of_import_or_export_that_is_not_understood_is_named_with_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for source in [
            "import all from \"./b.js\";",
            "import \"./b.js\";",
            "export let changes = 1;",
            "export * from \"./b.js\";",
        ] {
            written(folder.path(), &[("main.js", source)]);
            let error =
                concatenate(folder.path(), "main.js", Format::Script, &known()).expect_err(source);
            assert!(error.to_string().contains(source), "{error:#}");
        }
    }
}
