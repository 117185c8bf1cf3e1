//! The tests, cheap ones first.

use std::{fs, path::Path, process::Command};

use anyhow::Result;

use crate::{
    build, codegen, engines, install, package,
    shell::{cargo, execute, say},
    size,
};

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// The crates by themselves: rules, laws, store contract
    Unit,
    /// The built collector over HTTP, and its faults
    Api,
    /// The built widget on the built collector in Chromium
    Browser,
}

pub(crate) fn run(root: &Path, full: bool, part: Option<Part>) -> Result<()> {
    let wants = |which: Part| part.is_none_or(|part| part == which);
    if wants(Part::Unit) {
        unit(root)?;
    }
    if wants(Part::Api) || wants(Part::Browser) {
        build::widget(root)?;
        build::javascript(root)?;
        size::run(root)?;
        build::collector()?;
        package::npm(root)?;
        install::packages()?;
    }
    if wants(Part::Api) {
        install::decoders(root)?;
        api(root, full)?;
    }
    if wants(Part::Browser) {
        install::npm(root)?;
        execute("the npm package", &mut tests(&of(&["npm"])))?;
        // One browser at a time: on two cores several would only wait for one another.
        execute("browser journeys", tests(&of(&["browser"])).args(["--", "--test-threads=1"]))?;
        if full {
            on_server("browser journeys on a server", &["browser"], &["--test-threads=1"])?;
            engines::engines(root)?;
            engines::journeys()?;
        }
    }
    say("all tests passed");
    Ok(())
}

const EVERY_CRATE: [&str; 7] = [
    "haochaping",
    "haochaping-server",
    "haochaping-cards",
    "haochaping-widget",
    "haochaping-demo",
    "haochaping-postgres",
    "haochaping-tests",
];

fn every_crate() -> impl Iterator<Item = &'static str> {
    EVERY_CRATE.into_iter().flat_map(|name| ["-p", name])
}

fn unit(root: &Path) -> Result<()> {
    // The store's contract is held on both databases.
    install::packages()?;
    codegen::run(root, true)?;
    lint()?;
    execute(
        "the sdk with and without its features",
        cargo().args(["test", "--locked", "-p", "haochaping", "--features", "png,portal"]),
    )?;
    execute("every crate by itself", &mut tests(&["--lib", "--bin", "haochaping-demo"]))?;
    execute("examples in the documentation", &mut tests(&["--doc"]))
}

/// Tests of these targets. All crates are named each time: with fewer their dependencies would have other features, and be
/// built once more.
pub(crate) fn tests(targets: &[&str]) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--locked"]).args(every_crate()).args(targets);
    tests
}

/// Nothing stands that the workspace's lints warn of, and everything is formatted.
fn lint() -> Result<()> {
    execute("format", cargo().args(["fmt", "--all", "--check"]))?;
    let every = ["clippy", "--locked", "--workspace", "--exclude", "haochaping-widget", "--all-targets"];
    let measurements = ["--features", "haochaping-tests/bench"];
    execute("lints", cargo().args(every).args(measurements).args(["--", "-D", "warnings"]))?;
    let widget = ["clippy", "--locked", "-p", "haochaping-widget", "--all-targets"];
    execute("lints of the widget", cargo().args(widget).args(["--", "-D", "warnings"]))
}

fn api(root: &Path, full: bool) -> Result<()> {
    build_mutants(root)?;
    let targets = ["api", "wire", "arrows", "crash", "codes", "cluster"];
    let mut whole = tests(&of(&targets));
    if full {
        whole.env("HAOCHAPING_TEST_FULL", "1");
    }
    execute("the collector over HTTP, killed at random, and several on one database", &mut whole)?;
    // Left out by name: what is true of a file alone. `cluster` has its counterparts for a server.
    let of_files = [
        "sync::",
        "restore::a_backup_restores",
        "restore::store_copy",
        "refusals::a_key_file",
        "witness::two_logs",
        "witness::a_log_that_shrank",
    ];
    let skips: Vec<_> = of_files.iter().flat_map(|name| ["--skip", *name]).collect();
    on_server("the collector over HTTP on a server", &["api", "crash"], &skips)
}

/// The binary with deliberate faults, put aside so that nobody takes it for the other.
fn build_mutants(root: &Path) -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--locked"]).args(every_crate());
    build.args(["--features", "haochaping-server/mutants", "--bin", "haochaping"]);
    execute("build the collector with deliberate faults", &mut build)?;
    let aside = root.join("target/mutants/debug");
    fs::create_dir_all(&aside)?;
    fs::rename(root.join("target/debug/haochaping"), aside.join("haochaping"))?;
    Ok(())
}

/// The same tests with their stores in databases of a PostgreSQL server.
fn on_server(what: &str, targets: &[&str], arguments: &[&str]) -> Result<()> {
    let mut tests = tests(&of(targets));
    execute(what, tests.env("HAOCHAPING_TEST_STORE", "postgres").arg("--").args(arguments))
}

fn of<'a>(targets: &[&'a str]) -> Vec<&'a str> {
    targets.iter().flat_map(|target| ["--test", target]).collect()
}
