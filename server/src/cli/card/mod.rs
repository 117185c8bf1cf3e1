//! `haochaping card …`: the cards of grid workers, windows and halls.

mod list;
mod print;
mod quarantine;

use anyhow::{Result, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::text::is_visible;
use haochaping_collector::{
    accounts::audit_trail::Acting,
    cards::{change, link},
};
use haochaping_store::Revival;

use super::{load_keys, open_existing};
use crate::cli::settings::StoreArgs;

#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the cards of a roster
    Print(print::Args),
    /// List cards, or what was said of them
    List(list::Args),
    /// End a card; its page says so from then on
    Revoke {
        /// The card's serial
        serial: u32,
        /// Why; kept on record
        #[arg(long)]
        reason: String,
    },
    /// Give a lost or damaged card a successor that says the same, and print its link
    Replace {
        /// The serial of the card that is replaced
        serial: u32,
        /// Where people reach the collector
        #[arg(long, env = "HAOCHAPING_PUBLIC_URL", value_name = "URL")]
        public_url: String,
        /// Scheme and host in lower case
        #[arg(long)]
        lower_case: bool,
    },
    /// Put a card that was replaced by mistake into use again, while nobody has rated by its
    /// successor
    Revive {
        /// The serial of the card that was replaced
        serial: u32,
    },
    /// List ratings in quarantine, or decide about one
    Quarantine(quarantine::Args),
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(args: Args) -> Result<()> {
    match args.action {
        Action::Print(print) => return print::run(&args.store, print).await,
        Action::List(list) => return list::run(&*open_existing(&args.store).await?, list).await,
        Action::Quarantine(quarantine) => {
            return quarantine::run(&*open_existing(&args.store).await?, quarantine).await;
        }
        Action::Revoke { serial, reason } => {
            ensure!(is_visible(&reason), "say why by --reason");
            let store = open_existing(&args.store).await?;
            let is_ended =
                change::revoke(&Acting::at_command_line(&store), serial, reason.trim()).await?;
            ensure!(is_ended, "there is no card {serial} in use: see `haochaping card list`");
            println!("card {serial} is ended");
        }
        Action::Revive { serial } => {
            let store = open_existing(&args.store).await?;
            let reason = format!("replaced by {serial} again");
            match change::revive(&Acting::at_command_line(&store), serial, &reason).await? {
                Revival::Revived { ended } => {
                    println!("card {serial} is in use again, and card {ended} has ended");
                }
                Revival::NotReplaced => {
                    anyhow::bail!(
                        "card {serial} was not replaced by one in use: see `haochaping card list`"
                    )
                }
                Revival::Over => {
                    anyhow::bail!("the time of card {serial} is over: print its roster again")
                }
                Revival::InUse { successor } => {
                    anyhow::bail!("card {successor} in its place was rated by already: it stays")
                }
            }
        }
        Action::Replace { serial, public_url, lower_case } => {
            let store = open_existing(&args.store).await?;
            let keys = load_keys(&args.store, &store).await?;
            let new = change::replace(&Acting::at_command_line(&store), serial).await?;
            let Some(new) = new else {
                anyhow::bail!("there is no card {serial} in use: see `haochaping card list`");
            };
            println!(
                "card {} replaces card {serial}: {}",
                new.serial,
                link(&new, &keys, &public_url, lower_case)
            );
        }
    }
    Ok(())
}
