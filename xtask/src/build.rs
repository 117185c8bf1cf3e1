//! The widget as browsers get it, and the binary with the widget inside.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    bundle::{Format, Known, bundle, optimize},
    glue,
    names::{ASSETS, LANGUAGES, wasm_name},
    shell::{cargo, execute, say, works},
    target::{TARGET, add_target},
    viewer,
};

/// What our own pages load inside a mini-program.
pub(crate) const BRIDGE: &str = "haochaping-bridge.js";
/// What the pad of a window runs.
const PAD: &str = "haochaping-pad.js";
/// The page of the API as a viewer shows it.
const DOCS: &str = "haochaping-docs.js";
/// What the loader is followed by where one tag carries the form.
pub(crate) const TAG: &str = "haochaping-tag.js";
/// What checks a proof on the look-up page, and its wasm.
const PROOF: &str = "haochaping-proof.js";
pub(crate) const PROOF_WASM: &str = "haochaping.proof.wasm";

/// The release binary; takes in what lies in target/assets.
///
/// # Errors
/// Also if it can be told to misbehave: deliberate faults are for tests alone.
pub(crate) fn release(root: &Path) -> Result<()> {
    const CHOOSES_A_FAULT: &[u8] = b"HAOCHAPING_MUTANT";
    execute(
        "build the collector",
        cargo().args(["build", "--release", "--locked", "-p", "haochaping-server"]),
    )?;
    let binary = fs::read(root.join("target/release/haochaping"))?;
    let has_faults = binary.windows(CHOOSES_A_FAULT.len()).any(|part| part == CHOOSES_A_FAULT);
    ensure!(!has_faults, "target/release/haochaping has the deliberate faults of the tests");
    Ok(())
}

/// The widget: wasm, loader, integrity list, each also precompressed.
pub(crate) fn widget(root: &Path) -> Result<()> {
    add_target()?;
    let mut parts = Vec::new();
    for lang in LANGUAGES {
        compile(root, lang)?;
        parts.push(bind(root, "haochaping_widget.wasm", glue::small)?);
    }
    say("bundle, compress and list the widget");
    // The glue is the same for every language: they differ in data only.
    let glue = parts.first().context("there is a language")?.0.clone();
    ensure!(parts.iter().all(|(other, _)| *other == glue), "the glue differs between languages");
    let wasm: Vec<_> = LANGUAGES.into_iter().zip(parts.into_iter().map(|(_, wasm)| wasm)).collect();
    write_assets(root, &glue, &wasm, &proof(root)?)
}

/// The check of a proof: glue and wasm.
fn proof(root: &Path) -> Result<(String, Vec<u8>)> {
    execute(
        "build the check of a proof",
        cargo()
            .args([
                "build",
                "--locked",
                "-p",
                "haochaping-proof",
                "--profile",
                "widget",
                "--target",
                TARGET,
            ])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root)),
    )?;
    bind(root, "haochaping_proof.wasm", as_it_is)
}

fn compile(root: &Path, lang: &str) -> Result<()> {
    execute(
        &format!("build the widget in {lang}"),
        cargo()
            .args([
                "build",
                "--locked",
                "-p",
                "haochaping-widget",
                "--profile",
                "widget",
                "--target",
                TARGET,
            ])
            .args(["--no-default-features", "--features", &lang.to_lowercase()])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root)),
    )
}

/// Panic texts carry build paths; short ones are smaller and tell nobody where we built. The
/// threshold lets small functions be taken in: it is 3 KB of brotli less than what opt-level z
/// takes by itself.
fn flags(root: &Path) -> String {
    format!(
        "--remap-path-prefix={}=. {} -C llvm-args=-inline-threshold=30",
        root.display(),
        registry_remap()
    )
}

