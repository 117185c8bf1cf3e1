//! The npm package, assembled into target/npm: the element and the SDK as modules, the script file
//! as the collector serves it, types, themes and lists.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    build::BRIDGE,
    bundle::{Format, Known, bundle},
    names::{ASSETS, LANGUAGES, wasm_name},
};

/// Assembles it from built assets and the hand-written shell.
pub(crate) fn npm(root: &Path) -> Result<()> {
    let (assets, shell, to) = (root.join(ASSETS), root.join("npm"), root.join("target/npm"));
    if to.exists() {
        fs::remove_dir_all(&to)?;
    }
    copy_tree(&shell, &to)?;
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(root.join(license), to.join(license))
            .with_context(|| format!("{license} cannot be copied"))?;
    }
    let own = ["haochaping.js", BRIDGE, "integrity.json"].map(str::to_owned);
    for name in own.into_iter().chain(LANGUAGES.map(wasm_name)) {
        fs::copy(assets.join(&name), to.join(&name))
            .with_context(|| format!("{name} is not built"))?;
    }
    let (work, known) = (root.join("target/widget"), Known::read(root)?);
    fs::write(to.join("widget/index.js"), bundle(root, "element.js", Format::Module, &known)?)?;
    // The rules travel inside the file: no bundler has to find a wasm file, and no server to serve
    // one.
    let wasm = BASE64_STANDARD.encode(fs::read(root.join("target/js/haochaping-js.wasm"))?);
    fs::write(work.join("rules.js"), format!("export const WASM = \"{wasm}\";\n"))?;
    fs::copy(shell.join("index.js"), work.join("sdk.js"))?;
    fs::write(to.join("index.js"), bundle(root, "sdk.js", Format::Module, &known)?)?;
    Ok(())
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
