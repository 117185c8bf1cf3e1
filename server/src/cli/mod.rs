//! The operator's side: one sub-command a file.

mod api_key;
mod audit;
mod backup;
mod calendar;
mod card;
mod copy;
mod cosign;
mod endpoint;
mod export;
mod import;
mod key;
mod open_remainder;
mod probe;
mod region;
mod restore;
/// What an operator sets.
pub mod serve;
mod service;
pub mod settings;
mod staff;
mod ticket;
mod verify;
mod verify_receipt;
mod window;

use std::{path::Path, sync::Arc};

use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use haochaping::identifier::Uscc;
use haochaping_collector::{
    keys::{Keys, MasterKey},
    ports::{Clock, SystemClock, SystemRng},
};
use haochaping_store::SqlStore;
use indicatif::{ProgressBar, ProgressStyle};

/// The collector of 政务服务“好差评”
#[derive(Debug, Parser)]
#[command(name = "haochaping", version, about, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the collector
    Serve(serve::Args),
    /// List, rotate and retire the keys that sign links and encrypt comments
    Key(key::Args),
    /// Add, list and revoke the API keys of portals
    ApiKey(api_key::Args),
    /// Import names of streets and villages
    Region(region::Args),
    /// Import the days off of coming years
    Calendar(calendar::Args),
    /// Add, list, reset and disable the accounts of the desk
    Staff(staff::Args),
    /// Add, list and disable the systems that are told of work orders and services
    Endpoint(endpoint::Args),
    /// Print the cards of grid workers, windows and halls, and keep them
    Card(card::Args),
    /// Add the windows of halls, and pair and unpair their pads
    Window(window::Args),
    /// Import finished services from a file
    Service(service::Args),
    /// Write ratings in the form of other systems, those since the last time
    Export(export::Args),
    /// Import historical records (excluded from all rates)
    Import(import::Args),
    /// Print the rating link of a registered service
    Ticket(ticket::Args),
    /// End-to-end self-test: rates five test services by page, form and API
    Probe(probe::Args),
    /// Check that counters, ratings, work orders and the ledger agree
    Verify(verify::Args),
    /// Check any collector's ledger from outside
    Audit(audit::Args),
    /// Write what opens the remainder of the newest table, for the body that supervises
    OpenRemainder(open_remainder::Args),
    /// Keep and sign the checkpoints of a collector's ledger, as an independent body
    Cosign(cosign::Args),
    /// Check that a rating is in the ledger, without any network
    VerifyReceipt(verify_receipt::Args),
    /// Move a store to another database, and compare every row
    Copy(copy::Args),
    /// Write a copy of the store beside a running collector
    Backup(backup::Args),
    /// Put a backup in place, once it was opened with the key file and verified
    Restore(restore::Args),
    /// Print the API document
    #[command(hide = true)]
    Openapi,
}

/// Runs what was asked for.
#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Serve(args) => serve::run(args).await,
        Command::Key(args) => key::run(args).await,
        Command::ApiKey(args) => api_key::run(args).await,
        Command::Region(args) => region::run(args).await,
        Command::Calendar(args) => calendar::run(args).await,
        Command::Staff(args) => staff::run(args).await,
        Command::Endpoint(args) => endpoint::run(args).await,
        Command::Card(args) => card::run(args).await,
        Command::Service(args) => service::run(args).await,
        Command::Export(args) => export::run(args).await,
        Command::Import(args) => import::run(args).await,
        Command::Ticket(args) => ticket::run(args).await,
        Command::Probe(args) => probe::run(args).await,
        Command::Verify(args) => verify::run(args).await,
        Command::Audit(args) => audit::run(args).await,
        Command::OpenRemainder(args) => open_remainder::run(args).await,
        Command::Cosign(args) => cosign::run(args).await,
        Command::VerifyReceipt(args) => verify_receipt::run(args).await,
        Command::Window(args) => window::run(args).await,
        Command::Copy(args) => copy::run(args).await,
        Command::Backup(args) => backup::run(args).await,
        Command::Restore(args) => restore::run(args).await,
        Command::Openapi => {
            print!("{}", crate::http::api::openapi::text());
            Ok(())
        }
    }
}

