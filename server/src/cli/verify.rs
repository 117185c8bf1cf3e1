use crate::cli::settings::StoreArgs;
use anyhow::{Result, bail};
use clap::Args as ClapArgs;
use haochaping_collector::{keys::Keys, work_orders::act as orders};
use haochaping_store::SqlStore;

use super::{load_keys, open_existing};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping verify --data /var/lib/haochaping

Ends with 1 and names every fault if counters are not the fold of ratings, a bad rating that counts has no work order, a
work order is not what its history adds up to, a rating has no service or is not what its leaf in the ledger says, or the file
is damaged.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let store = open_existing(&args.store).await?;
    let (report, faults) = check(&store, &load_keys(&args.store, &store).await?).await?;
    println!("{report}");
    if !faults.is_empty() {
        bail!("{} faults\n{}", faults.len(), faults.join("\n"));
    }
    println!("counters, ratings, work orders and the ledger agree");
    Ok(())
}

/// What a store holds, and everything in it that does not fit.
pub(super) async fn check(store: &SqlStore, keys: &Keys) -> Result<(String, Vec<String>)> {
    let mut found = store.verify().await?;
    found.faults.extend(store.ledger_faults().await?);
    found.faults.extend(orders::verify(store, &keys.vault).await?);
    Ok((format!("{} ratings, {} work orders", found.n_ratings, found.n_work_orders), found.faults))
}
