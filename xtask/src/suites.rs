//! The programs that tests are built into: what each needs, which of its tests need more, and how
//! it is run.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    shell::{cargo, execute},
    stages::Stage,
    tools::{LeftOut, Tool},
};

/// A test program of the tests' crate, or the tests inside the crates.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    /// What it shows, as its stage is called.
    name: &'static str,
    /// What cargo is told to run.
    targets: &'static [&'static str],
    /// Without these none of its tests can run.
    needs: &'static [Tool],
    /// Tests whose names hold such a piece need this as well.
    some_need: &'static [(&'static str, Tool)],
    /// Left out whatever is there.
    skips: &'static [&'static str],
    /// How many of its tests run at once; `None` for as many as there are cores.
    n_threads: Option<usize>,
    /// Whether the collector's store is a database of a PostgreSQL server.
    is_on_server: bool,
    /// Whether the collector is that of a release, which must have been built, and not the one
    /// built with the tests.
    is_of_release: bool,
}

const PLAIN: Suite = Suite {
    name: "",
    targets: &[],
    needs: &[],
    some_need: &[],
    skips: &[],
    n_threads: None,
    is_on_server: false,
    is_of_release: false,
};

/// How many tests run at once that mostly wait: for what a collector does once a second, and for
/// disks.
const WAITING: usize = 8;

/// Tests inside the crates, one program for each.
pub(crate) const UNIT: Suite = Suite {
    name: "every crate by itself",
    targets: &["--lib", "--bin", "haochaping", "--bin", "haochaping-demo", "--bin", "xtask"],
    some_need: &[
        ("contract::on_postgres::", Tool::Postgres),
        ("contract::on_shards::", Tool::Postgres),
        ("contract::postgres::", Tool::Postgres),
        ("contract::copy::", Tool::Postgres),
        // It runs what it put together in Node.
        ("modules_run_once", Tool::Npm),
    ],
    ..PLAIN
};

pub(crate) const API: Suite = Suite {
    name: "the collector over HTTP",
    targets: &["--test", "api", "--test", "wire", "--test", "arrows"],
    some_need: SOME_OF_API,
    n_threads: Some(WAITING),
    ..PLAIN
};

/// Tests that print cards or briefings, and those of alerts.
const SOME_OF_API: &[(&str, Tool)] = &[
    ("card_office::", Tool::ChineseFont),
    ("cards::", Tool::ChineseFont),
    ("briefings::", Tool::ChineseFont),
    ("monitoring::", Tool::Promtool),
];

pub(crate) const CRASH: Suite = Suite {
    name: "the collector killed at random",
    targets: &["--test", "crash"],
    some_need: &[("sync::", Tool::Strace)],
    ..PLAIN
};

pub(crate) const CODES: Suite = Suite {
    name: "printed codes read back",
    targets: &["--test", "codes"],
    needs: &[Tool::ChineseFont, Tool::Poppler, Tool::Zbar, Tool::Decoders],
    some_need: &[("javascript_", Tool::Npm)],
    ..PLAIN
};

pub(crate) const CLUSTER: Suite = Suite {
    name: "several collectors on one database, and faults of both",
    targets: &["--test", "cluster"],
    needs: &[Tool::Postgres],
    some_need: &[("tls::", Tool::Openssl)],
    ..PLAIN
};

/// The same tests on a server, but for what is true of a file alone. `cluster` has its
/// counterparts.
pub(crate) const ON_SERVER: Suite = Suite {
    name: "the collector over HTTP, and killed, on a server",
    targets: &["--test", "api", "--test", "crash"],
    needs: &[Tool::Postgres],
    some_need: SOME_OF_API,
    skips: &[
        "sync::",
        "restore::a_backup_restores",
        "restore::store_copy",
        "refusals::a_key_file",
        "witness::two_logs",
        "witness::a_log_that_shrank",
    ],
    n_threads: Some(WAITING),
    is_on_server: true,
    ..PLAIN
};

pub(crate) const NPM: Suite =
    Suite { name: "the npm package", targets: &["--test", "npm"], needs: &[Tool::Npm], ..PLAIN };

/// The contract as other people's tools read it.
pub(crate) const CONTRACT: Suite = Suite {
    name: "clients made from the contract",
    targets: &["--test", "contract"],
    needs: &[Tool::Npm, Tool::Generators],
    ..PLAIN
};

