//! Packages of npm, by lock files.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::shell::execute;

/// Installs a folder's packages unless `mark` lies among them.
pub(crate) fn npm_ci(root: &Path, folder: &str, mark: &str, what: &str) -> Result<()> {
    let directory = root.join(folder);
    if directory.join("node_modules").join(mark).exists() {
        return Ok(());
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(directory);
    execute(&format!("install {what}"), &mut install)
}
