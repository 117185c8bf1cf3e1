//! Measurements. Each prints ratios against a peer of the same run: machines are shared, absolute numbers do not count.

use std::path::Path;

use anyhow::Result;

use crate::{
    install,
    shell::{cargo, execute},
};

/// What can be measured.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Name {
    /// Ratings per second without a store, with a transaction each, and with group commit
    Ingest,
    /// CPU and memory of a city's cards against bare encoding and against segno with reportlab
    Cards,
}

pub(crate) fn run(root: &Path, name: Name) -> Result<()> {
    match name {
        Name::Cards => {
            install::packages()?;
            install::decoders(root)?;
            install::peers(root)?;
            let mut bench = cargo();
            bench.args(["run", "--release", "--locked", "-p", "haochaping-tests", "--bin", "bench-cards"]);
            execute("measure", &mut bench)
        }
        Name::Ingest => {
            let mut bench = cargo();
            bench.args(["run", "--release", "--locked", "-p", "haochaping-tests", "--bin", "bench-ingest"]);
            execute("measure", &mut bench)
        }
    }
}
