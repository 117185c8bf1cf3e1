//! What browsers download for the widget, against its budget. KB = 1,000 bytes.

use std::{fs, path::Path};

use anyhow::{Result, ensure};

/// Everything a page downloads, brotli.
const BUDGET_ALL: u64 = 64_000;
/// The script's part of it.
const BUDGET_SCRIPT: u64 = 7_000;

pub(crate) fn run(root: &Path) -> Result<()> {
    let directory = root.join("target/assets");
    let size = |name: &str| fs::metadata(directory.join(name)).map(|file| file.len());
    println!("{:<18}{:>10}{:>10}{:>10}", "file", "raw", "gzip", "brotli");
    let mut total = [0; 3];
    let mut script = 0;
    for name in ["haochaping.js", "haochaping.wasm"] {
        let sizes = [size(name)?, size(&format!("{name}.gz"))?, size(&format!("{name}.br"))?];
        println!("{name:<18}{:>10}{:>10}{:>10}", sizes[0], sizes[1], sizes[2]);
        for (sum, size) in total.iter_mut().zip(sizes) {
            *sum += size;
        }
        if name == "haochaping.js" {
            script = sizes[2];
        }
    }
    println!("{:<18}{:>10}{:>10}{:>10}", "all", total[0], total[1], total[2]);
    println!("budget: all {BUDGET_ALL} brotli, script {BUDGET_SCRIPT} brotli");
    ensure!(total[2] <= BUDGET_ALL, "all files together are {} bytes over the budget", total[2] - BUDGET_ALL);
    ensure!(script <= BUDGET_SCRIPT, "the script is {} bytes over the budget", script - BUDGET_SCRIPT);
    Ok(())
}
