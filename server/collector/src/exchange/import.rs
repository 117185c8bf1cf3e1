//! Old records of another system, taken over as they are: a file is checked as a whole, and only
//! then written.

use std::collections::HashMap;

use anyhow::{Result, bail, ensure};
use haochaping::{
    link::part_of,
    rating::{INDICATOR_VERSION, Provenance},
};
use haochaping_store::{About, ImportedCase, NewRating, Outcome};
use sha2::{Digest, Sha256};

use super::{Incoming, Source};
use crate::{
    accounts::audit_trail::Acting,
    intake::new_rating::{Contents, new_rating},
    keys::Keys,
};

/// Rows that are looked up or written together.
const CHUNK: usize = 500;
/// Faults that are printed; the others are counted.
const FAULTS_SHOWN: usize = 100;

/// The faults of a file, as many as anybody reads.
#[derive(Default)]
struct Faults {
    shown: Vec<String>,
    n_all: u64,
}

impl Faults {
    fn add(&mut self, line: u64, message: &str) {
        self.n_all += 1;
        if self.shown.len() < FAULTS_SHOWN {
            self.shown.push(format!("line {line}, {message}"));
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
#[expect(missing_debug_implementations, reason = "the ports have none")]
pub struct Import<'a> {
    /// Where they are read from, and how.
    pub source: Source,
    /// Where they go, and who brings them.
    pub acting: Acting<'a>,
    /// What seals comments, and binds contents.
    pub keys: &'a Keys,
    /// Whose case numbers these are, with the prefix of imports.
    pub authority: String,
}

impl Import<'_> {
    /// Reads the whole file, and looks up what is on record; returns how many rows it has.
    /// `progress` hears how many were read.
    ///
    /// # Errors
    /// Every fault of the file with its line, or the store's.
    pub async fn check(&self, progress: &(dyn Fn(u64) + Sync)) -> Result<u64> {
        let (mut faults, mut n_rows) = (Faults::default(), 0);
        let mut known = HashMap::new();
        let mut rows = self.source.rows()?;
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            n_rows += chunk.len() as u64;
            progress(n_rows);
            let mut good = Vec::with_capacity(chunk.len());
            for (line, row) in chunk {
                match row {
                    Ok(row) => good.push((line, row)),
                    Err(found) => found.iter().for_each(|message| faults.add(line, message)),
                }
            }
            self.compare(&good, &mut known, &mut faults).await?;
        }
        faults.into_result(&self.source)?;
        Ok(n_rows)
    }

    /// A case and number stands for one record: here, and in what was imported before.
    async fn compare(
        &self,
        rows: &[(u64, Incoming)],
        known: &mut Known,
        faults: &mut Faults,
    ) -> Result<()> {
        let cases = rows.iter().map(|(_, row)| {
            (
                self.part(row),
                self.authority.clone(),
                row.case_number.as_str().to_owned(),
                row.service_number,
            )
        });
        let on_record = self.acting.store.imported(cases.collect()).await?;
        for ((line, row), on_record) in rows.iter().zip(on_record) {
            let print = self.fingerprint(row);
            if on_record.is_some_and(|other| other != print) {
                let case = row.case_number.as_str();
                faults.add(
                    *line,
                    &format!(
                        "case {case} was imported with another content, which is never changed"
                    ),
                );
            }
            let (first, other) = *known.entry(key_of(row)).or_insert((*line, print));
            if other != print {
                faults.add(
                    *line,
                    &format!("the same case and number as line {first}, with another content"),
                );
            }
        }
        Ok(())
    }

    /// Writes what was checked; returns how many ratings are new, and how many were there.
    /// `progress` hears how many more are done.
    ///
    /// # Errors
    /// The file changed meanwhile, or the store failed; what was written stays, and the next import
    /// goes on behind it.
    pub async fn write(&self, n_rows: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<(u64, u64)> {
        let (mut n_new, mut n_known) = (0, 0);
        let mut rows = self.source.rows()?;
        loop {
            let chunk: Vec<_> = rows.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            let mut batch = Vec::with_capacity(chunk.len());
            for (line, row) in &chunk {
                let Ok(row) = row else {
                    bail!("line {line} changed while it was imported: run the import again")
                };
                batch.push(self.rating(row));
            }
            for ((line, _), outcome) in
                chunk.iter().zip(self.acting.store.commit(batch.into()).await?.outcomes)
            {
                match outcome {
                    Outcome::Accepted => n_new += 1,
                    Outcome::Replayed { .. } => n_known += 1,
                    other => {
                        bail!("line {line} was not imported ({other:?}); those before it were")
                    }
                }
            }
            progress(chunk.len() as u64);
        }
        let file = self.source.file.display();
        ensure!(
            n_new + n_known == n_rows,
            "{file} is read twice and was shorter the second time: name a plain file"
        );
        Ok((n_new, n_known))
    }

    fn rating(&self, row: &Incoming) -> NewRating {
        let contents = Contents {
            part: self.part(row),
            about: About::Imported(ImportedCase {
                authority: self.authority.clone(),
                case_number: row.case_number.as_str().to_owned(),
                service_number: row.service_number,
                item_code: row.item_code.as_ref().map(|code| code.as_str().to_owned()),
                agency: row.agency.as_str().to_owned(),
                region: row.region,
            }),
            key_digest: key_of(row),
            fingerprint: self.fingerprint(row),
            level: row.level,
            indicators: row.indicators.join(","),
            indicator_version: if row.has_retired() { "retired" } else { INDICATOR_VERSION },
            comment: &row.comment,
            contact: None,
            is_anonymous: true,
            channel: row.channel,
            provenance: Provenance::Imported,
            entered_by: None,
            lang: "zh-Hans",
            collected_at: Some(row.rated_at),
        };
        new_rating(contents, self.keys, self.acting.rng, self.acting.clock.now())
    }

    fn part(&self, row: &Incoming) -> u8 {
        part_of(&self.authority, row.case_number.as_str())
    }

    /// Of everything that is kept of a row, in a form that stays the same over releases.
    fn fingerprint(&self, row: &Incoming) -> [u8; 16] {
        let (region, at) = (row.region.to_string(), row.rated_at.millis().to_string());
        let item = row.item_code.as_ref().map_or("", |code| code.as_str());
        let codes = row.indicators.join(",");
        let parts = [
            row.agency.as_str(),
            &region,
            item,
            row.channel.name(),
            row.level.name(),
            &codes,
            &row.comment,
            &at,
        ];
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
