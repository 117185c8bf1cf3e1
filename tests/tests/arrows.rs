//! The arrows between our crates, and what the pure one must not pull in.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use haochaping_tests::workspace;
use serde_json::Value;

/// Which of our crates a crate may know. A crate that is not here may know none, so a new crate is
/// a decision.
const MAY_KNOW: [(&str, &[&str]); 13] = [
    ("haochaping", &[]),
    ("haochaping-widget", &["haochaping", "haochaping-yew"]),
    ("haochaping-yew", &["haochaping"]),
    ("haochaping-js", &["haochaping"]),
    ("haochaping-proof", &["haochaping"]),
    ("haochaping-tables", &[]),
    ("haochaping-cards", &["haochaping", "haochaping-tables"]),
    ("haochaping-store", &["haochaping", "haochaping-postgres"]),
    (
        "haochaping-collector",
        &["haochaping", "haochaping-cards", "haochaping-store", "haochaping-tables"],
    ),
    (
        "haochaping-server",
        &[
            "haochaping",
            "haochaping-cards",
            "haochaping-collector",
            "haochaping-store",
            "haochaping-tables",
        ],
    ),
    ("haochaping-demo", &["haochaping", "haochaping-server"]),
    ("haochaping-postgres", &[]),
    (
        "haochaping-tests",
        &[
            "haochaping",
            "haochaping-cards",
            "haochaping-collector",
            "haochaping-server",
            "haochaping-store",
            "haochaping-demo",
            "haochaping-postgres",
        ],
    ),
];

/// What the pure crate never pulls in, however far down: runtimes, clocks, and tables that cost
/// every browser, with all of its features.
const NEVER_IN_SDK: [&str; 5] = ["tokio", "chrono", "regex", "url", "wasm-bindgen"];

/// What browsers never download, with the texts of every language.
const NEVER_IN_WIDGET: [&str; 5] = ["tokio", "chrono", "regex", "url", "unicode-normalization"];

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.current_dir(workspace());
    cargo
}

fn output_of(cargo: &mut Command) -> String {
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo writes text")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Our crates, each with those of ours it depends on, for whatever purpose.
fn ours() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = output_of(cargo().args(["metadata", "--format-version", "1", "--no-deps"]));
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo writes JSON");
    let packages = list(&metadata["packages"]);
    let names: BTreeSet<_> = packages.iter().map(|package| text(&package["name"])).collect();
    let known = |package: &Value| {
        // The tests' own server of a database is known by whoever is tested on one, and never by
        // what ships.
        let is_for_tests = |dependency: &&Value| {
            dependency["name"] == "haochaping-postgres" && dependency["kind"] == "dev"
        };
        let dependencies = list(&package["dependencies"]).iter().filter(|one| !is_for_tests(one));
        let dependencies = dependencies.map(|dependency| text(&dependency["name"]));
        dependencies.filter(|name| names.contains(name)).map(str::to_owned).collect()
    };
    packages.iter().map(|package| (text(&package["name"]).to_owned(), known(package))).collect()
}

#[test]
fn no_crate_knows_one_that_it_should_not() {
    let ours = ours();
    let may_know: BTreeMap<_, _> = MAY_KNOW.into_iter().collect();
    for name in may_know.keys() {
        assert!(ours.contains_key(*name), "{name} is named here and is not in the workspace");
    }
    for (name, known) in &ours {
        let allowed = may_know.get(name.as_str()).copied().unwrap_or_default();
        // The build driver builds and starts the others as programs; it may read the domain, and
        // look for PostgreSQL as the tests do. Nothing reads it.
        let allowed =
            if name == "xtask" { &["haochaping", "haochaping-postgres"][..] } else { allowed };
        let too_many: Vec<_> =
            known.iter().filter(|other| !allowed.contains(&other.as_str())).collect();
        assert!(too_many.is_empty(), "{name} knows {too_many:?}");
    }
}

#[test]
fn the_widget_pulls_in_no_runtime_no_second_calendar_and_no_big_table() {
    let target = [
        "--target",
        "wasm32-unknown-unknown",
        "-e",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let all = output_of(cargo().args(["tree", "--locked", "-p", "haochaping-widget"]).args(target));
    let names: BTreeSet<_> = all.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("yew") && names.contains("haochaping"), "the tree is one: {names:?}");
    for never in NEVER_IN_WIDGET {
        assert!(!names.contains(never), "browsers would download {never}");
    }
}

#[test]
fn the_domain_pulls_in_no_runtime_no_clock_and_no_big_table() {
    let tree = |extra: &[&str]| {
        let mut tree = cargo();
        tree.args([
            "tree",
            "--locked",
            "-p",
            "haochaping",
            "--all-features",
            "--target",
            "all",
            "-e",
            "normal",
        ]);
        output_of(tree.args(extra))
    };
    let all = tree(&["--prefix", "none", "--format", "{p}"]);
    let names: BTreeSet<_> = all.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("serde") && names.contains("hmac"), "the tree is one: {names:?}");
    for never in NEVER_IN_SDK {
        assert!(!names.contains(never), "{never} is pulled in: {}", tree(&["-i", never]));
    }
}
