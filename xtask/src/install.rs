//! Gets what tests need on a Debian machine, by apt, npm and pip. What cannot be had is not the
//! end: whoever needs it is left out and named.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{
    npm::npm_ci,
    samples,
    shell::{execute, say, works},
    tools::{Environment, GENERATORS, MORE_GENERATORS, Tool},
};

/// Installs what is missing of these by apt, if this is root; whatever stays missing is said.
pub(crate) fn packages(root: &Path, tools: &[Tool]) -> Result<()> {
    let missing = missing(root, tools);
    if missing.is_empty() {
        return Ok(());
    }
    if works("apt-get", &["--version"]) && is_root() {
        let packages: Vec<_> = missing.iter().filter_map(|tool| tool.package()).collect();
        execute("look for packages", Command::new("apt-get").args(["update", "-qq"]))?;
        // One by one where they do not come together: a package that cannot be had must not keep
        // the others away.
        if apt_install(&packages).is_err() {
            for package in packages {
                drop(apt_install(&[package]));
            }
        }
    }
    for tool in self::missing(root, tools) {
        say(&format!(
            "{} is missing, and what needs it will be left out: {}",
            tool.name(),
            tool.install_line()
        ));
    }
    Ok(())
}

/// The same where nothing can be done without them.
///
/// # Errors
/// If one is still missing, with the line that installs it.
pub(crate) fn require(root: &Path, tools: &[Tool]) -> Result<()> {
    packages(root, tools)?;
    match missing(root, tools)[..] {
        [] => Ok(()),
        [first, ..] => bail!("{} is missing: {}", first.name(), first.install_line()),
    }
}

fn missing(root: &Path, tools: &[Tool]) -> Vec<Tool> {
    tools.iter().copied().filter(|tool| !tool.is_there(root)).collect()
}

fn is_root() -> bool {
    works("sh", &["-c", "test $(id -u) = 0"])
}

fn apt_install(packages: &[&str]) -> Result<()> {
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    execute(
        &format!("install {}", packages.join(", ")),
        install.env("DEBIAN_FRONTEND", "noninteractive"),
    )
}

/// What an environment has, from Python's registry by its list.
pub(crate) fn python(root: &Path, of: Environment, what: &str) -> Result<()> {
    let (venv, done, list) = (root.join(of.path), of.done(root), root.join(of.list));
    let wanted = std::fs::read(&list)?;
    if of.works(root) && std::fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    // One of another Python, which was there when it was made, is of no use.
    if venv.exists() {
        std::fs::remove_dir_all(&venv)?;
    }
    let mut make = Command::new("python3");
    execute(&format!("make an environment for {what}"), make.args(["-m", "venv"]).arg(&venv))?;
    let mut install = Command::new(venv.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list);
    execute(&format!("install {what}"), &mut install)?;
    std::fs::write(done, wanted)?;
    Ok(())
}

/// What makes clients from the contract of the API, and what lints it.
pub(crate) fn generators(root: &Path, full: bool) -> Result<()> {
    npm_ci(
        root,
        "tests/contract",
        ".bin/openapi-typescript",
        "a generator of types, and a linter of contracts",
    )?;
    python(root, GENERATORS, "a generator of clients")?;
    if full {
        python(root, MORE_GENERATORS, "another generator, and a tester that makes requests up")?;
    }
    Ok(())
}

/// Peers of the benchmark of cards: a TrueType font that both sides can use, and the encoder in C.
pub(crate) fn peers(root: &Path) -> Result<()> {
    npm_ci(root, "tests/bench", "@expo-google-fonts/noto-sans-sc/package.json", "a font")?;
    if !Path::new("/usr/include/qrencode.h").exists() {
        apt_install(&["libqrencode-dev"])
            .or_else(|error| bail!("{error:#}: apt-get install libqrencode-dev"))?;
    }
    let mut compile = Command::new("gcc");
    compile
        .args(["-O2", "-o", "target/bench-qrencode", "tests/bench/qrencode.c", "-lqrencode"])
        .current_dir(root);
    execute("build the encoder in C", &mut compile)
}

/// What browser tests and checks of the package need, from npm by lock files, and the samples
/// against the package as it is now.
pub(crate) fn npm(root: &Path) -> Result<()> {
    npm_ci(
        root,
        "tests/browser",
        "mockjs/dist/mock.js",
        "the accessibility checker, and scripts of host pages",
    )?;
    npm_ci(root, "tests/browser/bridge", "weixin-js-sdk/index.js", "WeChat's script")?;
    npm_ci(root, "tests/npm", ".bin/tsc", "the checkers of the package")?;
    samples::of_javascript(root)
}

/// A Chromium of 2018, which a package of npm carries, and what drives it.
pub(crate) fn oldest(root: &Path) -> Result<()> {
    npm_ci(root, "tests/oldest", "puppeteer-core/index.js", "a Chromium of 2018")
}