/// The domain's face for JavaScript, into target/js: glue and wasm, the latter also compressed.
pub(crate) fn javascript(root: &Path) -> Result<()> {
    add_target()?;
    execute(
        "build the sdk for JavaScript",
        cargo()
            .args([
                "build",
                "--locked",
                "-p",
                "haochaping-js",
                "--profile",
                "widget",
                "--target",
                TARGET,
            ])
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags(root)),
    )?;
    let (glue, wasm) = bind(root, "haochaping_js.wasm", as_it_is)?;
    let directory = root.join("target/js");
    fs::create_dir_all(&directory)?;
    for (name, content) in
        [("haochaping-js.js", glue.as_bytes()), ("haochaping-js.wasm", wasm.as_slice())]
    {
        write_and_pack(&directory, name, content)?;
    }
    Ok(())
}

/// What is done to the glue, and the names that cross in both.
type Finish = fn(&mut walrus::Module, &str) -> Result<String>;

fn as_it_is(wasm: &mut walrus::Module, glue: &str) -> Result<String> {
    ensure!(!glue.is_empty(), "there is no glue");
    let mut glue = glue.to_owned();
    glue::shorten_names(wasm, &mut glue);
    Ok(glue)
}

/// The glue and the wasm of what was just compiled. Kept by content, since making wasm small takes
/// longer than compiling it.
fn bind(root: &Path, name: &str, finish: Finish) -> Result<(String, Vec<u8>)> {
    let compiled = root.join("target").join(TARGET).join("widget").join(name);
    let kept = root.join("target/widget/bound").join(key_of(&compiled)?);
    let [glue, wasm] = ["js", "wasm"].map(|ending| kept.with_extension(ending));
    if !wasm.exists() {
        fs::create_dir_all(root.join("target/widget/bound"))?;
        let bound = bind_anew(root, &compiled, finish)?;
        fs::write(&glue, bound.0)?;
        // Last: what is there is whole.
        write_whole(&wasm, &bound.1)?;
    }
    Ok((fs::read_to_string(glue)?, fs::read(wasm)?))
}

