//! What goes to other systems and comes from them, as the store reads it.

use std::{collections::BTreeMap, sync::Arc};

use haochaping::{
    calendar::Instant,
    link::RatingId,
    rating::{Channel, Provenance, SatisfactionLevel},
    region::Region,
};

use crate::{
    SqlStore, StoreError,
    database::{Connection, Selected as _, params, read_row, row, set},
};

/// A rating on its way to another system. Contact data is never among it.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The rating's partition.
    pub part: u8,
    /// Slot and revision of the commit that brought it; none of old ratings.
    pub commit: Option<(i64, i64)>,
    /// Its id.
    pub id: RatingId,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: i64,
    /// The level.
    pub level: SatisfactionLevel,
    /// Codes of options, separated by commas.
    pub indicators: String,
    /// The comment, encrypted.
    pub comment: Option<Vec<u8>>,
    /// How it came in.
    pub channel: Channel,
    /// Who it comes from.
    pub provenance: Provenance,
    /// 事项编码
    pub item_code: Option<String>,
    /// 事项名称
    pub item_name: Option<String>,
    /// The department.
    pub agency: String,
    /// Its name.
    pub agency_name: Option<String>,
    /// Where.
    pub region: Region,
    /// `online` or `on_site`; of a visit to a card nobody knows.
    pub mode: Option<String>,
    /// When the service was finished.
    pub finished_at: Option<Instant>,
    /// When the person rated.
    pub rated_at: Instant,
}

/// Of what an export asks: ratings that count, of these commits.
#[derive(Clone, Debug)]
pub struct ExportQuery {
    /// The last revision of each slot that was exported before; `None` for a first export.
    pub after: Option<BTreeMap<i64, i64>>,
    /// The last revision of each slot that is exported now.
    pub until: BTreeMap<i64, i64>,
}

impl ExportQuery {
    /// Whether a commit is asked for. Ratings from before commits were numbered belong to a first
    /// export.
    pub(crate) fn has(&self, slot: Option<i64>, revision: Option<i64>) -> bool {
        let (Some(slot), Some(revision)) = (slot, revision) else { return self.after.is_none() };
        let exported = self.after.as_ref().and_then(|after| after.get(&slot)).copied().unwrap_or(0);
        revision > exported && self.until.get(&slot).is_some_and(|until| revision <= *until)
    }
}

/// Where in the store an export looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Ratings that were never in quarantine.
    Counted,
    /// Ratings that were let out of it.
    Released,
}

/// Ratings of a partition after an id.
#[derive(Clone, Debug)]
pub struct Page {
    /// Those that were asked for.
    pub ratings: Vec<Outgoing>,
    /// The last id that was looked at; `None` at the end.
    pub last: Option<RatingId>,
}

/// A case of another system's history. No service is on record for it, so that it gives nobody a
/// link and is none that can be rated; its authority is one of imports only, so that no living case
/// is ever taken for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCase {
    /// [`IMPORT_PREFIX`] and whose case numbers these are.
    pub authority: String,
    /// 办件编号
    pub case_number: String,
    /// 服务次数
    pub service_number: u32,
    /// 事项编码
    pub item_code: Option<String>,
    /// The department.
    pub agency: String,
    /// Where.
    pub region: Region,
}

/// What the authorities of imported cases begin with; no API key has such a name.
pub const IMPORT_PREFIX: &str = "import:";

/// Ratings of one page.
const PAGE: u32 = 1_000;

impl SqlStore {
    /// The ratings of a partition that are asked for, after an id, in the order of ids.
    ///
    /// # Errors
    /// The store's.
    pub async fn export(
        &self,
        asked: Arc<ExportQuery>,
        place: Place,
        part: u8,
        after: RatingId,
    ) -> Result<Page, StoreError> {
        self.read(move |connection| page(connection, &asked, place, part, &after)).await
    }

    /// Slot and revision of the commits that brought ratings, in the order asked for.
    ///
    /// # Errors
    /// The store's.
    pub async fn commits_of(
        &self,
        ratings: Vec<(u8, RatingId)>,
    ) -> Result<Vec<Option<(i64, i64)>>, StoreError> {
        self.read(move |connection| {
            let sets: Vec<_> = ratings.iter().map(|(part, id)| set![part, id]).collect();
            let sql = "select slot, revision from rating where part = ?1 and id = ?2 and slot is not null";
            Ok(connection.select_each(sql, &sets, read_row)?)
        })
        .await
    }

    /// The fingerprints of imported ratings that are on record, in the order of the cases asked
    /// for.
    ///
    /// # Errors
    /// The store's.
    pub async fn imported(
        &self,
        cases: Vec<(u8, String, String, u32)>,
    ) -> Result<Vec<Option<[u8; 16]>>, StoreError> {
        self.read(move |connection| {
            let sets = cases
                .iter()
                .map(|(part, authority, case, number)| set![part, authority, case, number]);
            Ok(connection.select_each(
                "select fingerprint from rating
                 where part = ?1 and authority = ?2 and case_number = ?3 and service_number = ?4",
                &sets.collect::<Vec<_>>(),
                |row| row.get(0),
            )?)
        })
        .await
    }
}

fn page(
    connection: &Connection,
    asked: &ExportQuery,
    place: Place,
    part: u8,
    after: &RatingId,
) -> Result<Page, StoreError> {
    let (commit, from, is_asked) = match place {
        Place::Counted => (
            "r.slot, r.revision",
            "rating r left join quarantine q on q.part = r.part and q.rating = r.id",
            "q.part is null",
        ),
        Place::Released => (
            "q.slot, q.revision",
            "quarantine q join rating r on r.part = q.part and r.id = q.rating",
            "q.decision = 'released'",
        ),
    };
    let sql = format!(
        "select {commit}, {} from {from}
           left join service s on s.part = r.part and s.authority = r.authority and s.case_number = r.case_number
             and s.service_number = r.service_number
           left join agency a on a.code = r.agency
         where r.part = ?1 and r.id > ?2 and {is_asked} and r.provenance in ('citizen', 'assisted', 'relayed')
         order by r.id limit ?3",
        Outgoing::columns()
    );
    let (mut ratings, mut last, mut n_rows) = (Vec::new(), None, 0);
    connection.for_each(&sql, params![part, after, PAGE], |row| {
        n_rows += 1;
        // What is not asked for is not decoded: comments are long, and an old row may be damaged.
        let (slot, revision, _, id): (_, _, u8, RatingId) = row.read()?;
        last = Some(id);
        if asked.has(slot, revision) {
            let (_, _, rating): (i64, i64, Outgoing) = row.read()?;
            ratings.push(rating);
        }
        Ok(())
    })?;
    Ok(Page { ratings, last: last.filter(|_| n_rows == PAGE) })
}

row!(Outgoing {
    part: "r.part",
    id: "r.id",
    case_number: "r.case_number",
    service_number: "r.service_number",
    level: "r.level",
    indicators: "r.indicators",
    comment: "r.comment",
    channel: "r.channel",
    provenance: "r.provenance",
    item_code: "r.item_code",
    item_name: "s.item_name",
    agency: "r.agency",
    agency_name: "a.name",
    region: "r.region",
    mode: "s.mode",
    finished_at: "s.finished_at",
    rated_at: "coalesce(r.collected_at, r.rated_at)",
    commit: "r.slot, r.revision",
});
