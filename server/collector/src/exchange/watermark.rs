//! Up to where an export went: which commit of which slot was its last. Commits of a slot are in
//! line, so that what comes later has a higher number, whatever its id, however long a collector
//! stood still with it.

use std::{
    collections::BTreeMap,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    link::RatingId,
};
use serde::{Deserialize, Serialize};

/// How far back an export looks for ratings whose commit came late.
const LATE_MILLIS: i64 = 7 * DAY_MILLIS;

const WAY_OUT: &str = "after a restore, export without the watermark into a new file and let the receiver drop receipts that it has";

/// The end of an export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watermark {
    /// When it began, RFC 3339.
    pub at: String,
    /// The last exported revision of every slot.
    pub slots: BTreeMap<i64, i64>,
    /// The newest exported rating of each slot: on record as it is here, or the store was set back.
    pub newest: BTreeMap<i64, Newest>,
}

/// An exported rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newest {
    /// Its partition.
    pub part: u8,
    /// Its id, a UUID.
    pub id: String,
    /// The revision of its commit.
    pub revision: i64,
}

impl Newest {
    /// What to ask the store for.
    pub fn key(&self) -> (u8, RatingId) {
        // What is no UUID is on record nowhere.
        (self.part, self.id.parse::<uuid::Uuid>().unwrap_or_default().into_bytes())
    }
}

impl Watermark {
    /// Reads one; `None` if there is no file, which is a first export.
    ///
    /// # Errors
    /// In one line, if it is no watermark.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        let read: Self = serde_json::from_str(&text)
            .with_context(|| format!("{} is not a watermark of an export", path.display()))?;
        ensure!(
            Instant::parse_rfc3339(&read.at).is_some(),
            "{} is not a watermark of an export",
            path.display()
        );
        Ok(Some(read))
    }

    /// Puts it in the place of the one before, whole or not at all.
    ///
    /// # Errors
    /// In one line, if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let new = PathBuf::from(new);
        let written = || -> Result<()> {
            let mut file = std::fs::File::create(&new)?;
            file.write_all(&serde_json::to_vec_pretty(self)?)?;
            file.sync_all()?;
            std::fs::rename(&new, path)?;
            std::fs::File::open(directory)?.sync_all()?;
            Ok(())
        };
        written().with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Whether what is in the store now came after it.
    ///
    /// # Errors
    /// In one line: a slot went back, so the store is an older one than that which was exported.
    pub fn check_before(&self, now: &BTreeMap<i64, i64>) -> Result<()> {
        for (slot, revision) in &self.slots {
            let is = now.get(slot).copied().unwrap_or(0);
            ensure!(
                is >= *revision,
                "the watermark is of a later state of this store (slot {slot}: {revision}, now {is}): {WAY_OUT}"
            );
        }
        Ok(())
    }

    /// Whether the newest exported ratings are on record as they were: `found` has slot and
    /// revision of each, in order.
    ///
    /// # Errors
    /// In one line: one of them is not, so the store was set back meanwhile and went another way.
    pub fn check_newest(&self, found: &[Option<(i64, i64)>]) -> Result<()> {
        for ((slot, newest), found) in self.newest.iter().zip(found) {
            ensure!(
                *found == Some((*slot, newest.revision)),
                "a rating that was exported is not on record as it was (slot {slot}): the store was set back; {WAY_OUT}"
            );
        }
        Ok(())
    }

    /// Remembers an exported rating, if it is the newest of its slot.
    pub fn note(&mut self, part: u8, id: RatingId, (slot, revision): (i64, i64)) {
        if self.newest.get(&slot).is_none_or(|newest| newest.revision <= revision) {
            self.newest.insert(
                slot,
                Newest { part, id: uuid::Uuid::from_bytes(id).to_string(), revision },
            );
        }
    }

    /// The beginning of the ids in which ratings after it can be.
    pub fn first_id(&self) -> [u8; 16] {
        let at = Instant::parse_rfc3339(&self.at).map_or(0, |at| at.millis() - LATE_MILLIS);
        let mut id = [0; 16];
        id[..6].copy_from_slice(&at.max(0).to_be_bytes()[2..]);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(slots: &[(i64, i64)]) -> Watermark {
        Watermark {
            at: "2026-11-20T00:00:00+08:00".into(),
            slots: slots.iter().copied().collect(),
            newest: BTreeMap::new(),
        }
    }

    #[test]
    fn it_is_read_back_and_nothing_else_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("last.json");
        assert_eq!(Watermark::read(&path).unwrap(), None);
        of(&[(0, 7), (1_000_000, 2)]).write(&path).unwrap();
        assert_eq!(Watermark::read(&path).unwrap(), Some(of(&[(0, 7), (1_000_000, 2)])));
        for wrong in ["", "{}", "{\"at\": \"today\", \"slots\": {}}", "projectNo,pf"] {
            std::fs::write(&path, wrong).unwrap();
            let message = Watermark::read(&path).unwrap_err().to_string();
            assert!(message.ends_with("last.json is not a watermark of an export"), "{message}");
        }
    }

    #[test]
    fn a_store_that_was_set_back_is_told_apart() {
        let now = BTreeMap::from([(0, 7), (2, 1)]);
        assert!(of(&[(0, 7)]).check_before(&now).is_ok());
        assert!(
            of(&[(0, 8)]).check_before(&now).unwrap_err().to_string().contains("slot 0: 8, now 7")
        );
        assert!(of(&[(4, 1)]).check_before(&now).is_err());
    }

    /// A store that was set back and has gone on has higher revisions again, of other ratings.
    #[test]
    fn a_store_that_went_another_way_is_told_apart_by_a_rating() {
        let mut mark = of(&[(0, 7)]);
        mark.note(3, [7; 16], (0, 7));
        mark.note(3, [6; 16], (0, 6));
        assert_eq!(mark.newest[&0].key(), (3, [7; 16]), "the newest is kept");
        assert!(mark.check_newest(&[Some((0, 7))]).is_ok());
        for found in [None, Some((0, 8)), Some((2, 7))] {
            assert!(
                mark.check_newest(&[found]).unwrap_err().to_string().contains("set back"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn ids_of_the_week_before_are_looked_through() {
        let at = |text: &str| Instant::parse_rfc3339(text).unwrap();
        let id = |text: &str| crate::ports::uuid_at(at(text), &crate::ports::SystemRng);
        assert!(of(&[]).first_id() <= id("2026-11-13T00:00:00+08:00"));
        assert!(of(&[]).first_id() > id("2026-11-12T23:59:59+08:00"));
    }
}
