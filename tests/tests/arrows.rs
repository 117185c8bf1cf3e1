//! The arrows between our crates, and what the pure one must not pull in.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use haochaping_tests::workspace;
use serde_json::Value;

/// Which of our crates a crate may know. A crate that is not here may know none, so a new crate is a decision.
const MAY_KNOW: [(&str, &[&str]); 8] = [
    ("haochaping", &[]),
    ("haochaping-widget", &["haochaping"]),
    ("haochaping-js", &["haochaping"]),
    ("haochaping-cards", &["haochaping"]),
    ("haochaping-server", &["haochaping", "haochaping-cards"]),
    ("haochaping-demo", &["haochaping", "haochaping-server"]),
    ("haochaping-postgres", &[]),
    (
        "haochaping-tests",
        &["haochaping", "haochaping-cards", "haochaping-server", "haochaping-demo", "haochaping-postgres"],
    ),
];

/// What the pure crate never pulls in, however far down: runtimes, clocks, and tables that cost every browser. Features
/// count as the whole workspace turns them on, so the real tree of the widget is smaller than what is walked here.
const NEVER_IN_SDK: [&str; 5] = ["tokio", "chrono", "regex", "url", "wasm-bindgen"];

fn metadata(extra: &[&str]) -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1"])
        .args(extra)
        .current_dir(workspace())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Our crates, each with those of ours it depends on, for whatever purpose.
fn ours() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata(&["--no-deps"]);
    let packages = list(&metadata["packages"]);
    let names: BTreeSet<_> = packages.iter().map(|package| text(&package["name"])).collect();
    let known = |package: &Value| {
        // The tests' own server of a database is known by whoever is tested on one, and never by what ships.
        let is_for_tests =
            |dependency: &&Value| dependency["name"] == "haochaping-postgres" && dependency["kind"] == "dev";
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
        // The build driver builds and starts the others as programs; it may read the domain, and nothing reads it.
        let allowed = if name == "xtask" { &["haochaping"][..] } else { allowed };
        let too_many: Vec<_> = known.iter().filter(|other| !allowed.contains(&other.as_str())).collect();
        assert!(too_many.is_empty(), "{name} knows {too_many:?}");
    }
}

#[test]
fn the_domain_pulls_in_no_runtime_no_clock_and_no_big_table() {
    let metadata = metadata(&[]);
    let names: BTreeMap<_, _> =
        list(&metadata["packages"]).iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
    let nodes: BTreeMap<_, _> =
        list(&metadata["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), node)).collect();
    let sdk = names.iter().find(|(_, name)| **name == "haochaping").map(|(id, _)| *id).expect("the sdk is resolved");

    // Where each crate was reached from, so that a fault names the way.
    let mut reached_from = BTreeMap::from([(sdk, "")]);
    let mut waiting = vec![sdk];
    while let Some(id) = waiting.pop() {
        for dependency in list(&nodes[id]["deps"]) {
            let is_normal = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            let to = text(&dependency["pkg"]);
            if is_normal && !reached_from.contains_key(to) {
                reached_from.insert(to, names[id]);
                waiting.push(to);
            }
        }
    }
    let found: BTreeMap<_, _> = reached_from.iter().map(|(id, from)| (names[id], *from)).collect();
    assert!(found.contains_key("serde") && found.contains_key("hmac"), "the walk walks: {found:?}");
    for never in NEVER_IN_SDK {
        assert_eq!(found.get(never), None, "{never} is pulled in");
    }
}