/// A name for what becomes of this file: its content, the program that works on it, and whether
/// npm's tools are at hand.
fn key_of(compiled: &Path) -> Result<String> {
    let program = fs::metadata(std::env::current_exe()?)?;
    let mut all = Sha256::new();
    all.update(fs::read(compiled)?);
    all.update(format!(
        "{:?} {} {}",
        program.modified()?,
        program.len(),
        works("npm", &["--version"])
    ));
    Ok(all.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}

fn bind_anew(root: &Path, compiled: &Path, finish: Finish) -> Result<(String, Vec<u8>)> {
    let mut output = Bindgen::new()
        .input_path(compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let whole = output.js().to_owned();
    let glue = finish(output.wasm_mut(), &whole)?;
    let wasm = output.wasm_mut().emit_wasm();
    Ok((glue, optimize(root, &wasm)?))
}

fn registry_remap() -> String {
    let home = std::env::var("CARGO_HOME")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cargo")));
    home.map(|home| format!("--remap-path-prefix={home}=c")).unwrap_or_default()
}

fn write_assets(
    root: &Path,
    glue: &str,
    wasm: &[(&str, Vec<u8>)],
    proof: &(String, Vec<u8>),
) -> Result<()> {
    let directory = root.join(ASSETS);
    fs::create_dir_all(&directory)?;
    let (proof_glue, proof_wasm) = proof;
    let sources = copy_sources(root, &[("glue.js", glue), ("proof-glue.js", proof_glue)])?;
    // The release is named by its content, so that its files can be kept by browsers for ever.
    let mut all = Sha256::new();
    let viewer = viewer::script(root)?.map(String::into_bytes);
    let modules = wasm.iter().map(|(_, wasm)| wasm).chain([proof_wasm]);
    for part in modules.chain(&sources).chain(&viewer) {
        all.update(part);
    }
    let digest = all.finalize();
    let version = format!(
        "{}-{:02x}{:02x}{:02x}{:02x}",
        env!("CARGO_PKG_VERSION"),
        digest[0],
        digest[1],
        digest[2],
        digest[3]
    );
    let values: Map<String, Value> =
        wasm.iter().map(|(lang, wasm)| ((*lang).to_owned(), integrity(wasm).into())).collect();
    let known =
        Known { version: version.clone(), integrity: Value::from(values.clone()).to_string() };
    let loader = bundle(root, "script.js", Format::Script, &known)?;
    let tag = bundle(root, "tag.js", Format::Script, &known)?;
    let bridge = bundle(root, "bridge.js", Format::Script, &known)?;
    let pad = bundle(root, "pad.js", Format::Script, &known)?;
    let check = bundle(root, "proof.js", Format::Script, &known)?;
    let mut files: Map<String, Value> =
        values.into_iter().map(|(lang, value)| (wasm_name(&lang), value)).collect();
    files.insert("haochaping.js".to_owned(), integrity(loader.as_bytes()).into());
    files.insert(BRIDGE.to_owned(), integrity(bridge.as_bytes()).into());
    files.insert(PAD.to_owned(), integrity(pad.as_bytes()).into());
    files.insert(PROOF.to_owned(), integrity(check.as_bytes()).into());
    files.insert(PROOF_WASM.to_owned(), integrity(proof_wasm).into());
    if let Some(viewer) = &viewer {
        files.insert(DOCS.to_owned(), integrity(viewer).into());
    }
    let list = format!("{:#}\n", json!({ "version": version, "files": files }));
    let mut contents = vec![
        ("haochaping.js".to_owned(), loader.as_bytes()),
        (TAG.to_owned(), tag.as_bytes()),
        (BRIDGE.to_owned(), bridge.as_bytes()),
        (PAD.to_owned(), pad.as_bytes()),
        (PROOF.to_owned(), check.as_bytes()),
        (PROOF_WASM.to_owned(), proof_wasm.as_slice()),
        ("integrity.json".to_owned(), list.as_bytes()),
    ];
    contents.extend(viewer.as_deref().map(|viewer| (DOCS.to_owned(), viewer)));
    contents.extend(wasm.iter().map(|(lang, wasm)| (wasm_name(lang), wasm.as_slice())));
    for (name, content) in contents {
        write_and_pack(&directory, &name, content)?;
    }
    let file = directory.join("version");
    if fs::read_to_string(&file).is_ok_and(|found| found == version) {
        Ok(())
    } else {
        write_whole(&file, version.as_bytes())
    }
}

/// The glue beside the sources, which are given back in the order of their names, glue first.
fn copy_sources(root: &Path, glue: &[(&str, &str)]) -> Result<Vec<Vec<u8>>> {
    let work = root.join("target/widget");
    fs::create_dir_all(&work)?;
    for (name, glue) in glue {
        fs::write(work.join(name), glue)?;
    }
    let mut sources: Vec<_> =
        fs::read_dir(root.join("widget/element/js"))?.flatten().map(|file| file.path()).collect();
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

/// A file, and beside it the same by brotli and gzip. An unchanged one keeps its time, so that
/// cargo need not build the collector again.
fn write_and_pack(directory: &Path, name: &str, content: &[u8]) -> Result<()> {
    let path = directory.join(name);
    let [packed_br, packed_gz] =
        ["br", "gz"].map(|ending| directory.join(format!("{name}.{ending}")));
    if fs::read(&path).is_ok_and(|found| found == content)
        && packed_br.exists()
        && packed_gz.exists()
    {
        return Ok(());
    }
    // First away, last there: where it stands, the others are packed from it.
    if path.exists() {
        fs::remove_file(&path)?;
    }
    write_whole(&packed_br, &brotli(content)?)?;
    write_whole(&packed_gz, &gzip(content)?)?;
    write_whole(&path, content)
}

/// Writes a file that is there whole or not at all.
fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let beside = path.with_extension("part");
    fs::write(&beside, content)?;
    fs::rename(&beside, path).with_context(|| format!("{} cannot be written", path.display()))
}

fn integrity(content: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(content)))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters =
        BrotliEncoderParams { quality: 11, lgwin: 22, ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, content)?;
    Ok(encoder.finish()?)
}
