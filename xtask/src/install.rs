//! What the browser tests need on a Debian machine, by apt.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::shell::{execute, works};

/// A program or file, and the package it comes in.
const NEEDED: [(&str, &str); 4] = [
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/chromedriver", "chromium-driver"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
    ("/usr/bin/strace", "strace"),
];

/// Installs what is missing, or says in one line what to install.
pub(crate) fn browsers() -> Result<()> {
    let missing: Vec<_> =
        NEEDED.iter().filter(|(file, _)| !Path::new(file).exists()).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("install these and try again: apt-get install {}", missing.join(" "));
    if !works("apt-get", &["--version"]) || !works("sh", &["-c", "test $(id -u) = 0"]) {
        bail!("{by_hand}");
    }
    execute("look for packages", Command::new("apt-get").args(["update", "-qq"]))?;
    let what = format!("install {}", missing.join(", "));
    let mut install = Command::new("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(&missing)
        .env("DEBIAN_FRONTEND", "noninteractive");
    execute(&what, &mut install).or_else(|error| bail!("{error:#}: {by_hand}"))
}

/// The accessibility checker, from npm by its lock file.
pub(crate) fn axe(root: &Path) -> Result<()> {
    let directory = root.join("tests/browser");
    if directory.join("node_modules/axe-core/axe.min.js").exists() {
        return Ok(());
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(directory);
    execute("install the accessibility checker", &mut install)
}
