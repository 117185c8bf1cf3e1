//! The npm package as `cargo xtask build` assembles it: checked as a registry, a bundler and a
//! compiler see it, run in Node against a collector, and its colours computed.

mod themes;

use std::process::Command;

use haochaping_tests::{Collector, workspace};

fn node(args: &[&str], environment: &[(&str, &str)]) {
    let mut node = Command::new("node");
    node.args(args).current_dir(workspace().join("tests/npm")).envs(environment.iter().copied());
    let output = node.output().expect("node is installed");
    let result = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&result));
}

#[test]
fn the_package_is_sound_for_registries_bundlers_and_compilers() {
    node(&["check.mjs"], &[]);
}

#[test]
fn the_sdk_rates_from_node() {
    let collector = Collector::start(&[]);
    let tickets = collector.register(3).join(",");
    node(
        &["--test", "sdk.test.mjs"],
        &[("COLLECTOR", &collector.url()), ("TICKETS", &tickets), ("API_KEY", collector.api_key())],
    );
    let verified = collector.cli(&["verify"]);
    assert!(verified.out.starts_with("2 ratings, 1 work orders"), "{verified:?}");
}
