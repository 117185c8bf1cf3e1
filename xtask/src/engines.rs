//! The core journeys in three engines: Chromium, Firefox and WebKit.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{
    install,
    shell::{cargo, execute},
    test,
};

/// A program, and the package it comes in. Debian has no driver for Firefox.
const NEEDED: [(&str, &str); 6] = [
    ("/usr/bin/chromedriver", "chromium-driver"),
    ("/usr/bin/firefox-esr", "firefox-esr"),
    ("/usr/bin/WebKitWebDriver", "webkit2gtk-driver"),
    ("/usr/bin/xvfb-run", "xvfb"),
    ("/usr/bin/xauth", "xauth"),
    ("/usr/bin/dbus-run-session", "dbus"),
];

const GECKODRIVER: &str = "0.37.1";

/// Installs the browsers and drivers that are missing.
pub(crate) fn engines(root: &Path) -> Result<()> {
    install::apt(&NEEDED)?;
    let tools = root.join("target/tools");
    let said = Command::new(tools.join("bin/geckodriver")).arg("--version").output();
    let wanted = format!("geckodriver {GECKODRIVER}");
    if said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).starts_with(&wanted)) {
        return Ok(());
    }
    let mut build = cargo();
    build.args(["install", "geckodriver", "--version", GECKODRIVER, "--locked", "--quiet", "--root"]).arg(&tools);
    execute("build the driver of Firefox (some minutes)", &mut build).or_else(|error| {
        bail!("{error:#}: cargo install geckodriver --version {GECKODRIVER} --locked --root target/tools")
    })
}

/// The built widget on the built collector in each of them.
pub(crate) fn journeys() -> Result<()> {
    // One browser at a time: on two cores several would only wait for one another.
    let mut tests = test::tests(&["--test", "engines"]);
    execute("core journeys in three engines", tests.args(["--", "--test-threads=1"]))
}
