//! 操作记录: what staff, systems and the command line did beside the histories of orders.

use askama::Template;
use axum::http::StatusCode;
use haochaping::calendar::Instant;
use haochaping_collector::accounts::audit_trail::AuditAction;
use haochaping_store::staff::AuditEntry;

use super::{
    answer::Answer,
    extract::Allowed,
    frame::{Frame, respond},
    pages::{Page, Record},
    texts::{actor, audited},
};
use crate::http::filters;

/// The most entries of the page; `haochaping staff record` shows more.
const LIMIT: u32 = 500;

struct Entry {
    at: Instant,
    who: String,
    action: &'static str,
    about: String,
}

#[derive(Template)]
#[template(path = "desk/record.html")]
struct RecordPage {
    f: Frame,
    entries: Vec<Entry>,
    limit: u32,
}

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<Record>) -> Answer {
    let entries = desk.app.store.audit(LIMIT).await?.into_iter().map(entry).collect();
    let f = Frame::inside(&desk, Record::PATH, "操作记录", false);
    Ok(respond(StatusCode::OK, &RecordPage { f, entries, limit: LIMIT }))
}

fn entry(entry: AuditEntry) -> Entry {
    Entry {
        at: entry.at,
        who: actor(&entry.who).to_owned(),
        // What a newer binary wrote has no name here yet.
        action: AuditAction::from_name(&entry.what).map_or("其他", audited),
        about: entry.about,
    }
}
