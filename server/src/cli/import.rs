use std::{collections::HashMap, path::PathBuf, sync::Arc};

use crate::cli::settings::{FormatArg, StoreArgs};
use anyhow::{Result, bail, ensure};
use clap::Args as ClapArgs;
use haochaping::{
    ledger::Salt,
    link::part_of,
    rating::{INDICATOR_VERSION, Provenance},
};
use haochaping_collector::{
    exchange::{Incoming, Profile, Source},
    keys::Keys,
    ports::{Clock, SystemClock, SystemRng, random, random_id, uuid_at},
};
use haochaping_store::{About, IMPORT_PREFIX, ImportedCase, NewRating, Outcome, SqlStore};
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::{load_keys, open_existing, progress_bar};

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

/// Rows that are looked up or written together.
const CHUNK: usize = 500;
/// Faults that are printed; the others are counted.
const FAULTS_SHOWN: usize = 100;

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
    let import = Import { source, store, keys, authority: format!("{IMPORT_PREFIX}{}", args.authority) };
    let n_rows = import.check().await?;
    let (n_new, n_known) = import.write(n_rows).await?;
    eprintln!("{n_new} ratings imported, {n_known} were there already");
    Ok(())
}

/// The faults of a file, as many as anybody reads.
#[derive(Default)]
struct Faults {
    shown: Vec<String>,
    n_all: u64,
}

impl Faults {
    fn add(&mut self, line: u64, said: &str) {
        self.n_all += 1;
        if self.shown.len() < FAULTS_SHOWN {
            self.shown.push(format!("line {line}, {said}"));
        }
    }

    fn into_result(self, source: &Source) -> Result<()> {
        if self.n_all == 0 {
            return Ok(());
        }
        let more = self.n_all - self.shown.len() as u64;
        let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
        let (file, shown) = (source.file.display(), self.shown.join("\n"));
        bail!("{file}: {} faults, nothing was imported\n{shown}{more}", self.n_all)
    }
}

/// Old records on their way into a store.
struct Import {
    source: Source,
    store: Arc<SqlStore>,
    keys: Keys,
    authority: String,
}

impl Import {
    /// Reads the whole file, and looks up what is on record; returns how many rows it has.
    async fn check(&self) -> Result<u64> {
        let (mut faults, mut n_rows) = (Faults::default(), 0);
        let mut known = HashMap::new();
        let mut rows = self.source.rows()?;
        let bar = ProgressBar::new_spinner().with_message("checking");
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            n_rows += chunk.len() as u64;
            bar.set_message(format!("{n_rows} rows checked"));
            bar.tick();
            let mut good = Vec::with_capacity(chunk.len());
            for (line, row) in chunk {
                match row {
                    Ok(row) => good.push((line, row)),
                    Err(found) => found.iter().for_each(|said| faults.add(line, said)),
                }
            }
            self.compare(&good, &mut known, &mut faults).await?;
        }
        bar.finish_and_clear();
        faults.into_result(&self.source)?;
        Ok(n_rows)
    }

    /// A case and number stands for one record: here, and in what was imported before.
    async fn compare(&self, rows: &[(u64, Incoming)], known: &mut Known, faults: &mut Faults) -> Result<()> {
        let cases = rows.iter().map(|(_, row)| {
            (self.part(row), self.authority.clone(), row.case_number.as_str().to_owned(), row.service_number)
        });
        let on_record = self.store.imported(cases.collect()).await?;
        for ((line, row), on_record) in rows.iter().zip(on_record) {
            let print = self.fingerprint(row);
            if on_record.is_some_and(|other| other != print) {
                let case = row.case_number.as_str();
                faults.add(*line, &format!("case {case} was imported with another content, which is never changed"));
            }
            let (first, other) = *known.entry(key_of(row)).or_insert((*line, print));
            if other != print {
                faults.add(*line, &format!("the same case and number as line {first}, with another content"));
            }
        }
        Ok(())
    }

    /// Writes what was checked; returns how many ratings are new, and how many were there.
    async fn write(&self, n_rows: u64) -> Result<(u64, u64)> {
        let bar = progress_bar(n_rows, "ratings");
        let (mut n_new, mut n_known) = (0, 0);
        let mut rows = self.source.rows()?;
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            let mut batch = Vec::with_capacity(chunk.len());
            for (line, row) in &chunk {
                let Ok(row) = row else { bail!("line {line} changed while it was imported: run the import again") };
                batch.push(self.rating(row));
            }
            for ((line, _), outcome) in chunk.iter().zip(self.store.commit(batch.into()).await?.outcomes) {
                match outcome {
                    Outcome::Accepted => n_new += 1,
                    Outcome::Replayed { .. } => n_known += 1,
                    other => bail!("line {line} was not imported ({other:?}); those before it were"),
                }
            }
            bar.inc(chunk.len() as u64);
        }
        bar.finish_and_clear();
        let file = self.source.file.display();
        ensure!(n_new + n_known == n_rows, "{file} is read twice and was shorter the second time: name a plain file");
        Ok((n_new, n_known))
    }

    fn rating(&self, row: &Incoming) -> NewRating {
        let (now, rng) = (SystemClock.now(), &SystemRng);
        let id = uuid_at(now, rng);
        let version = if row.has_retired() { "retired" } else { INDICATOR_VERSION };
        let seal = || self.keys.vault.seal("rating", &id, "comment", &row.comment, rng);
        NewRating {
            part: self.part(row),
            about: About::Imported(ImportedCase {
                authority: self.authority.clone(),
                case_number: row.case_number.as_str().to_owned(),
                service_number: row.service_number,
                item_code: row.item_code.as_ref().map(|code| code.as_str().to_owned()),
                agency: row.agency.as_str().to_owned(),
                region: row.region,
            }),
            id,
            key_digest: key_of(row),
            fingerprint: self.fingerprint(row),
            level: row.level,
            indicators: row.indicators.join(","),
            indicator_version: version.to_owned(),
            comment: (!row.comment.is_empty()).then(seal),
            contact: None,
            is_anonymous: true,
            channel: row.channel,
            provenance: Provenance::Imported,
            entered_by: None,
            lang: "zh-Hans",
            rated_at: now,
            collected_at: Some(row.rated_at),
            salt: Salt::new(random(rng)),
            work_order: random_id(rng),
        }
    }

    fn part(&self, row: &Incoming) -> u8 {
        part_of(&self.authority, row.case_number.as_str())
    }

    /// Of everything that is kept of a row, in a form that stays the same over releases.
    fn fingerprint(&self, row: &Incoming) -> [u8; 16] {
        let (region, at) = (row.region.to_string(), row.rated_at.millis().to_string());
        let item = row.item_code.as_ref().map_or("", |code| code.as_str());
        let codes = row.indicators.join(",");
        let parts =
            [row.agency.as_str(), &region, item, row.channel.name(), row.level.name(), &codes, &row.comment, &at];
        let mut message = b"hcp-import-1".to_vec();
        for part in parts {
            message.extend((part.len() as u64).to_be_bytes());
            message.extend(part.as_bytes());
        }
        self.keys.fingerprint.mac(&message)
    }
}

/// By case and number: the first line that had it, and its fingerprint.
type Known = HashMap<[u8; 16], (u64, [u8; 16])>;

fn key_of(row: &Incoming) -> [u8; 16] {
    let digest = Sha256::digest(format!("{}\n{}", row.case_number.as_str(), row.service_number));
    std::array::from_fn(|i| digest[i])
}
