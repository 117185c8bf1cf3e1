//! The queues of the desk: what is due with the longest overdue first, what waits for somebody
//! else, what is at rest.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::Query,
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    messages::level_name,
    work_order::{Role, Stage},
};
use haochaping_collector::work_orders::{
    access::OrderAccess,
    act::{id_of, parse_id},
};
use haochaping_store::order::{
    OrderRow,
    queue::{After, DeskQuery, OrderQueue},
};
use serde::Deserialize;

use super::{
    answer::Answer,
    extract::Allowed,
    frame::{Frame, respond},
    pages::{Appeals, CallBacks, Closed, Due, Everybody, Page, Waiting, pages_of},
    session::Desk,
};
use crate::http::filters::to_minute;

const PAGE: u32 = 50;

/// Filters and the page; what cannot be read is left out.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Params {
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
struct List<'a> {
    f: Frame,
    lines: Vec<Line>,
    next: Option<String>,
    due: &'a str,
    stage: &'a str,
    stages: Vec<(&'static str, &'static str)>,
    has_due: bool,
}

/// 待办; whoever has none lands on the first page of theirs.
pub(in crate::http) async fn due(
    Allowed { desk, .. }: Allowed<Everybody>,
    Query(params): Query<Params>,
) -> Answer {
    match pages_of(desk.session.staff.role).next() {
        Some((first, _)) if first != Due::PATH => {
            Ok(Redirect::to(&format!("{}{first}", desk.app.config.base_path())).into_response())
        }
        _ => list(&desk, &params, OrderQueue::Due, Due::PATH, "待办工单").await,
    }
}

/// 等待中
pub(in crate::http) async fn waiting(
    Allowed { desk, .. }: Allowed<Waiting>,
    Query(params): Query<Params>,
) -> Answer {
    list(&desk, &params, OrderQueue::Waiting, Waiting::PATH, "等待中的工单").await
}

/// 已办结
pub(in crate::http) async fn closed(
    Allowed { desk, .. }: Allowed<Closed>,
    Query(params): Query<Params>,
) -> Answer {
    list(&desk, &params, OrderQueue::Closed, Closed::PATH, "已办结的工单").await
}

/// 申诉与改派
pub(in crate::http) async fn appeals(
    Allowed { desk, .. }: Allowed<Appeals>,
    Query(params): Query<Params>,
) -> Answer {
    list(&desk, &params, OrderQueue::Body, Appeals::PATH, "待裁定的申诉与改派").await
}

/// 回访: whom to ask whether the reply will do.
pub(in crate::http) async fn call_backs(
    Allowed { desk, .. }: Allowed<CallBacks>,
    Query(params): Query<Params>,
) -> Answer {
    list(&desk, &params, OrderQueue::Waiting, CallBacks::PATH, "待回访的工单").await
}

async fn list(
    desk: &Desk,
    params: &Params,
    queue: OrderQueue,
    path: &'static str,
    title: &str,
) -> Answer {
    let app = &desk.app;
    let (access, now) = (OrderAccess::of_staff(&desk.session.staff), app.clock.now());
    let rows = app.store.desk_orders(query(desk, params, queue, now)).await?;
    let last = rows.last().filter(|_| rows.len() == PAGE as usize).map(|row| {
        let key = if queue == OrderQueue::Due {
            row.standing.due_at.map_or(0, Instant::millis)
        } else {
            row.changed
        };
        format!("{key}_{}", id_of(row))
    });
    let more = last.map(|after| {
        format!(
            "{}{path}?due={}&stage={}&after={after}",
            app.config.base_path(),
            word(&params.due),
            word(&params.stage)
        )
    });
    let messages = haochaping::messages::Lang::ZhHans.page_messages();
    let lines = rows.iter().filter(|row| access.sees(row)).map(|row| line(row, now)).collect();
    let f = Frame::inside(desk, path, title, false);
    let stages = Stage::ALL.iter().filter(|stage| !matches!(stage, Stage::Opened | Stage::Closed));
    let stages = stages.map(|stage| (stage.name(), messages.stage(*stage))).collect();
    let list = List {
        f,
        lines,
        next: more,
        due: &params.due,
        stage: &params.stage,
        stages,
        has_due: queue == OrderQueue::Due,
    };
    Ok(respond(StatusCode::OK, &list))
}

/// A filter that goes into an address: a plain word or nothing.
fn word(text: &str) -> &str {
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') { text } else { "" }
}

fn query(desk: &Desk, params: &Params, queue: OrderQueue, now: Instant) -> DeskQuery {
    let staff = &desk.session.staff;
    let is_handler = staff.role == Role::Handler;
    let soon = now + Duration::from_hours(24);
    let (due_from, due_before) = match (queue, params.due.as_str()) {
        (OrderQueue::Due, "overdue") => (None, Some(now)),
        (OrderQueue::Due, "soon") => (Some(now), Some(soon)),
        _ => (None, None),
    };
    let mut stages: Vec<_> = Stage::from_name(&params.stage).into_iter().collect();
    if staff.role == Role::Operator {
        stages = vec![Stage::Replied];
    }
    let after = params
        .after
        .split_once('_')
        .and_then(|(key, id)| Some(After { key: key.parse().ok()?, id: parse_id(id)? }));
    DeskQuery {
        queue,
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
        level: level_name(row.about.level),
        stage: messages.stage(row.standing.stage),
        due: row.standing.due_at.map(to_minute).unwrap_or_default(),
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
