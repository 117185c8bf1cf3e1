use crate::cli::settings::StoreArgs;
use anyhow::{Result, bail};
use clap::{Args as ClapArgs, Subcommand};
use haochaping_collector::{
    keys::{Keys, Purpose},
    ports::{Clock, SystemClock, SystemRng},
};

use super::{master_key, open_existing};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping key list --data /var/lib/haochaping
  haochaping key rotate ticket      # new links are signed by a new key, old links stay good
  haochaping key retire ticket 0    # links signed by key 0 end now")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all keys by purpose and number
    List,
    /// Add a key that signs or encrypts from now on
    Rotate {
        /// ticket, card, page or data
        purpose: Purpose,
    },
    /// End a key: what it signed is refused from now on
    Retire {
        /// ticket, card or page; cards of a retired key must all be printed again
        purpose: Purpose,
        /// The key's number
        id: u8,
    },
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    let store = open_existing(&args.store).await?;
    match args.action {
        Action::List => {
            for key in store.keys().await? {
                let state = key
                    .retired_at
                    .map_or("live".to_owned(), |at| format!("retired {}", at.to_rfc3339()));
                println!(
                    "{:<12} {:>2}  made {}  {state}",
                    key.purpose,
                    key.id,
                    key.created_at.to_rfc3339()
                );
            }
        }
        Action::Rotate { purpose } => {
            let master = master_key(&args.store, &store).await?;
            let id = Keys::rotate(&store, &master, &SystemRng, SystemClock.now(), purpose).await?;
            println!("{} {id}", purpose.name());
        }
        Action::Retire { purpose, id } => {
            if !matches!(purpose, Purpose::Ticket | Purpose::Card | Purpose::Page) {
                bail!("{} keys are never retired: what they protect would be lost", purpose.name());
            }
            let keys = store.keys().await?;
            let live: Vec<_> = keys
                .iter()
                .filter(|key| key.purpose == purpose.name() && key.retired_at.is_none())
                .map(|key| key.id)
                .collect();
            if live == [id] {
                bail!(
                    "{0} {id} is the last live key: run `haochaping key rotate {0}` first",
                    purpose.name()
                );
            }
            if !store.retire_key(purpose.name(), id, SystemClock.now()).await? {
                bail!("there is no live key {} {id}", purpose.name());
            }
        }
    }
    Ok(())
}
