//! Measurements. Each prints ratios against a peer of the same run: machines are shared, absolute
//! numbers do not count.

mod all;

use std::path::Path;

use anyhow::Result;

pub(crate) use self::all::run as run_all;
use crate::{
    build, install,
    npm::npm_ci,
    shell::{cargo, execute},
    tools::{DECODERS, Tool},
};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Name {
    /// Every one of them, with a table of all ratios, compared with the last that was kept;
    /// `--short` takes 7 minutes once built
    All,
    /// Ratings per second without a store, with a transaction each, and with group commit
    Ingest,
    /// Orders given out a second, and a department's list among 1,000 and among 1,000,000
    WorkOrders,
    /// When a form can be used, bytes and memory, against Preact, React and plain HTML
    Widget,
    /// Requests a second of the public page against the shortest answer, with a thousand and with
    /// ten million ratings
    Public,
    /// The memory of 200 pads on one collector, and how long after a call they are woken
    Pads,
    /// What becomes of rate, latency, bytes and memory from ten thousand to ten million ratings, in
    /// both stores
    Growth,
    /// Comments a second that are cut into hot words, and the memory of the dictionary
    HotWords,
    /// CPU and memory of a city's cards against bare encoding and against segno with reportlab
    Cards,
}

impl Name {
    /// The program that measures it.
    fn program(self) -> &'static str {
        match self {
            Self::All => unreachable!("it is not one program"),
            Self::Ingest => "bench-ingest",
            Self::WorkOrders => "bench-work-orders",
            Self::Widget => "bench-widget",
            Self::Public => "bench-public",
            Self::Pads => "bench-pads",
            Self::Growth => "bench-growth",
            Self::HotWords => "bench-hot-words",
            Self::Cards => "bench-cards",
        }
    }

    /// Installs what it and its peers need.
    fn prepare(self, root: &Path) -> Result<()> {
        match self {
            Self::Widget => {
                install::require(root, &[Tool::Chromium, Tool::ChineseFont, Tool::Npm])?;
                npm_ci(root, "tests/peers", "preact/package.json", "the peers")?;
                let mut peers = std::process::Command::new("npm");
                peers.args(["run", "--silent", "build"]).current_dir(root.join("tests/peers"));
                execute("build the peers", &mut peers)
            }
            Self::Cards => {
                install::require(root, &[Tool::ChineseFont])?;
                install::python(root, DECODERS, "the decoders")?;
                install::peers(root)
            }
            Self::Ingest | Self::Growth => install::require(root, &[Tool::Postgres]),
            _ => Ok(()),
        }
    }
}

/// Builds what is measured, and measures one.
pub(crate) fn run(root: &Path, name: Name, arguments: &[String]) -> Result<()> {
    name.prepare(root)?;
    build::widget(root)?;
    build_programs()?;
    let mut arguments = arguments.to_vec();
    if name == Name::Widget && arguments.is_empty() {
        arguments.extend(["--write".to_owned(), "docs/performance.md".to_owned()]);
    }
    let mut program = std::process::Command::new(root.join("target/measure").join(name.program()));
    execute("measure", program.args(arguments))
}

/// The collector and the programs that measure it, optimised as a release is, but for the link-time
/// optimisation: with it each of the programs would optimise the whole collector once more.
fn build_programs() -> Result<()> {
    let mut build = cargo();
    build.args([
        "build",
        "--locked",
        "--profile",
        "measure",
        "-p",
        "haochaping-server",
        "-p",
        "haochaping-tests",
        "--bins",
    ]);
    execute(
        "build the collector and what measures it",
        build.args(["--features", "haochaping-tests/bench"]),
    )
}
