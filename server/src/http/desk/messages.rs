//! 消息投递: whether other systems take what they are told, and what nobody took, to be sent again.

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use haochaping::{calendar::Instant, work_order::ActionKind};
use haochaping_collector::accounts::audit_trail::AuditAction;
use haochaping_store::{
    StoreError,
    outbox::{DeadLetter, Endpoint, EndpointKind},
};

use super::{
    answer::{Answer, DeskError},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Messages, Page},
    saved::Saved,
    session::Desk,
    texts,
};
use crate::http::filters::{self, to_minute};

const SHOWN_MAX: u32 = 200;

struct Line {
    name: String,
    kind: &'static str,
    region: String,
    url: String,
    waiting: String,
    is_live: bool,
}

struct Dead {
    number: i64,
    endpoint: String,
    what: &'static str,
    created_at: Instant,
    reason: String,
    n_behind: u64,
}

#[derive(Template)]
#[template(path = "desk/messages.html")]
struct MessagesPage {
    f: Frame,
    lines: Vec<Line>,
    dead: Vec<Dead>,
}

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<Messages>) -> Answer {
    let (lines, dead) = read(&desk).await?;
    let f = Frame::inside(&desk, Messages::PATH, "消息投递", false);
    Ok(respond(StatusCode::OK, &MessagesPage { f, lines, dead }))
}

async fn read(desk: &Desk) -> Result<(Vec<Line>, Vec<Dead>), StoreError> {
    let store = &desk.app.store;
    let waiting = store.waiting().await?;
    let line = |endpoint: Endpoint| {
        let found = waiting.iter().find(|(id, ..)| *id == endpoint.id);
        Line {
            kind: kind(endpoint.kind),
            region: desk.app.region_name(endpoint.region),
            waiting: found.map_or_else(
                || "0".into(),
                |(_, n, since)| format!("{n}（最早 {}）", to_minute(*since)),
            ),
            is_live: endpoint.disabled_at.is_none(),
            name: endpoint.name,
            url: endpoint.url,
        }
    };
    let lines = store.endpoints().await?.into_iter().map(line).collect();
    Ok((lines, store.dead_letters(SHOWN_MAX).await?.into_iter().map(dead).collect()))
}

const fn kind(kind: EndpointKind) -> &'static str {
    match kind {
        EndpointKind::Hotline => "12345 热线",
        EndpointKind::Department => "部门系统",
        EndpointKind::Invitations => "评价邀请",
        EndpointKind::Raters => "答复短信",
    }
}

fn dead(letter: DeadLetter) -> Dead {
    let message = letter.message;
    Dead {
        number: message.number,
        endpoint: letter.endpoint,
        what: match message.kind.as_str() {
            "finished" => "邀请评价",
            "reminder" => "即将到期提醒",
            "overdue" => "超期通知",
            name => ActionKind::from_name(name).map_or("", texts::action),
        },
        created_at: message.created_at,
        reason: message.reason,
        n_behind: letter.n_behind,
    }
}

/// Sends a dead letter again.
pub(in crate::http) async fn resend(
    Path(number): Path<i64>,
    Submitted { desk, .. }: Submitted<Messages>,
) -> Answer {
    let entry = desk.audit(AuditAction::MessageResent, &number.to_string());
    if !desk.app.store.resend(number, entry).await? {
        return Err(DeskError::gone(&desk));
    }
    Ok(Saved::new("消息会马上重新投递；结果过一会儿刷新可见。").show_at(&desk, Messages::PATH))
}
