//! What browsers download for the widget, against its budget. KB = 1,000 bytes.

use std::{fs, path::Path};

use anyhow::{Result, ensure};

use crate::{
    build::{PROOF_WASM, TAG},
    names::{ASSETS, LANGUAGES, wasm_name},
};

/// Everything a page downloads, brotli.
const BUDGET_ALL: u64 = 64_000;
/// The script's part of it.
const BUDGET_SCRIPT: u64 = 8_000;

/// Prints a table; a page downloads the script, with one tag a little
/// more, and the wasm file of its language.
pub(crate) fn run(root: &Path) -> Result<()> {
    println!("{:<26}{:>10}{:>10}{:>10}", "file", "raw", "gzip", "brotli");
    let script = line(root, ASSETS, "haochaping.js")?;
    let mut largest = 0;
    for lang in LANGUAGES {
        largest = largest.max(line(root, ASSETS, &wasm_name(lang))?);
    }
    // Beside the form, where one tag carries it.
    let tag = line(root, ASSETS, TAG)?;
    let all = script + tag + largest;
    // What the look-up page loads when somebody asks for the check.
    line(root, ASSETS, "haochaping-proof.js")?;
    line(root, ASSETS, PROOF_WASM)?;
    // What portals load to draw codes themselves; no page of a form does.
    line(root, "target/js", "haochaping-js.js")?;
    line(root, "target/js", "haochaping-js.wasm")?;
    println!(
        "a page downloads at most {all} bytes brotli of {BUDGET_ALL}, {script} of {BUDGET_SCRIPT} of them script"
    );
    ensure!(
        script <= BUDGET_SCRIPT,
        "the script is {} bytes over the budget",
        script - BUDGET_SCRIPT
    );
    ensure!(
        all <= BUDGET_ALL,
        "what a page downloads is {} bytes over the budget",
        all - BUDGET_ALL
    );
    Ok(())
}

/// Prints the sizes of a file; returns the last.
fn line(root: &Path, folder: &str, name: &str) -> Result<u64> {
    let size = |ending: &str| {
        fs::metadata(root.join(folder).join(format!("{name}{ending}"))).map(|file| file.len())
    };
    let [raw, gzip, brotli] = [size("")?, size(".gz")?, size(".br")?];
    println!("{name:<26}{raw:>10}{gzip:>10}{brotli:>10}");
    Ok(brotli)
}