pub(crate) const BROWSER: Suite = Suite {
    name: "journeys in Chromium",
    targets: &["--test", "browser"],
    needs: &[Tool::Chromium, Tool::Chromedriver, Tool::ChineseFont],
    some_need: &[
        // The accessibility checker comes from npm, as do WeChat's script and the frameworks of the
        // samples.
        ("axe_", Tool::Npm),
        ("accessible", Tool::Npm),
        ("for_everyone", Tool::Npm),
        ("by_keyboard", Tool::Npm),
        ("needs_no_script", Tool::Npm),
        ("mini_programs::", Tool::Npm),
        ("samples::", Tool::Npm),
        // The viewer of the API's page.
        ("docs::the_viewer", Tool::Npm),
        ("yew::", Tool::Npm),
        ("hosts::", Tool::Npm),
        ("hosts::", Tool::Prototype),
        ("hosts::", Tool::MooTools),
    ],
    // A browser uses more than a core while it starts, and waits for the collector after that.
    n_threads: Some(2),
    ..PLAIN
};

pub(crate) const BROWSER_ON_SERVER: Suite = Suite {
    name: "journeys in Chromium on a server",
    needs: &[Tool::Chromium, Tool::Chromedriver, Tool::ChineseFont, Tool::Postgres],
    is_on_server: true,
    ..BROWSER
};

/// What ships, as everything else is tested on a quicker build.
pub(crate) const RELEASE: Suite = Suite {
    name: "the release over HTTP and in Chromium",
    targets: &["--test", "api", "--test", "browser"],
    is_of_release: true,
    ..BROWSER
};

pub(crate) const ENGINES: Suite = Suite {
    name: "core journeys in three engines",
    targets: &["--test", "engines"],
    needs: &Tool::OF_ENGINES,
    n_threads: Some(1),
    ..PLAIN
};

/// Form, element and outbox in the kernel of browsers that government computers still have.
pub(crate) const OLDEST: Suite = Suite {
    name: "journeys in a Chromium of 2018",
    targets: &["--test", "oldest"],
    needs: &[Tool::Npm],
    ..PLAIN
};

impl Suite {
    /// The stage that runs it.
    pub(crate) fn stage<'a>(self, root: &'a Path, full: bool, left_out: &'a LeftOut) -> Stage<'a> {
        let (name, needs) = (self.name, self.needs);
        Stage::new(name, move || self.run(root, full, left_out)).needing(needs)
    }

    fn run(&self, root: &Path, full: bool, left_out: &LeftOut) -> Result<()> {
        let mut skips = self.skips.to_vec();
        for (piece, tool) in self.some_need.iter().filter(|(_, tool)| !tool.is_there(root)) {
            left_out.add(&format!("{}: tests named {piece}…", self.name), *tool);
            skips.push(piece);
        }
        let mut test = cargo_test();
        if full {
            test.env("HAOCHAPING_TEST_FULL", "1");
        }
        if self.is_on_server {
            test.env("HAOCHAPING_TEST_STORE", "postgres");
        }
        if self.is_of_release {
            test.env("HAOCHAPING_BIN", root.join("target/release/haochaping"));
        }
        test.args(self.targets).arg("--");
        test.args(skips.iter().flat_map(|piece| ["--skip", piece]));
        test.args(self.n_threads.map(|n_threads| format!("--test-threads={n_threads}")));
        execute(self.name, &mut test)
    }
}

/// What the build of all tests and any run of them have in common. Other packages or features would
/// give dependencies other features, and have them built once more.
const SAME_BUILD: [&str; 4] = ["--locked", "--workspace", "--features", "haochaping-tests/bench"];

/// `cargo test` on what [`build`] has built.
fn cargo_test() -> Command {
    let mut test = cargo();
    test.arg("test").args(SAME_BUILD);
    with_lints(&mut test);
    test
}

/// Every program and every test of the workspace, built and held to its lints in one go: clippy's
/// driver is the compiler with more lints, and compiles what it has looked at.
pub(crate) fn build() -> Result<()> {
    let mut build = cargo();
    build.arg("build").args(SAME_BUILD).arg("--all-targets");
    execute("lints, and every program and test", with_lints(&mut build))
}

/// What `cargo clippy -- -D warnings` sets for `cargo check`, set for a build. Dependencies are
/// compiled as ever.
fn with_lints(cargo: &mut Command) -> &mut Command {
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__")
}

/// Examples in the documentation.
pub(crate) fn documentation() -> Result<()> {
    execute("examples in the documentation", cargo_test().arg("--doc"))
}
