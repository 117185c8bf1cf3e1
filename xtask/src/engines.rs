//! The driver of Firefox, which no distribution has: built once.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{
    install,
    shell::{cargo, execute},
    tools::Tool,
};

const GECKODRIVER: &str = "0.37.1";

/// Installs the browsers and drivers that are missing.
pub(crate) fn install(root: &Path) -> Result<()> {
    install::packages(root, &Tool::OF_ENGINES)?;
    let tools = root.join("target/tools");
    let version = Command::new(tools.join("bin/geckodriver")).arg("--version").output();
    let wanted = format!("geckodriver {GECKODRIVER}");
    if version.is_ok_and(|version| String::from_utf8_lossy(&version.stdout).starts_with(&wanted)) {
        return Ok(());
    }
    let mut build = cargo();
    build
        .args(["install", "geckodriver", "--version", GECKODRIVER, "--locked", "--quiet", "--root"])
        .arg(&tools);
    execute("build the driver of Firefox (some minutes)", &mut build).or_else(|error| {
        bail!("{error:#}: cargo install geckodriver --version {GECKODRIVER} --locked --root target/tools")
    })
}
