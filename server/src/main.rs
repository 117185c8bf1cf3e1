//! The binary `haochaping`.

use std::process::ExitCode;

use clap::Parser;
use haochaping_server::cli::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line: what failed and why.
            eprintln!("haochaping: {error:#}");
            ExitCode::FAILURE
        }
    }
}
