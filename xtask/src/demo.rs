//! The sample portal with a collector, everything built first.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    build, package,
    shell::{cargo, execute, say},
    stages::{self, Stage},
    tools::{LeftOut, Tool},
};

/// What portal engineers try the widget with: `npm install target/npm`. It needs npm's tools.
fn npm_package(root: &Path) -> Result<()> {
    if !Tool::Npm.is_there(root) {
        say("npm is missing: target/npm is left out");
        return Ok(());
    }
    build::javascript(root)?;
    package::npm(root)
}

/// Builds both programs as tests have them: quick to build, and quick enough for a person.
pub(crate) fn run(root: &Path) -> Result<()> {
    let programs = || {
        let mut build = cargo();
        build.args([
            "build",
            "--locked",
            "-p",
            "haochaping-server",
            "-p",
            "haochaping-demo",
            "--bins",
        ]);
        execute("build the collector and the sample portal", &mut build)
    };
    let stages = vec![
        Stage::new("the widget", || build::widget(root)),
        Stage::new("the npm package", || npm_package(root)),
        Stage::new("the collector and the sample portal", programs),
    ];
    stages::run(root, "demo", stages, &LeftOut::default())?;
    let mut portal = Command::new(root.join("target/debug/haochaping-demo"));
    execute("run the sample portal; Ctrl-C ends it", portal.args(["--data", "target/demo"]))
}
