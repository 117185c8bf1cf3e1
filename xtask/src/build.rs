//! The widget as browsers get it, and the binary with the widget inside.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    glue, package,
    shell::{cargo, execute, say, works},
};

const TARGET: &str = "wasm32-unknown-unknown";
pub(crate) const ASSETS: &str = "target/assets";
/// What our own pages load inside a mini-program.
pub(crate) const BRIDGE: &str = "haochaping-bridge.js";
/// What the pad of a window runs.
const PAD: &str = "haochaping-pad.js";
/// What checks a proof on the look-up page, and its wasm.
const PROOF: &str = "haochaping-proof.js";
pub(crate) const PROOF_WASM: &str = "haochaping.proof.wasm";
/// The widget carries the texts of one language, so that nobody downloads the others.
pub(crate) const LANGUAGES: [&str; 3] = ["zh-Hans", "zh-Hant", "en"];

/// The binary with its assets, and the npm package.
pub(crate) fn everything(root: &Path) -> Result<()> {
    widget(root)?;
    collector()?;
    javascript(root)?;
    package::npm(root)?;
    say("built target/release/haochaping and target/npm");
    Ok(())
}

/// The release binary; takes in what lies in target/assets.
pub(crate) fn collector() -> Result<()> {
    execute("build the collector", cargo().args(["build", "--release", "--locked", "-p", "haochaping-server"]))
}

/// The widget: wasm, loader, integrity list, each also precompressed.
pub(crate) fn widget(root: &Path) -> Result<()> {
    add_target()?;
    let mut parts = Vec::new();
    for lang in LANGUAGES {
        compile(root, lang)?;
        parts.push(bind(root, "haochaping_widget.wasm")?);
    }
    say("bundle, compress and list the widget");
    // The glue is the same for every language: they differ in data only.
    let whole = parts.first().context("there is a language")?.0.clone();
    ensure!(parts.iter().all(|(other, _)| *other == whole), "the glue differs between languages");
    let glue = glue::slim(&whole)?;
    let wasm: Vec<_> = LANGUAGES.into_iter().zip(parts.into_iter().map(|(_, wasm)| wasm)).collect();
    write_assets(root, &glue, &wasm, &proof(root)?)
}

/// The check of a proof: glue and wasm.
fn proof(root: &Path) -> Result<(String, Vec<u8>)> {
    execute(
        "build the check of a proof",
        cargo()
            .args(["build", "--locked", "-p", "haochaping-proof", "--profile", "widget", "--target", TARGET])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root)),
    )?;
    bind(root, "haochaping_proof.wasm")
}

fn compile(root: &Path, lang: &str) -> Result<()> {
    execute(
        &format!("build the widget in {lang}"),
        cargo()
            .args(["build", "--locked", "-p", "haochaping-widget", "--profile", "widget", "--target", TARGET])
            .args(["--no-default-features", "--features", &lang.to_lowercase()])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root)),
    )
}

/// Panic texts carry build paths; short ones are smaller and tell nobody where we built. The threshold lets small
/// functions be taken in: it is 3 KB of brotli less than what opt-level z takes by itself.
fn flags(root: &Path) -> String {
    format!("--remap-path-prefix={}=. {} -C llvm-args=-inline-threshold=30", root.display(), registry_remap())
}

/// The domain's face for JavaScript, into target/js: glue and wasm, the latter also compressed.
pub(crate) fn javascript(root: &Path) -> Result<()> {
    add_target()?;
    execute(
        "build the sdk for JavaScript",
        cargo()
            .args(["build", "--locked", "-p", "haochaping-js", "--profile", "widget", "--target", TARGET])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root)),
    )?;
    let (glue, wasm) = bind(root, "haochaping_js.wasm")?;
    let directory = root.join("target/js");
    fs::create_dir_all(&directory)?;
    for (name, content) in [("haochaping-js.js", glue.as_bytes()), ("haochaping-js.wasm", wasm.as_slice())] {
        write_if_changed(&directory.join(name), content)?;
        write_if_changed(&directory.join(format!("{name}.br")), &brotli(content)?)?;
        write_if_changed(&directory.join(format!("{name}.gz")), &gzip(content)?)?;
    }
    Ok(())
}

