use std::path::PathBuf;

use anyhow::Result;
use clap::Args as ClapArgs;
use haochaping_collector::{
    accounts::audit_trail::Acting,
    exchange::{Profile, Source, import::Import},
    ports::{Clock, SystemClock},
};
use haochaping_store::IMPORT_PREFIX;
use indicatif::ProgressBar;

use super::{load_keys, open_existing, progress_bar};
use crate::cli::settings::{FormatArg, StoreArgs};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping import 2019-2025.csv --authority old-portal
  haochaping import hall.jsonl --format jsonl --profile gbt-39046 --agency 11110000000021135M --authority old-hall

The whole file is checked first: with a fault in it nothing is imported, and every fault is named with its line and column.
Imported ratings are shown apart and never count; they open no work order and use up nobody's right to rate. An import that
was cut off goes on when it is run again: a record is known by authority, case and number.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// The file, in UTF-8
    file: PathBuf,
    /// Whose case numbers these are
    #[arg(long, value_name = "NAME", value_parser = super::parse_authority)]
    authority: String,
    /// national, gbt-39046, or a file in the same form
    #[arg(long, default_value = "national", value_name = "NAME|FILE")]
    profile: String,
    /// How rows are written
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    format: FormatArg,
    /// The credit code of the department, where rows do not name it
    #[arg(long, value_name = "USCC", value_parser = super::parse_uscc)]
    agency: Option<String>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let source = Source {
        profile: Profile::load(&args.profile)?,
        now: SystemClock.now(),
        file: args.file,
        format: args.format.into(),
        agency: args.agency,
    };
    let store = open_existing(&args.store).await?;
    let keys = load_keys(&args.store, &store).await?;
    let authority = format!("{IMPORT_PREFIX}{}", args.authority);
    let import = Import { source, acting: Acting::at_command_line(&store), keys: &keys, authority };
    let spinner = ProgressBar::new_spinner().with_message("checking");
    let tell = |n_rows: u64| {
        spinner.set_message(format!("{n_rows} rows checked"));
        spinner.tick();
    };
    let n_rows = import.check(&tell).await?;
    spinner.finish_and_clear();
    let bar = progress_bar(n_rows, "ratings");
    let (n_new, n_known) = import.write(n_rows, &|n| bar.inc(n)).await?;
    bar.finish_and_clear();
    eprintln!("{n_new} ratings imported, {n_known} were there already");
    Ok(())
}
