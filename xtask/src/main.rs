//! `cargo xtask`: builds, tests, measures and shows haochaping.
//!
#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "tables and names of written files are what is asked for")]

mod bench;
mod build;
mod bundle;
mod codegen;
mod demo;
mod deny;
mod engines;
mod glue;
mod install;
mod names;
mod npm;
mod package;
mod samples;
mod shell;
mod size;
mod stages;
mod suites;
mod target;
mod test;
mod timings;
mod tools;
mod viewer;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, tests, measures and shows haochaping",
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build everything and run the sample portal with a collector until Ctrl-C
    Demo,
    /// Run the tests; without a name all of them
    Test {
        /// Run the long ones too
        #[arg(long)]
        full: bool,
        /// Run one part only
        #[arg(value_enum)]
        part: Option<test::Part>,
    },
    /// Leave target/release/haochaping with its assets, and target/npm
    Build,
    /// Print the size of every file that browsers download, and fail over the budget
    Size,
    /// Build the sample portals into target/samples: in Yew, and in the frameworks of JavaScript
    Samples,
    /// Measure
    Bench {
        /// What
        #[arg(value_enum)]
        name: bench::Name,
        /// What the measurement itself takes, as in `bench ingest --store postgres`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Print what each stage of a demo, the tests and the measurements took, the first time and the
    /// last
    Timings,
    /// Write generated files anew
    Codegen {
        /// Only say whether one is out of date
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().context("xtask lies in the workspace")?.to_path_buf();
    std::env::set_current_dir(&root)?;
    match cli.command {
        Command::Demo => demo::run(&root),
        Command::Test { full, part } => test::run(&root, full, part),
        Command::Build => everything(&root),
        Command::Size => {
            build::widget(&root)?;
            build::javascript(&root)?;
            size::run(&root)
        }
        Command::Samples => {
            samples::of_yew(&root)?;
            build::widget(&root)?;
            build::javascript(&root)?;
            package::npm(&root)?;
            samples::of_javascript(&root)
        }
        Command::Bench { name: bench::Name::All, arguments } => bench::run_all(&root, &arguments),
        Command::Bench { name, arguments } => bench::run(&root, name, &arguments),
        Command::Timings => timings::print(&root),
        Command::Codegen { check } => codegen::run(&root, check),
    }
}

/// The release binary with its assets, and the npm package.
fn everything(root: &Path) -> Result<()> {
    build::widget(root)?;
    build::release(root)?;
    build::javascript(root)?;
    package::npm(root)?;
    shell::say("built target/release/haochaping and target/npm");
    Ok(())
}