/// The glue and the wasm of what was just compiled.
fn bind(root: &Path, name: &str) -> Result<(String, Vec<u8>)> {
    let mut output = Bindgen::new()
        .input_path(root.join("target").join(TARGET).join("widget").join(name))
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let mut glue = output.js().to_owned();
    glue::shorten_names(output.wasm_mut(), &mut glue);
    let wasm = output.wasm_mut().emit_wasm();
    Ok((glue, optimize(root, &wasm)?))
}

fn registry_remap() -> String {
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    home.map(|home| format!("--remap-path-prefix={home}=c")).unwrap_or_default()
}

fn add_target() -> Result<()> {
    let libraries = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output()?;
    if Path::new(String::from_utf8_lossy(&libraries.stdout).trim()).exists() {
        return Ok(());
    }
    if !works("rustup", &["--version"]) {
        bail!("the target {TARGET} is missing: install it with your Rust, or use rustup");
    }
    execute("add the wasm target", Command::new("rustup").args(["target", "add", TARGET]))
}

fn write_assets(root: &Path, glue: &str, wasm: &[(&str, Vec<u8>)], proof: &(String, Vec<u8>)) -> Result<()> {
    let directory = root.join(ASSETS);
    fs::create_dir_all(&directory)?;
    let (proof_glue, proof_wasm) = proof;
    let sources = copy_sources(root, &[("glue.js", glue), ("proof-glue.js", proof_glue)])?;
    // The release is named by its content, so that its files can be kept by browsers for ever.
    let mut all = Sha256::new();
    let modules = wasm.iter().map(|(_, wasm)| wasm).chain([proof_wasm]);
    for part in modules.chain(&sources) {
        all.update(part);
    }
    let digest = all.finalize();
    let version =
        format!("{}-{:02x}{:02x}{:02x}{:02x}", env!("CARGO_PKG_VERSION"), digest[0], digest[1], digest[2], digest[3]);
    let values: Map<String, Value> =
        wasm.iter().map(|(lang, wasm)| ((*lang).to_owned(), integrity(wasm).into())).collect();
    let known = Known { version: version.clone(), integrity: Value::from(values.clone()).to_string() };
    let loader = bundle(root, "script.js", Format::Script, &known)?;
    let bridge = bundle(root, "bridge.js", Format::Script, &known)?;
    let pad = bundle(root, "pad.js", Format::Script, &known)?;
    let check = bundle(root, "proof.js", Format::Script, &known)?;
    let mut files: Map<String, Value> = values.into_iter().map(|(lang, value)| (wasm_name(&lang), value)).collect();
    files.insert("haochaping.js".to_owned(), integrity(loader.as_bytes()).into());
    files.insert(BRIDGE.to_owned(), integrity(bridge.as_bytes()).into());
    files.insert(PAD.to_owned(), integrity(pad.as_bytes()).into());
    files.insert(PROOF.to_owned(), integrity(check.as_bytes()).into());
    files.insert(PROOF_WASM.to_owned(), integrity(proof_wasm).into());
    let list = format!("{:#}\n", json!({ "version": version, "files": files }));
    let mut contents = vec![
        ("haochaping.js".to_owned(), loader.as_bytes()),
        (BRIDGE.to_owned(), bridge.as_bytes()),
        (PAD.to_owned(), pad.as_bytes()),
        (PROOF.to_owned(), check.as_bytes()),
        (PROOF_WASM.to_owned(), proof_wasm.as_slice()),
        ("integrity.json".to_owned(), list.as_bytes()),
    ];
    contents.extend(wasm.iter().map(|(lang, wasm)| (wasm_name(lang), wasm.as_slice())));
    for (name, content) in contents {
        write_if_changed(&directory.join(&name), content)?;
        write_if_changed(&directory.join(format!("{name}.br")), &brotli(content)?)?;
        write_if_changed(&directory.join(format!("{name}.gz")), &gzip(content)?)?;
    }
    write_if_changed(&directory.join("version"), version.as_bytes())
}

/// The file of the widget in a language.
pub(crate) fn wasm_name(lang: &str) -> String {
    format!("haochaping.{lang}.wasm")
}

