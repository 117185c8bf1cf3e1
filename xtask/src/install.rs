//! What the tests need on a Debian machine, by apt, npm and pip.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use crate::shell::{execute, works};

/// A program or file, and the package it comes in.
const NEEDED: [(&str, &str); 7] = [
    ("/usr/bin/chromium", "chromium"),
    ("/usr/bin/chromedriver", "chromium-driver"),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk"),
    ("/usr/bin/strace", "strace"),
    ("/usr/bin/pdftoppm", "poppler-utils"),
    ("libzbar.so.0", "libzbar0"),
    ("/usr/lib/postgresql/15/bin/postgres", "postgresql-15"),
];

/// What every test needs.
pub(crate) fn packages() -> Result<()> {
    apt(&NEEDED)
}

/// Installs what is missing of these files' packages, or says in one line what to install.
pub(crate) fn apt(needed: &[(&str, &str)]) -> Result<()> {
    let missing: Vec<_> = needed.iter().filter(|(file, _)| !is_there(file)).map(|(_, package)| *package).collect();
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

/// A file by its path, or a library by its name.
fn is_there(file: &str) -> bool {
    let known = || {
        // Its place depends on the machine's kind; the loader's list does not.
        let listed = Command::new("/sbin/ldconfig").arg("-p").output();
        listed.is_ok_and(|listed| String::from_utf8_lossy(&listed.stdout).contains(file))
    };
    if file.starts_with('/') { Path::new(file).exists() } else { known() }
}

/// What reads printed codes back, from Python's registry by its list, into an environment of its own.
pub(crate) fn decoders(root: &Path) -> Result<()> {
    let (venv, list) = (root.join("target/venv"), root.join("tests/decoders/requirements.txt"));
    let wanted = std::fs::read(&list)?;
    let done = venv.join("installed.txt");
    if std::fs::read(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(&venv);
    execute("make an environment for the decoders", &mut make)
        .or_else(|error| bail!("{error:#}: apt-get install python3-venv"))?;
    let mut install = Command::new(venv.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&list);
    execute("install the decoders", &mut install)?;
    std::fs::write(done, wanted)?;
    Ok(())
}

/// Peers of the benchmark of cards: a TrueType font that both sides can use, and the encoder in C.
pub(crate) fn peers(root: &Path) -> Result<()> {
    let directory = root.join("tests/bench");
    if !directory.join("node_modules/@expo-google-fonts/noto-sans-sc").exists() {
        let mut install = Command::new("npm");
        install.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&directory);
        execute("install a font", &mut install)?;
    }
    if !Path::new("/usr/include/qrencode.h").exists() {
        let mut install = Command::new("apt-get");
        install.args(["install", "-y", "-qq", "libqrencode-dev"]).env("DEBIAN_FRONTEND", "noninteractive");
        execute("install libqrencode", &mut install)
            .or_else(|error| bail!("{error:#}: apt-get install libqrencode-dev"))?;
    }
    let mut compile = Command::new("gcc");
    compile.args(["-O2", "-o", "target/bench-qrencode", "tests/bench/qrencode.c", "-lqrencode"]).current_dir(root);
    execute("build the encoder in C", &mut compile)
}

/// What browser tests and checks of the package need, from npm by lock files; the samples are also built, as a customer
/// builds them, against the package as it is now.
pub(crate) fn npm(root: &Path) -> Result<()> {
    npm_ci(root, "tests/browser", "axe-core/axe.min.js", "the accessibility checker")?;
    npm_ci(root, "tests/browser/bridge", "weixin-js-sdk/index.js", "WeChat's script")?;
    npm_ci(root, "tests/npm", ".bin/tsc", "the checkers of the package")?;
    npm_ci(root, "demo/samples", ".bin/vite", "the frameworks of the samples")?;
    for script in ["check", "build"] {
        let mut build = Command::new("npm");
        build.args(["run", "--silent", script]).current_dir(root.join("demo/samples"));
        execute(&format!("{script} the samples"), &mut build)?;
    }
    Ok(())
}

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
