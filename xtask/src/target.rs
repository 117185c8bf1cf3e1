//! The target of browsers.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::shell::{execute, works};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

pub(crate) fn add_target() -> Result<()> {
    let libraries =
        Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output()?;
    if Path::new(String::from_utf8_lossy(&libraries.stdout).trim()).exists() {
        return Ok(());
    }
    if !works("rustup", &["--version"]) {
        bail!("the target {TARGET} is missing: install it with your Rust, or use rustup");
    }
    execute("add the wasm target", Command::new("rustup").args(["target", "add", TARGET]))
}