/// Makes a wasm file a little smaller: 1 KB of brotli.
fn optimize(root: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    let (from, to) = (root.join("target/widget/bound.wasm"), root.join("target/widget/small.wasm"));
    fs::write(&from, wasm)?;
    let features =
        ["bulk-memory", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "reference-types", "multivalue"];
    fs::create_dir_all(root.join("target/widget"))?;
    let status = Command::new(tool(root, "wasm-opt")?)
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

/// A tool from npm, by the lock file in widget/js.
fn tool(root: &Path, name: &str) -> Result<PathBuf> {
    let directory = root.join("widget/js");
    let path = directory.join("node_modules/.bin").join(name);
    if !path.exists() {
        let mut install = Command::new("npm");
        install.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory);
        execute("install the tools that make the widget small", &mut install)?;
    }
    Ok(path)
}

/// What the script is told at build time.
#[derive(Debug)]
pub(crate) struct Known {
    version: String,
    integrity: String,
}

impl Known {
    /// What the built assets say.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let list: Value = serde_json::from_slice(&fs::read(root.join(ASSETS).join("integrity.json"))?)?;
        let version = list["version"].as_str().context("the integrity list names its version")?.to_owned();
        let values: Map<String, Value> =
            LANGUAGES.iter().map(|lang| ((*lang).to_owned(), list["files"][wasm_name(lang)].clone())).collect();
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

/// The glue beside the sources, which are given back in the order of their names, glue first.
fn copy_sources(root: &Path, glue: &[(&str, &str)]) -> Result<Vec<Vec<u8>>> {
    let work = root.join("target/widget");
    fs::create_dir_all(&work)?;
    for (name, glue) in glue {
        fs::write(work.join(name), glue)?;
    }
    let mut sources: Vec<_> = fs::read_dir(root.join("widget/js"))?.flatten().map(|file| file.path()).collect();
    sources.retain(|path| path.extension().is_some_and(|ending| ending == "js"));
    sources.sort();
    let mut contents: Vec<_> = glue.iter().map(|(_, glue)| glue.as_bytes().to_vec()).collect();
    for source in sources {
        let name = source.file_name().context("a file has a name")?;
        contents.push(fs::read(&source)?);
        fs::copy(&source, work.join(name))?;
    }
    Ok(contents)
}

/// A source with all that it imports as one small file, in the syntax of ES2018, which every engine that can rate
/// understands. Names that start with one underscore are nobody else's and are shortened.
pub(crate) fn bundle(root: &Path, name: &str, format: Format, known: &Known) -> Result<String> {
    let work = root.join("target/widget");
    let output = Command::new(tool(root, "esbuild")?)
        .args([name, "--bundle", "--minify", "--target=es2018", "--charset=utf8", "--log-level=warning"])
        .arg(if format == Format::Script { "--format=iife" } else { "--format=esm" })
        // One name stays: the browser tests wait for it.
        .args(["--mangle-props=^_[a-z]", "--reserve-props=^_waiting$"])
        .arg(format!("--define:VERSION={:?}", known.version))
        .arg(format!("--define:INTEGRITY={}", known.integrity))
        .current_dir(&work)
        .stderr(Stdio::inherit())
        .output()
        .context("the bundler cannot be started")?;
    ensure!(output.status.success(), "{name} cannot be bundled");
    fs::write(work.join("bundled.js"), output.stdout)?;
    // A second minifier finds 200 bytes of brotli more.
    let mut small = Command::new(tool(root, "terser")?);
    small.args(["bundled.js", "--compress", "passes=3,ecma=2018,unsafe_arrows=true,unsafe_methods=true", "--mangle"]);
    small.args(if format == Format::Script { ["--toplevel", "--ecma=2018"] } else { ["--module", "--ecma=2018"] });
    let output =
        small.current_dir(&work).stderr(Stdio::inherit()).output().context("the minifier cannot be started")?;
    ensure!(output.status.success(), "{name} cannot be made smaller");
    Ok(String::from_utf8(output.stdout)?)
}

/// An unchanged file keeps its time, and cargo need not build the collector again.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).ok().as_deref() == Some(content) {
        return Ok(());
    }
    fs::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}

fn integrity(content: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(content)))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, content)?;
    Ok(encoder.finish()?)
}
