//! The sample portal with a collector, everything built first.

use std::path::Path;

use anyhow::Result;

use crate::{
    build,
    shell::{cargo, execute},
};

pub(crate) fn run(root: &Path) -> Result<()> {
    build::widget(root)?;
    build::collector()?;
    execute("build the sample portal", cargo().args(["build", "--release", "--locked", "-p", "haochaping-demo"]))?;
    let mut portal = std::process::Command::new(root.join("target/release/haochaping-demo"));
    execute("run the sample portal; Ctrl-C ends it", portal.args(["--data", "target/demo"]))
}
