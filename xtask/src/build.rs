//! The widget as browsers get it, and the binary with the widget inside.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use sha2::{Digest, Sha384};
use wasm_bindgen_cli_support::Bindgen;

use crate::shell::{cargo, execute, say, works};

const TARGET: &str = "wasm32-unknown-unknown";
const ASSETS: &str = "target/assets";

/// The binary with its assets, and the npm package.
pub(crate) fn everything(root: &Path) -> Result<()> {
    widget(root)?;
    collector()?;
    npm(root)?;
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
    let remap = format!("--remap-path-prefix={}=. {}", root.display(), registry_remap());
    execute(
        "build the widget",
        cargo()
            .args(["build", "--locked", "-p", "haochaping-widget", "--profile", "widget", "--target", TARGET])
            // Panic texts carry build paths; short ones are smaller and tell nobody where we built.
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", remap),
    )?;
    say("bind, compress and list the widget");
    let wasm = root.join("target").join(TARGET).join("widget/haochaping_widget.wasm");
    let mut output = Bindgen::new()
        .input_path(&wasm)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let mut glue = output.js().to_owned();
    shorten_imports(output.wasm_mut(), &mut glue);
    let bytes = output.wasm_mut().emit_wasm();
    let element = fs::read_to_string(root.join("widget/js/element.js"))?;
    write_assets(root, &glue, &element, &bytes)
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

fn write_assets(root: &Path, glue: &str, element: &str, wasm: &[u8]) -> Result<()> {
    let directory = root.join(ASSETS);
    fs::create_dir_all(&directory)?;
    let wasm_integrity = integrity(wasm);
    // The release is named by its content, so that its files can be kept by browsers for ever.
    let mut all = Sha384::new();
    for part in [wasm, glue.as_bytes(), element.as_bytes()] {
        all.update(part);
    }
    let digest = all.finalize();
    let version =
        format!("{}-{:02x}{:02x}{:02x}{:02x}", env!("CARGO_PKG_VERSION"), digest[0], digest[1], digest[2], digest[3]);
    let loader = bundle(root, glue, &version, &wasm_integrity)?;
    let list = json!({ "version": version, "files": {
        "haochaping.js": integrity(loader.as_bytes()), "haochaping.wasm": wasm_integrity,
    } });
    let list = format!("{list:#}\n");
    for (name, content) in
        [("haochaping.js", loader.as_bytes()), ("haochaping.wasm", wasm), ("integrity.json", list.as_bytes())]
    {
        write_if_changed(&directory.join(name), content)?;
        write_if_changed(&directory.join(format!("{name}.br")), &brotli(content)?)?;
        write_if_changed(&directory.join(format!("{name}.gz")), &gzip(content)?)?;
    }
    write_if_changed(&directory.join("version"), version.as_bytes())
}

/// Names of imports end in 16 random digits, which stand in both files and do not compress.
fn shorten_imports(wasm: &mut walrus::Module, glue: &mut String) {
    for (number, import) in wasm.imports.iter_mut().enumerate() {
        if import.name.starts_with("__wb") && glue.contains(&format!("{}:", import.name)) {
            let short = format!("i{number}");
            *glue = glue.replace(&format!("{}:", import.name), &format!("{short}:"));
            import.name = short;
        }
    }
}

/// The loader as browsers get it: one file, small, in the syntax of ES2018, which every engine that can rate understands.
fn bundle(root: &Path, glue: &str, version: &str, integrity: &str) -> Result<String> {
    let directory = root.join("widget/js");
    if !directory.join("node_modules/.bin/esbuild").exists() {
        let mut install = Command::new("npm");
        install.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory);
        execute("install the bundler", &mut install)?;
    }
    let work = root.join("target/widget");
    fs::create_dir_all(&work)?;
    fs::write(work.join("glue.js"), glue)?;
    fs::copy(directory.join("element.js"), work.join("element.js"))?;
    let output = Command::new(directory.join("node_modules/.bin/esbuild"))
        .args(["element.js", "--bundle", "--format=iife", "--minify", "--target=es2018", "--charset=utf8"])
        .arg("--log-level=warning")
        .arg(format!("--define:VERSION={version:?}"))
        .arg(format!("--define:INTEGRITY={integrity:?}"))
        .current_dir(&work)
        .stderr(Stdio::inherit())
        .output()
        .context("the bundler cannot be started")?;
    ensure!(output.status.success(), "the loader cannot be bundled");
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
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(content)))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters =
        BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, content)?;
    Ok(encoder.finish()?)
}

/// The npm package: the loader and the wasm file as the collector serves them, with the integrity list.
fn npm(root: &Path) -> Result<()> {
    let (from, to) = (root.join(ASSETS), root.join("target/npm"));
    fs::create_dir_all(&to)?;
    for name in ["haochaping.js", "haochaping.wasm", "integrity.json"] {
        fs::copy(from.join(name), to.join(name))?;
    }
    for name in ["package.json", "README.md", "haochaping.d.ts"] {
        fs::copy(root.join("npm").join(name), to.join(name)).with_context(|| format!("npm/{name} cannot be copied"))?;
    }
    Ok(())
}
