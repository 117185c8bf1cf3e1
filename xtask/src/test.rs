//! The tests, cheap ones first.

use std::path::Path;

use anyhow::Result;

use crate::{
    build, codegen, deny, engines, install, package, samples,
    shell::{cargo, execute, say},
    size,
    stages::{self, Stage},
    suites::{
        self, API, BROWSER, BROWSER_ON_SERVER, CLUSTER, CODES, CONTRACT, CRASH, ENGINES, NPM,
        OLDEST, ON_SERVER, RELEASE, UNIT,
    },
    tools::{DECODERS, LeftOut, Tool},
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

/// # Errors
/// At the first failure; and if all passed but something could not run on this machine.
pub(crate) fn run(root: &Path, full: bool, part: Option<Part>) -> Result<()> {
    let left_out = LeftOut::default();
    let wants = |which: Part| part.is_none_or(|part| part == which);
    let mut stages =
        vec![Stage::new("packages that tests need", || install::packages(root, &Tool::OF_TESTS))];
    if wants(Part::Api) || wants(Part::Browser) {
        stages.push(Stage::new("the widget", || widget(root, &left_out)));
    }
    stages.push(Stage::new("generated files and format", || generated(root)));
    stages.push(Stage::new("lints, and every program and test", suites::build));
    if wants(Part::Unit) {
        stages.push(UNIT.stage(root, full, &left_out));
        stages.push(Stage::new("examples in the documentation", suites::documentation));
        stages.push(Stage::new("the sdk with fewer features", sdk_with_fewer_features));
        if full {
            stages
                .push(Stage::new("licences, versions and sources of crates", || deny::check(root)));
        }
    }
    if wants(Part::Api) {
        stages.push(Stage::new("readers of printed codes", || {
            optional(install::python(root, DECODERS, "the decoders"));
            Ok(())
        }));
        stages.push(Stage::new("generators of clients", move || {
            optional(install::generators(root, full));
            Ok(())
        }));
        let suites = [API, CONTRACT, CRASH, CODES, CLUSTER, ON_SERVER];
        stages.extend(suites.map(|suite| suite.stage(root, full, &left_out)));
    }
    if wants(Part::Browser) {
        stages.push(Stage::new("the sample portal in Yew", || samples::of_yew(root)));
        stages.push(Stage::new("a portal with the oldest versions", || {
            samples::with_oldest_versions(root)
        }));
        stages.push(
            Stage::new("what browsers need from npm", || install::npm(root)).needing(&[Tool::Npm]),
        );
        stages.extend([NPM, BROWSER].map(|suite| suite.stage(root, full, &left_out)));
        if full {
            stages.push(BROWSER_ON_SERVER.stage(root, full, &left_out));
            stages.push(Stage::new("the release", || build::release(root)));
            stages.push(RELEASE.stage(root, full, &left_out));
            stages.push(Stage::new("browsers and drivers", || engines::install(root)));
            stages.push(ENGINES.stage(root, full, &left_out));
            stages.push(
                Stage::new("a Chromium of 2018", || install::oldest(root)).needing(&[Tool::Npm]),
            );
            stages.push(OLDEST.stage(root, full, &left_out));
        }
    }
    let name = part.map_or_else(
        || "test".to_owned(),
        |part| format!("test {}", format!("{part:?}").to_lowercase()),
    );
    stages::run(root, &name, stages, &left_out)?;
    say("all tests passed");
    Ok(())
}

/// The shipped files of browsers, within their budget, and the npm package.
fn widget(root: &Path, left_out: &LeftOut) -> Result<()> {
    build::widget(root)?;
    build::javascript(root)?;
    if !Tool::Npm.is_there(root) {
        left_out.add("the size of what browsers download", Tool::Npm);
        return Ok(());
    }
    size::run(root)?;
    package::npm(root)
}

fn generated(root: &Path) -> Result<()> {
    codegen::run(root, true)?;
    execute("format", cargo().args(["fmt", "--all", "--check"]))
}

/// As a portal's back end has it: without the tables of Unicode, which the server turns on.
fn sdk_with_fewer_features() -> Result<()> {
    let mut test = cargo();
    test.args(["test", "--locked", "-p", "haochaping", "--lib", "--features", "png,portal"]);
    execute("the sdk with fewer features", &mut test)
}

/// Where something cannot be had, whoever needs it is left out.
fn optional(had: Result<()>) {
    if let Err(error) = had {
        say(&format!("left out: {error:#}"));
    }
}
