//! What may be in the tree of crates: licences, versions, sources.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::shell::{cargo, execute};

/// The version that deny.toml is written for.
const VERSION: &str = "0.20.2";
/// Where it is installed, which takes some minutes the first time.
const TOOLS: &str = "target/tools";

/// Checks the tree of crates by deny.toml.
///
/// # Errors
/// The checker cannot be installed from crates.io, or something is in the tree that may not be.
pub(crate) fn check(root: &Path) -> Result<()> {
    let tools = root.join(TOOLS);
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        let mut install = cargo();
        install
            .args(["install", "--quiet", "--locked", "cargo-deny", "--version", VERSION, "--root"])
            .arg(&tools);
        execute("install cargo-deny", &mut install)?;
    }
    let mut check = Command::new(program);
    check.args(["check", "bans", "licenses", "sources"]).current_dir(root);
    execute("check licences, versions and sources of crates", &mut check)
}
