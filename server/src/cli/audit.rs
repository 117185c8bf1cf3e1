use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args as ClapArgs;

use super::progress_bar;
use crate::audit::{Audited, Client, State, audit};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping audit https://hcp.example.gov.cn
  haochaping audit https://hcp.example.gov.cn --state hcp.json --key 'hcp.example.gov.cn/ledger+1a2b3c4d+AQ…'

Reads every leaf of a collector's ledger that came since the last time, and checks that the log has only grown and that the
table of every closed day follows from its leaves. Ends with 1 and names the first thing that does not fit. The state says what
was seen last: keep it, and nobody can show you another log. The key is taken from the collector the first time, if none is given.")]
pub(super) struct Args {
    /// The collector, as people reach it
    url: String,
    /// The file with what was seen last
    #[arg(long, value_name = "FILE", default_value = "ledger-audit.json")]
    state: PathBuf,
    /// The ledger's key, from somebody that you trust
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let Audited { size, n_read, n_tables, n_left } = tokio::task::spawn_blocking(move || {
        let mut state = State::read(&args.state)?;
        if let Some(key) = args.key {
            ensure!(
                state.key.is_empty() || state.key == key,
                "{} knows this ledger by another key: name another file by --state",
                args.state.display()
            );
            state.key = key;
        }
        let bar = progress_bar(0, "leaves");
        let progress = |n, all| {
            bar.set_length(all);
            bar.set_position(n);
        };
        let audited = audit(&Client::new(&args.url), &mut state, &args.state, &progress);
        bar.finish_and_clear();
        audited
    })
    .await??;
    println!("{size} leaves, {n_read} of them new: the log has only grown");
    println!("{n_tables} tables of closed days follow from their leaves; {n_left} leaves are in no table yet");
    Ok(())
}
