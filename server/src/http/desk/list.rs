//! The piles of the desk: what is due with the longest overdue first, what waits for somebody else, what is at rest.

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    messages::level_name,
    rating::SatisfactionLevel,
    work_order::{Role, Stage},
};
use haochaping_collector::work_orders::{
    access::Worker,
    act::{id_of, parse_id},
};
use haochaping_store::order::{
    OrderRow,
    queue::{After, DeskQuery, Pile},
};
use serde::Deserialize;

use super::{
    frame::{Frame, pages_of, respond},
    order::{failed, shown_time},
    session::Desk,
};

const PAGE: u32 = 50;

/// Filters and the page; what cannot be read is left out.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Asked {
    #[serde(default)]
    due: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    after: String,
}

struct Line {
    id: String,
    item: String,
    agency: String,
    level: &'static str,
    stage: &'static str,
    due: String,
    urgency: Option<&'static str>,
    is_overdue: bool,
    round: u16,
}

#[derive(Template)]
#[template(path = "desk/list.html")]
struct List {
    f: Frame,
    lines: Vec<Line>,
    next: Option<String>,
    due: String,
    stage: String,
    stages: Vec<(&'static str, &'static str)>,
    has_due: bool,
}

/// 待办; whoever has none lands on the first page of theirs.
pub(in crate::http) async fn due(desk: Desk, Query(asked): Query<Asked>) -> Response {
    match pages_of(desk.session.staff.role).next() {
        Some((first, _)) if first != "/desk" => {
            Redirect::to(&format!("{}{first}", desk.app.config.base_path())).into_response()
        }
        _ => pile(desk, asked, Pile::Due, "/desk", "待办工单").await,
    }
}

/// 等待中
pub(in crate::http) async fn waiting(desk: Desk, Query(asked): Query<Asked>) -> Response {
    pile(desk, asked, Pile::Waiting, "/desk/waiting", "等待中的工单").await
}

/// 已办结
pub(in crate::http) async fn closed(desk: Desk, Query(asked): Query<Asked>) -> Response {
    pile(desk, asked, Pile::Closed, "/desk/closed", "已办结的工单").await
}

/// 申诉与改派
pub(in crate::http) async fn appeals(desk: Desk, Query(asked): Query<Asked>) -> Response {
    pile(desk, asked, Pile::Body, "/desk/appeals", "待裁定的申诉与改派").await
}

/// 回访: whom to ask whether the reply will do.
pub(in crate::http) async fn call_backs(desk: Desk, Query(asked): Query<Asked>) -> Response {
    pile(desk, asked, Pile::Waiting, "/desk/call-backs", "待回访的工单").await
}

async fn pile(desk: Desk, asked: Asked, pile: Pile, path: &'static str, title: &str) -> Response {
    if let Some(answer) = desk.lacks(path).await {
        return answer;
    }
    let app = &desk.app;
    let (worker, now) = (Worker::of_staff(&desk.session.staff), app.clock.now());
    let rows = match app.store.desk_orders(query(&desk, &asked, pile, now)).await {
        Ok(rows) => rows,
        Err(error) => return failed(app, &error),
    };
    let last = rows.last().filter(|_| rows.len() == PAGE as usize).map(|row| {
        let key = if pile == Pile::Due { row.standing.due_at.map_or(0, Instant::millis) } else { row.changed };
        format!("{key}_{}", id_of(row))
    });
    let more = last.map(|after| {
        format!("{}{path}?due={}&stage={}&after={after}", app.config.base_path(), word(&asked.due), word(&asked.stage))
    });
    let messages = haochaping::messages::Lang::ZhHans.page_messages();
    let lines = rows.iter().filter(|row| worker.sees(row)).map(|row| line(row, now)).collect();
    let f = Frame::inside(&desk, path, title, false);
    let stages = Stage::ALL.iter().filter(|stage| !matches!(stage, Stage::Opened | Stage::Closed));
    let stages = stages.map(|stage| (stage.name(), messages.stage(*stage))).collect();
    let list = List { f, lines, next: more, due: asked.due, stage: asked.stage, stages, has_due: pile == Pile::Due };
    respond(StatusCode::OK, &list)
}

/// A filter that goes into an address: a plain word or nothing.
fn word(text: &str) -> &str {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') { text } else { "" }
}

fn query(desk: &Desk, asked: &Asked, pile: Pile, now: Instant) -> DeskQuery {
    let staff = &desk.session.staff;
    let is_handler = staff.role == Role::Handler;
    let soon = Instant::from_millis(now.millis() + DAY_MILLIS);
    let (due_from, due_before) = match (pile, asked.due.as_str()) {
        (Pile::Due, "overdue") => (None, Some(now)),
        (Pile::Due, "soon") => (Some(now), Some(soon)),
        _ => (None, None),
    };
    let mut stages: Vec<_> = Stage::from_name(&asked.stage).into_iter().collect();
    if staff.role == Role::Operator {
        stages = vec![Stage::Replied];
    }
    let after =
        asked.after.split_once('_').and_then(|(key, id)| Some(After { key: key.parse().ok()?, id: parse_id(id)? }));
    DeskQuery {
        pile,
        agency: staff.agency.clone().filter(|_| is_handler),
        region: staff.region,
        stages,
        due_before,
        due_from,
        is_dispatched: is_handler,
        after,
        limit: PAGE,
    }
}

fn line(row: &OrderRow, now: Instant) -> Line {
    let messages = haochaping::messages::Lang::ZhHans.page_messages();
    let left = row.standing.due_at.map(|at| at.millis() - now.millis());
    Line {
        id: id_of(row),
        item: row.about.item_name.clone().unwrap_or_else(|| "未登记事项名称".to_owned()),
        agency: row.about.agency_name.clone().unwrap_or_else(|| row.standing.agency.clone()),
        level: row.about.level.parse::<SatisfactionLevel>().map_or("", level_name),
        stage: messages.stage(row.standing.stage),
        due: row.standing.due_at.map(shown_time).unwrap_or_default(),
        urgency: left.and_then(|left| {
            if left < 0 {
                Some("已超期")
            } else if left < DAY_MILLIS {
                Some("即将到期")
            } else {
                None
            }
        }),
        is_overdue: left.is_some_and(|left| left < 0),
        round: row.standing.round,
    }
}

#[derive(Template)]
#[template(path = "desk/nothing.html")]
struct Nothing {
    f: Frame,
    text: &'static str,
}

/// An address of the desk that leads nowhere.
pub(super) fn not_found(desk: &Desk) -> Response {
    let f = Frame::inside(desk, "", "没有找到", true);
    respond(StatusCode::NOT_FOUND, &Nothing { f, text: "没有这个页面，或者它不在您的办理范围内。" })
}
