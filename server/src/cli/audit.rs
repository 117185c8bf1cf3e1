use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Args as ClapArgs;
use haochaping::ledger::Opening;

use super::progress_bar;
use crate::audit::{Audited, Client, State, audit};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping audit https://hcp.example.gov.cn
  haochaping audit https://hcp.example.gov.cn --state hcp.json --key 'hcp.example.gov.cn/ledger+1a2b3c4d+AQ…'
  haochaping audit https://hcp.example.gov.cn --opening opening.json

Reads every leaf of a collector's ledger that came since the last time, and checks that the log has only grown and that the
table of every closed day follows from its leaves. Ends with 1 and names the first thing that does not fit. The state says what
was seen last: keep it, and nobody can show you another log. The key is taken from the collector the first time, if none is given.")]
pub(super) struct Args {
    /// The collector, as people reach it
    url: String,
    /// The file with what was seen last
    #[arg(long, value_name = "FILE", default_value = "ledger-audit.json")]
    state: PathBuf,
    /// What opens the remainder of the newest table, from `open-remainder`: then a program that
    /// pads a table is found too
    #[arg(long, value_name = "FILE")]
    opening: Option<PathBuf>,
    /// The ledger's key, from somebody that you trust
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let (Audited { size, n_read, n_tables, closed, n_left }, is_opened) =
        tokio::task::spawn_blocking(move || {
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
            let audited = audited?;
            if let Some(path) = &args.opening {
                let bytes = std::fs::read(path)
                    .with_context(|| format!("{} cannot be read", path.display()))?;
                let opened = Opening::read(&bytes)
                    .and_then(|opening| opening.check(state.n_tables, &state.left));
                opened.with_context(|| path.display().to_string())?;
            }
            anyhow::Ok((audited, args.opening.is_some()))
        })
        .await??;
    println!("{size} leaves, {n_read} of them new: the log has only grown");
    let closed = if closed.is_empty() { closed } else { format!(" up to {closed}") };
    println!(
        "{n_tables} tables of closed days{closed} follow from their leaves; {n_left} leaves are in no table yet"
    );
    if is_opened {
        println!(
            "what is left of the newest is opened: no group is told to have more of a level than its leaves"
        );
    }
    Ok(())
}