/// The store that is there; commands other than `serve` and `api-key add` do not make one by a slip
/// of the path.
async fn open_existing(args: &StoreArgs) -> Result<Arc<SqlStore>> {
    if let Some(url) = &args.database {
        return Ok(Arc::new(SqlStore::connect(url, false).await?));
    }
    let file = args.data.join(haochaping_store::engine::sqlite::FILE_NAME);
    anyhow::ensure!(
        file.exists(),
        "{} is not there: name the data directory by --data",
        file.display()
    );
    Ok(Arc::new(SqlStore::open(&args.data)?))
}

/// The store, made if it is not there.
async fn open_or_make(args: &StoreArgs) -> Result<SqlStore> {
    make_directory(&args.data)?;
    // Who has a key had a store: an empty one in its place is a disk that is not mounted, or a
    // loss.
    let key = args.key_path();
    let may_make = args.new || !key.exists();
    if let Some(url) = &args.database {
        return Ok(SqlStore::connect(url, may_make).await?);
    }
    let file = args.data.join(haochaping_store::engine::sqlite::FILE_NAME);
    let is_there = file.metadata().is_ok_and(|file| file.len() > 0);
    anyhow::ensure!(
        is_there || may_make,
        "{} is {} beside the key file {}: mount its disk, put a backup in place by `haochaping restore`, or give --new to begin \
         an empty store",
        file.display(),
        if file.exists() { "empty" } else { "not there" },
        key.display()
    );
    Ok(SqlStore::open(&args.data)?)
}

fn make_directory(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// The master key. A new store without `--key-file` gets one in its data directory, and says so; a
/// store that has keys never gets another.
async fn master_key(args: &StoreArgs, store: &SqlStore) -> Result<MasterKey> {
    let path = args.key_path();
    let has_keys = !store.keys().await?.is_empty();
    if args.key_file.is_none() && !path.exists() && !has_keys {
        let key = MasterKey::make(&path, &SystemRng)?;
        eprintln!(
            "made {}: keep a copy of it apart from the data, without it comments cannot be read",
            path.display()
        );
        return Ok(key);
    }
    Ok(MasterKey::read(&path)?)
}

async fn load_keys(args: &StoreArgs, store: &SqlStore) -> Result<Keys> {
    let master = master_key(args, store).await?;
    Ok(Keys::load(store, &master, &SystemRng, SystemClock.now()).await?)
}

fn progress_bar(length: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::new(length).with_message(what);
    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style))
}

/// A credit code on the command line.
fn parse_uscc(text: &str) -> Result<String, String> {
    Uscc::parse(text).map(|code| code.to_string()).map_err(|error| error.to_string())
}

/// The name of an authority on the command line.
fn parse_authority(name: &str) -> Result<String, String> {
    let is_name = (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_name {
        Ok(name.to_owned())
    } else {
        Err("1 to 40 letters, digits and hyphens are allowed".to_owned())
    }
}

/// How many faults of a file are listed; of the others it is said how many there are.
const MAX_LISTED: usize = 100;

/// The first hundred, and how many more there are.
fn listed(faults: &[String]) -> String {
    let more = faults.len().saturating_sub(MAX_LISTED);
    let mut text = faults.iter().take(MAX_LISTED).cloned().collect::<Vec<_>>().join("\n");
    if more > 0 {
        text += &format!("\n… and {more} more");
    }
    text
}

/// What was seen in a file and is in none of its lines.
fn say_notes(table: &haochaping_tables::Table) {
    let notes = &table.notes;
    if let Some(sheet) = &table.sheet {
        eprintln!("read from the sheet {sheet:?}");
    }
    if notes.n_hidden > 0 {
        eprintln!("{} hidden rows were left out", notes.n_hidden);
    }
    for (line, words) in &notes.closing {
        eprintln!("line {line}, {words:?}: taken for a sum or a signature, and left out");
    }
    for (address, words) in &notes.far {
        eprintln!("cell {address}, {words:?}: too far from the table, and left out: clear it");
    }
}
