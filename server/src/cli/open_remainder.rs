use std::io::Write as _;

use crate::cli::settings::StoreArgs;
use anyhow::{Context as _, Result};
use clap::Args as ClapArgs;

use super::open_existing;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping open-remainder --data /var/lib/haochaping > opening.json

For the body that supervises this collector, and nobody else: it tells how groups were rated that are too few to be published.
Whoever has it runs `haochaping audit URL --opening opening.json`, and knows that no group is told to have more of a level than its leaves.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let store = open_existing(&args.store).await?;
    let kept = store
        .ledger_kept()
        .await?
        .context("no day is closed yet: there is no remainder to open")?;
    std::io::stdout().write_all(&kept.opening.to_bytes()).context("standard output")
}
