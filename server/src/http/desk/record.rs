//! 操作记录: what staff, systems and the command line did beside the histories of orders.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    frame::{Frame, respond},
    order::{failed, shown_time},
    session::Desk,
    texts,
};

/// The most lines of the page; `haochaping staff record` shows more.
const LIMIT: u32 = 500;

#[derive(Template)]
#[template(path = "desk/record.html")]
struct Record {
    f: Frame,
    lines: Vec<(String, String, &'static str, String)>,
    limit: u32,
}

/// The page.
pub(in crate::http) async fn show(desk: Desk) -> Response {
    if let Some(answer) = desk.lacks("/desk/record").await {
        return answer;
    }
    match desk.app.store.audit(LIMIT).await {
        Ok(entries) => {
            let lines = entries.into_iter().map(|one| {
                (shown_time(one.at), texts::actor(&one.who).to_owned(), texts::recorded(&one.what), one.about)
            });
            let f = Frame::inside(&desk, "/desk/record", "操作记录", false);
            respond(StatusCode::OK, &Record { f, lines: lines.collect(), limit: LIMIT })
        }
        Err(error) => failed(&desk.app, &error),
    }
}
