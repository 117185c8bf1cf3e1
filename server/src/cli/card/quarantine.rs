use anyhow::{Result, bail, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::{link::Receipt, text::trimmed};
use haochaping_collector::{accounts::audit_trail::Acting, cards::change};
use haochaping_store::{Decision, SqlStore};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping card quarantine list
  haochaping card quarantine exclude 3H5K-0000-9ABC-DEFG --reason \"40 ratings within a minute, no visitor on record\"

The level and the words of a rating are not shown: whoever decides must not know them. What is not decided about counts
by itself after `serve --quarantine-days`.")]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Ratings that wait, oldest first, as CSV
    List {
        /// Those too that were decided about
        #[arg(long)]
        all: bool,
    },
    /// Let a rating count now
    Release {
        /// Its receipt
        receipt: String,
        /// Why; kept on record
        #[arg(long, default_value = "released by the operator")]
        reason: String,
    },
    /// Leave a rating out for good; its number stays public
    Exclude {
        /// Its receipt
        receipt: String,
        /// Why; kept on record
        #[arg(long)]
        reason: String,
    },
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub(super) async fn run(store: &SqlStore, args: Args) -> Result<()> {
    match args.action {
        Action::List { all } => list(store, all).await,
        Action::Release { receipt, reason } => {
            decide(store, &receipt, Decision::Released, &reason).await?;
            println!("{receipt} counts from now on");
            Ok(())
        }
        Action::Exclude { receipt, reason } => {
            decide(store, &receipt, Decision::Excluded, &reason).await?;
            println!("{receipt} is left out");
            Ok(())
        }
    }
}

async fn list(store: &SqlStore, all: bool) -> Result<()> {
    let mut out = haochaping_tables::Writer::new(std::io::stdout())?;
    out.record([
        "receipt",
        "card",
        "limit",
        "rated_at",
        "release_at",
        "decision",
        "decided_at",
        "why",
    ])?;
    for held in store.quarantined(all).await? {
        let (decision, at, why) = match &held.decided {
            Some((decision, at, why)) => (decision.name(), at.to_rfc3339(), why.as_str()),
            None => ("", String::new(), ""),
        };
        out.record([
            Receipt::of(held.part, &held.rating).as_str(),
            &held.card.to_string(),
            &held.reason,
            &held.rated_at.to_rfc3339(),
            &held.release_at.to_rfc3339(),
            decision,
            &at,
            why,
        ])?;
    }
    out.finish()?;
    Ok(())
}

async fn decide(store: &SqlStore, receipt: &str, decision: Decision, why: &str) -> Result<()> {
    let why = trimmed(why);
    ensure!(!why.is_empty(), "say why by --reason");
    let typed = receipt.trim().to_uppercase();
    let held = store.quarantined(false).await?;
    let Some(held) =
        held.iter().find(|held| Receipt::of(held.part, &held.rating).as_str() == typed)
    else {
        bail!("{receipt} is not in quarantine: see `haochaping card quarantine list`");
    };
    let is_done =
        change::decide(&Acting::at_command_line(store), held, (&typed, decision, why)).await?;
    ensure!(is_done, "{receipt} was decided about in this moment by someone else");
    Ok(())
}
