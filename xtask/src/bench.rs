//! Measurements. Each prints ratios against a peer of the same run: machines are shared, absolute numbers do not count.

use std::path::Path;

use anyhow::Result;

use crate::{
    build, install,
    shell::{cargo, execute},
};

/// What can be measured.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Name {
    /// Ratings per second without a store, with a transaction each, and with group commit
    Ingest,
    /// Orders given out a second, and a department's list among 1,000 and among 1,000,000
    WorkOrders,
    /// When a form can be used, bytes and memory, against Preact, React and plain HTML
    Widget,
    /// Requests a second of the public page against the shortest answer, with a thousand and with ten million ratings
    Public,
    /// The memory of 200 pads on one collector, and how long after a call they are woken
    Pads,
    /// What becomes of rate, latency, bytes and memory from ten thousand to ten million ratings, in both stores
    Growth,
    /// Comments a second that are cut into hot words, and the memory of the dictionary
    HotWords,
    /// CPU and memory of a city's cards against bare encoding and against segno with reportlab
    Cards,
}

pub(crate) fn run(root: &Path, name: Name, arguments: &[String]) -> Result<()> {
    match name {
        Name::Widget => {
            build::everything(root)?;
            install::packages()?;
            install::npm_ci(root, "tests/peers", "preact/package.json", "the peers")?;
            let mut peers = std::process::Command::new("npm");
            peers.args(["run", "--silent", "build"]).current_dir(root.join("tests/peers"));
            execute("build the peers", &mut peers)?;
            measure("bench-widget", &["--write".to_owned(), "docs/performance.md".to_owned()])
        }
        Name::Cards => {
            install::packages()?;
            install::decoders(root)?;
            install::peers(root)?;
            measure("bench-cards", arguments)
        }
        Name::WorkOrders => measure("bench-work-orders", arguments),
        Name::HotWords => measure("bench-hot-words", arguments),
        Name::Public => measure("bench-public", arguments),
        Name::Pads => {
            build::everything(root)?;
            measure("bench-pads", arguments)
        }
        Name::Growth => {
            install::packages()?;
            build::everything(root)?;
            measure("bench-growth", arguments)
        }
        Name::Ingest => {
            install::packages()?;
            measure("bench-ingest", arguments)
        }
    }
}

fn measure(bin: &str, arguments: &[String]) -> Result<()> {
    let mut bench = cargo();
    bench.args(["run", "--release", "--locked", "-p", "haochaping-tests", "--features", "bench", "--bin", bin, "--"]);
    execute("measure", bench.args(arguments))
}
