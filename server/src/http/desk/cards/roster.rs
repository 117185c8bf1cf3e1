//! Reading a roster at the desk: which rows there are, whether they are the office's to print, and
//! every fault of them.

use std::{collections::BTreeSet, sync::Arc};

use haochaping::{link::CardKind, region::Region};
use haochaping_cards::roster::{self, Checks, Roster, Row};
use haochaping_collector::cards::{Names, holders};
use haochaping_store::StoredCard;
use haochaping_tables::Table;
use tokio::sync::Semaphore;

use super::roster_file::{Preview, taken_up, with_faults};
use crate::http::desk::{answer::BUSY, session::Desk, upload::Upload};

/// How many faults of a roster are listed.
const FAULTS_MAX: usize = 100;
/// The most cards of one roster here; `haochaping card print` takes any number.
const ROWS_MAX: usize = 2_000;

/// What an upload or a change led to.
#[derive(Default)]
pub(super) struct FormState {
    /// Of the roster, a line each; the first hundred.
    pub faults: Vec<String>,
    /// How many more there are.
    pub n_more: usize,
    /// The roster again with a column 问题, as the address of a file; empty where there is none.
    pub corrected: String,
    /// Of a card.
    pub fault: String,
    pub preview: Option<Preview>,
}

impl FormState {
    pub(super) fn roster(fault: impl Into<String>) -> Self {
        Self { faults: vec![fault.into()], ..Self::default() }
    }

    pub(super) fn of_faults(mut faults: Vec<String>) -> Self {
        let n_more = faults.len().saturating_sub(FAULTS_MAX);
        faults.truncate(FAULTS_MAX);
        Self { faults, n_more, ..Self::default() }
    }
}

/// A file of 5 MB may be a hundred once it is unpacked: one is read at a time.
static READING: Semaphore = Semaphore::const_new(1);

/// The roster of the file, or of the preview that is sent back. Reading takes a core for a moment,
/// and no other request's.
pub(super) async fn read(
    desk: &Desk,
    kind: CardKind,
    upload: &Upload,
    names: &Arc<Names>,
    known: &[StoredCard],
) -> Result<Roster, Box<FormState>> {
    let agency = upload.get("agency").trim().to_owned();
    let chosen = names.agency(&agency);
    if chosen.is_none() && !agency.is_empty() {
        let fault = format!("没有叫“{agency}”的责任单位，请从列表里选，或填写统一社会信用代码。");
        return Err(Box::new(FormState::roster(fault)));
    }
    let content = if upload.content.is_empty() {
        taken_up(upload.get("roster")).map(Content::Carried)
    } else {
        Some(Content::File(upload.content.to_vec()))
    };
    let Some(content) = content else {
        return Err(Box::new(FormState::roster("请选择文件。")));
    };
    let (today, own, holders) =
        (desk.app.clock.now().date_in_china(), desk.session.staff.region, holders(known, kind));
    let names = Arc::clone(names);
    let permit = READING.acquire().await.map_err(|_| Box::new(FormState::roster(BUSY)))?;
    let read = move || {
        let _permit = permit;
        let places = names.places();
        let checks = Checks { today, kind, agency: chosen, places: &places, holders: &holders };
        let roster = match content {
            Content::File(bytes) => roster::read(&bytes, &checks),
            Content::Carried(table) => roster::of_table(table, &checks),
        };
        judged(roster.map_err(|error| Box::new(FormState::roster(error.zh())))?, own)
    };
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|_| Err(Box::new(FormState::roster("这个文件读不了。"))))
}

/// What a roster is read from.
enum Content {
    File(Vec<u8>),
    Carried(Table),
}

/// A roster without a fault, or all of them.
fn judged(roster: Roster, own: Region) -> Result<Roster, Box<FormState>> {
    if roster.rows.len() > ROWS_MAX {
        let fault =
            format!("一次最多 {ROWS_MAX} 张，更多的请管理员用 haochaping card print 制作。");
        return Err(Box::new(FormState::roster(fault)));
    }
    let mut faults: Vec<_> = roster.faults.iter().map(|fault| (fault.line, fault.zh())).collect();
    let outside = roster.rows.iter().filter(|row| !own.contains(row.region));
    faults.extend(
        outside.map(|row| (row.line, format!("第 {} 行：{} 不在您的地区内", row.line, row.region))),
    );
    if roster.rows.is_empty() && faults.is_empty() {
        return Err(Box::new(FormState::roster("名单里没有可以制作的服务码。")));
    }
    if faults.is_empty() {
        return Ok(roster);
    }
    faults.sort();
    let corrected = with_faults(&roster.table, &faults).unwrap_or_default();
    Err(Box::new(FormState {
        corrected,
        ..FormState::of_faults(faults.into_iter().map(|(_, fault)| fault).collect())
    }))
}

/// The serials whose end was agreed to.
pub(super) fn agreed(upload: &Upload) -> BTreeSet<u32> {
    let serials = if upload.get("replace") == "1" { upload.get("ends") } else { "" };
    serials.split(',').filter_map(|serial| serial.parse().ok()).collect()
}

/// A row ends the live card of its agency and number: one of another region is not theirs to end.
pub(super) fn of_others(
    desk: &Desk,
    kind: CardKind,
    rows: &[Row],
    known: &[StoredCard],
) -> Vec<String> {
    let own = desk.session.staff.region;
    let live = known.iter().filter(|card| card.revoked.is_none() && card.replaced_by.is_none());
    let foreign: BTreeSet<_> = live
        .filter(|card| card.card.kind == kind && !own.contains(card.card.region))
        .map(|card| (card.card.agency.clone(), card.card.number.clone()))
        .collect();
    let is_foreign = |row: &&Row| foreign.contains(&(row.agency.to_string(), row.number.clone()));
    let fault =
        |row: &Row| format!("第 {} 行：编号 {} 的服务码正在别的地区使用", row.line, row.number);
    rows.iter().filter(is_foreign).map(fault).collect()
}
