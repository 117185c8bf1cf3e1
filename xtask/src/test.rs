//! The tests, cheap ones first.

use std::path::Path;

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
        api(full)?;
    }
    if wants(Part::Browser) {
        install::npm(root)?;
        let mut package = cargo();
        package.args(["test", "--locked", "-p", "haochaping-tests", "--test", "npm"]);
        execute("the npm package", &mut package)?;
        let mut tests = cargo();
        // One browser at a time: on two cores several would only wait for one another.
        tests.args(["test", "--locked", "-p", "haochaping-tests", "--test", "browser", "--", "--test-threads=1"]);
        execute("browser journeys", &mut tests)?;
        if full {
            on_server("browser journeys on a server", &["browser"], &["--test-threads=1"])?;
            engines::engines(root)?;
            engines::journeys()?;
        }
    }
    say("all tests passed");
    Ok(())
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
    execute(
        "every crate by itself",
        cargo().args([
            "test",
            "--locked",
            "-p",
            "haochaping-server",
            "-p",
            "haochaping-cards",
            "-p",
            "haochaping-widget",
            "-p",
            "haochaping-demo",
            "-p",
            "haochaping",
        ]),
    )
}

/// Nothing stands that the workspace's lints warn of, and everything is formatted.
fn lint() -> Result<()> {
    execute("format", cargo().args(["fmt", "--all", "--check"]))?;
    let every = ["clippy", "--locked", "--workspace", "--exclude", "haochaping-widget", "--all-targets"];
    execute("lints", cargo().args(every).args(["--", "-D", "warnings"]))?;
    let widget = ["clippy", "--locked", "-p", "haochaping-widget", "--all-targets"];
    execute("lints of the widget", cargo().args(widget).args(["--", "-D", "warnings"]))
}

fn api(full: bool) -> Result<()> {
    execute(
        "build the collector with deliberate faults",
        cargo().args([
            "build",
            "--locked",
            "-p",
            "haochaping-server",
            "--features",
            "mutants",
            "--target-dir",
            "target/mutants",
        ]),
    )?;
    let mut tests = cargo();
    tests.args([
        "test",
        "--locked",
        "-p",
        "haochaping-tests",
        "--test",
        "api",
        "--test",
        "wire",
        "--test",
        "arrows",
        "--test",
        "crash",
        "--test",
        "codes",
        "--test",
        "cluster",
    ]);
    if full {
        tests.env("HAOCHAPING_TEST_FULL", "1");
    }
    execute("the collector over HTTP, killed at random, and several on one database", &mut tests)?;
    // Left out by name: what is true of a file alone. `cluster` has its counterparts for a server.
    let of_files = ["sync::", "restore::a_backup_restores", "restore::store_copy", "refusals::a_key_file"];
    let skips: Vec<_> = of_files.iter().flat_map(|name| ["--skip", *name]).collect();
    on_server("the collector over HTTP on a server", &["api", "crash"], &skips)
}

/// The same tests with their stores in databases of a PostgreSQL server.
fn on_server(what: &str, targets: &[&str], arguments: &[&str]) -> Result<()> {
    let mut tests = cargo();
    tests.args(["test", "--locked", "-p", "haochaping-tests"]).env("HAOCHAPING_TEST_STORE", "postgres");
    for target in targets {
        tests.args(["--test", target]);
    }
    tests.arg("--").args(arguments);
    execute(what, &mut tests)
}
