use std::path::PathBuf;

use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result, ensure};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::calendar::{HolidayFile, WorkingCalendar};

use super::open_or_make;

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping calendar import 2027.json

The file holds the State Council's days off and make-up days:
  {\"years\": {\"2027\": {\"off\": [\"2027-01-01\"], \"work\": [\"2027-01-02\"]}}}
A running collector takes them over within a second, and computes provisional terms anew.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add years, or put them in the place of what was known; nothing is imported unless the whole
    /// file is clean
    Import {
        /// A JSON file
        file: PathBuf,
    },
}

pub(super) async fn run(args: Args) -> Result<()> {
    let Action::Import { file: path } = args.action;
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let file: HolidayFile =
        serde_json::from_str(&text).with_context(|| format!("{}", path.display()))?;
    ensure!(!file.years.is_empty(), "{} has no year", path.display());
    let checked = WorkingCalendar::built_in().import(&file);
    checked.with_context(|| format!("{}: nothing was imported", path.display()))?;
    let mut years = Vec::new();
    for (year, days) in &file.years {
        let is_year = year.parse().is_ok_and(|year: i32| (2000..2100).contains(&year));
        ensure!(
            is_year,
            "{}: {year:?} is not a year from 2000 to 2099; nothing was imported",
            path.display()
        );
        years.push((year.parse()?, serde_json::to_string(days)?));
    }
    open_or_make(&args.store).await?.import_holidays(years).await?;
    let names: Vec<_> = file.years.keys().map(String::as_str).collect();
    eprintln!("days off of {} imported", names.join(", "));
    Ok(())
}
