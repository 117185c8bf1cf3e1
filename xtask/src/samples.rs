//! The sample portals into target/samples, built as a customer builds them: in Yew against the
//! crate, in the frameworks of JavaScript against the package.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    npm::npm_ci,
    shell::{cargo, execute},
    target::{TARGET, add_target},
};

const YEW: &str = "demo/samples/yew";

/// Those that need npm.
pub(crate) fn of_javascript(root: &Path) -> Result<()> {
    npm_ci(root, "demo/samples", ".bin/vite", "the frameworks of the samples")?;
    for script in ["check", "build"] {
        let mut build = Command::new("npm");
        build.args(["run", "--silent", script]).current_dir(root.join("demo/samples"));
        execute(&format!("{script} the samples"), &mut build)?;
    }
    Ok(())
}

/// The portal in Yew: a workspace of its own, by its own lock file.
pub(crate) fn of_yew(root: &Path) -> Result<()> {
    add_target()?;
    let directory = root.join("target/yew-sample");
    let mut build = cargo();
    build.args([
        "build",
        "--locked",
        "--release",
        "--target",
        TARGET,
        "--manifest-path",
        &format!("{YEW}/Cargo.toml"),
    ]);
    build.arg("--target-dir").arg(&directory);
    execute("build the sample portal in Yew", &mut build)?;
    let to = root.join("target/samples/yew");
    fs::create_dir_all(&to)?;
    // As `wasm-bindgen --target web --out-name portal` does it.
    Bindgen::new()
        .input_path(directory.join(TARGET).join("release/yew-portal.wasm"))
        .out_name("portal")
        .web(true)?
        .typescript(false)
        .generate(&to)
        .context("the bindings of the sample portal in Yew were not written")?;
    for name in ["yew/index.html", "yew/start.js", "samples.css"] {
        let from = root.join("demo/samples").join(name);
        let name = from.file_name().context("a file has a name")?.to_owned();
        fs::copy(&from, to.join(name))?;
    }
    Ok(())
}

/// A portal whose lock file has the oldest versions that the crate's manifest names: it must
/// compile.
pub(crate) fn with_oldest_versions(root: &Path) -> Result<()> {
    add_target()?;
    let mut check = cargo();
    check.args([
        "check",
        "--locked",
        "--target",
        TARGET,
        "--manifest-path",
        "tests/portals/stranger/Cargo.toml",
    ]);
    check.arg("--target-dir").arg(root.join("target/stranger"));
    execute("compile a portal with the oldest versions", &mut check)
}
