//! Puts the built widget into the binary, if it has been built: `cargo xtask build` leaves it in
//! `target/assets`. Without it the collector serves the plain form only, and says so at its start.

use std::{env, fmt::Write as _, fs, path::PathBuf};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("..");
    let directory = root.join("target/assets");
    println!("cargo:rerun-if-changed={}", directory.display());
    let version = fs::read_to_string(directory.join("version")).unwrap_or_default();
    let mut out =
        format!("const VERSION: &str = {:?};\nconst ASSETS: &[Asset] = &[\n", version.trim());
    let names = fs::read_dir(&directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok());
    let mut names: Vec<_> = names
        .filter(|name| [".js", ".wasm", ".json"].iter().any(|end| name.ends_with(end)))
        .collect();
    names.sort();
    for name in names {
        let path = directory.join(&name).canonicalize().expect("it was just listed");
        let path = path.display();
        writeln!(
            out,
            "    Asset {{ name: {name:?}, raw: include_bytes!(\"{path}\"), brotli: include_bytes!(\"{path}.br\"), \
             gzip: include_bytes!(\"{path}.gz\") }},"
        )
        .expect("writing to a string cannot fail");
    }
    out.push_str("];\n");
    let target = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("assets.rs");
    fs::write(target, out).expect("the build directory can be written");
}
