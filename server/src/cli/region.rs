use std::path::{Path, PathBuf};

use crate::cli::settings::StoreArgs;
use anyhow::{Context, Result, bail};
use clap::{Args as ClapArgs, Subcommand};
use haochaping::region::Region;
use haochaping_tables::{Cell, half_width};

use super::{listed, open_or_make, progress_bar, say_notes};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Example:
  haochaping region import streets.csv

The file is CSV (UTF-8, UTF-16, GBK or GB18030) or XLSX with the columns code and name (区划代码, 名称); others are left out,
so a roster with 村社区代码 and 村（社区） will do. Codes have 6, 9 or 12 digits.")]
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
        /// CSV or XLSX
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

/// Headings of the code and of the name, as our own files and rosters have them.
const CODE: [&str; 6] =
    ["code", "区划代码", "行政区划代码", "代码", "村社区代码", "村（社区）代码"];
const NAME: [&str; 8] =
    ["name", "名称", "区划名称", "村社区", "村（社区）", "村社区名称", "村（社区）名称", "镇街"];

fn read(file: &Path) -> Result<Vec<(Region, String)>> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let place = |headings: &[String], names: &[&str]| {
        names
            .iter()
            .find_map(|name| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name)))
    };
    let score = |headings: &[String]| {
        usize::from(place(headings, &CODE).is_some())
            + usize::from(place(headings, &NAME).is_some())
    };
    let table =
        haochaping_tables::read(&bytes, &score).with_context(|| file.display().to_string())?;
    let (Some(code), Some(name)) = (place(&table.headings, &CODE), place(&table.headings, &NAME))
    else {
        bail!(
            "{} has no columns code and name; it has {}",
            file.display(),
            table.headings.join(", ")
        );
    };
    let (mut names, mut faults) = (Vec::new(), Vec::new());
    for line in &table.lines {
        let cell = |place: usize| line.cells.get(place).cloned().unwrap_or_default();
        match read_line(&cell(code), &cell(name)) {
            Ok(found) => names.push(found),
            Err(fault) => faults.push(format!("line {}, {fault}", line.number)),
        }
    }
    if !faults.is_empty() {
        bail!("{}: nothing was imported\n{}", file.display(), listed(&faults));
    }
    say_notes(&table);
    Ok(names)
}

fn read_line(code: &Cell, name: &Cell) -> Result<(Region, String), String> {
    if let Some((column, cell, flaw)) = [("code", code), ("name", name)]
        .into_iter()
        .find_map(|(column, cell)| Some((column, cell, cell.flaw?)))
    {
        return Err(format!("{column}: {:?} {flaw}", cell.text));
    }
    match half_width(&code.text).parse::<Region>() {
        Err(error) => Err(format!("code: {:?}: {error}", code.text)),
        Ok(region) if !region.is_known_district() => {
            Err(format!("code: {region}: the first six digits are no known district"))
        }
        Ok(_) if name.text.is_empty() => Err("name: is empty".into()),
        Ok(region) => Ok((region, name.text.clone())),
    }
}
