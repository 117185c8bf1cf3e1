use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::region::Region;

use super::{open_or_make, progress_bar};
use crate::{config::StoreArgs, store::Store};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping region import streets.csv

The file has the columns code and name; others are left out. Codes have 6, 9 or 12 digits.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add names of regions, or change them; nothing is imported unless the whole file is clean
    Import {
        /// A CSV file in UTF-8
        file: PathBuf,
    },
}

/// How many names go into one transaction, so that a running collector is not held up.
const CHUNK: usize = 500;

pub(super) async fn run(args: Args) -> Result<()> {
    let Action::Import { file } = args.action;
    let names = read(&file)?;
    let store = open_or_make(&args.store).await?;
    let bar = progress_bar(names.len() as u64, "regions");
    for chunk in names.chunks(CHUNK) {
        store.import_regions(chunk.to_vec()).await?;
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    eprintln!("{} names of regions imported", names.len());
    Ok(())
}

fn read(file: &Path) -> Result<Vec<(Region, String)>> {
    let mut reader = csv::Reader::from_path(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let heads = reader.headers().with_context(|| format!("{} cannot be read", file.display()))?.clone();
    let column = |name: &str| heads.iter().position(|head| head.trim_start_matches('\u{feff}') == name);
    let (Some(code), Some(name)) = (column("code"), column("name")) else {
        bail!("{} has no columns code and name", file.display());
    };
    let (mut names, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(error.to_string());
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let text = record[name].trim();
        match record[code].trim().parse::<Region>() {
            Err(error) => faults.push(format!("line {line}, code: {:?}: {error}", &record[code])),
            Ok(region) if !region.is_known_district() => {
                faults.push(format!("line {line}, code: {region}: the first six digits are no known district"));
            }
            Ok(_) if text.is_empty() => faults.push(format!("line {line}, name: is empty")),
            Ok(region) => names.push((region, text.to_owned())),
        }
    }
    if !faults.is_empty() {
        bail!("{}: nothing was imported\n{}", file.display(), faults.join("\n"));
    }
    Ok(names)
}
