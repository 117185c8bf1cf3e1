//! 督办: what a service-management body keeps an eye on, and the ratings in quarantine, about which it decides without
//! knowing what they say.

use askama::Template;
use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use haochaping::{
    calendar::{DAY_MILLIS, Instant},
    link::Receipt,
    text::trimmed,
    work_order::Stage,
};
use haochaping_collector::accounts::staff::entry;
use haochaping_store::{
    Decision, Quarantined, StoreError,
    order::queue::{DeskQuery, Pile},
};

use super::{
    frame::{Frame, respond},
    list::not_found,
    order::{failed, shown_time},
    session::{Desk, Posted},
    sign_in::{BUSY, CHOOSE},
};

const PAGE: &str = "/desk/supervision";
/// Counted no further: a desk that has more has other worries.
const COUNTED_MAX: u32 = 9_999;

struct Held {
    receipt: String,
    card: u32,
    region: String,
    limit: &'static str,
    rated_at: String,
    release_at: String,
    may_decide: bool,
}

#[derive(Template)]
#[template(path = "desk/supervision.html")]
struct Supervision<'a> {
    f: Frame,
    counts: Vec<(&'static str, &'static str, u64)>,
    held: Vec<Held>,
    fault: &'static str,
    typed: (&'a str, &'a str),
}

/// The page.
pub(in crate::http) async fn show(desk: Desk) -> Response {
    match desk.lacks(PAGE).await {
        None => page(&desk, StatusCode::OK, "", ("", "")).await,
        Some(answer) => answer,
    }
}

async fn page(desk: &Desk, status: StatusCode, fault: &'static str, typed: (&str, &str)) -> Response {
    match read(desk).await {
        Ok((counts, held)) => {
            let held = held.iter().map(|one| shown(desk, one)).collect();
            let f = Frame::inside(desk, PAGE, "督办", !status.is_success());
            respond(status, &Supervision { f, counts, held, fault, typed })
        }
        Err(error) => failed(&desk.app, &error),
    }
}

type Counted = (&'static str, &'static str, u64);

async fn read(desk: &Desk) -> Result<(Vec<Counted>, Vec<Quarantined>), StoreError> {
    let (store, now) = (&desk.app.store, desk.app.clock.now());
    let soon = Instant::from_millis(now.millis() + DAY_MILLIS);
    let all = DeskQuery {
        pile: Pile::Due,
        agency: None,
        region: desk.session.staff.region,
        stages: Vec::new(),
        due_before: None,
        due_from: None,
        is_dispatched: false,
        after: None,
        limit: COUNTED_MAX,
    };
    let asked = [
        ("已超期", "/desk?due=overdue", DeskQuery { due_before: Some(now), ..all.clone() }),
        ("24 小时内到期", "/desk?due=soon", DeskQuery { due_before: Some(soon), due_from: Some(now), ..all.clone() }),
        ("拟认定误评或恶意", "/desk?stage=contested", DeskQuery { stages: vec![Stage::Contested], ..all.clone() }),
        ("待裁定的申诉与改派", "/desk/appeals", DeskQuery { pile: Pile::Body, ..all }),
    ];
    let mut counts = Vec::new();
    for (name, href, query) in asked {
        counts.push((name, href, store.count_orders(query).await?));
    }
    Ok((counts, held(desk).await?))
}

/// The ratings in quarantine within their region.
async fn held(desk: &Desk) -> Result<Vec<Quarantined>, StoreError> {
    let region = desk.session.staff.region;
    let held = desk.app.store.quarantined(false).await?;
    Ok(held.into_iter().filter(|one| region.contains(one.region)).collect())
}

fn receipt_of(one: &Quarantined) -> String {
    Receipt::of(one.part, &one.rating).as_str().to_owned()
}

fn shown(desk: &Desk, one: &Quarantined) -> Held {
    let may_decide = desk.session.staff.agency.as_deref() != Some(one.agency.as_str());
    // No reprisal: those whose card it is learn no more than the day.
    let shown = |at: Instant| if may_decide { shown_time(at) } else { at.date_in_china().to_string() };
    Held {
        receipt: receipt_of(one),
        card: one.card,
        region: desk.app.region_name(one.region),
        limit: if one.reason == "source" { "同一来源过多" } else { "一天过多" },
        rated_at: shown(one.rated_at),
        release_at: shown(one.release_at),
        may_decide,
    }
}

/// Lets a rating count now, or leaves it out for good. The body whose card it is does not decide about it.
pub(in crate::http) async fn decide(Path(receipt): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    if let Some(answer) = desk.lacks(PAGE).await {
        return answer;
    }
    let found = match held(desk).await {
        Ok(held) => held.into_iter().find(|one| receipt_of(one) == receipt),
        Err(error) => return failed(&desk.app, &error),
    };
    let Some(one) = found else { return not_found(desk) };
    let why = trimmed(posted.get("why"));
    let decision = match posted.get("decision") {
        "release" => Decision::Released,
        "exclude" => Decision::Excluded,
        _ => return page(desk, StatusCode::UNPROCESSABLE_ENTITY, CHOOSE, (&receipt, why)).await,
    };
    let refused = async |status, fault| page(desk, status, fault, (&receipt, why)).await;
    if !shown(desk, &one).may_decide {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "不能决定本机构服务码的评价。").await;
    }
    if why.is_empty() || why.chars().count() > 200 {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "请填写理由，最多 200 个字。").await;
    }
    let who = format!("staff:{}", desk.session.staff.name);
    let said = entry(&*desk.app.clock, &who, &format!("rating-{}", decision.name()), &receipt);
    match desk.app.store.decide(one.part, one.rating, decision, why, said).await {
        Ok(_) => Redirect::to(&format!("{}{PAGE}", desk.app.config.base_path())).into_response(),
        Err(error) => {
            tracing::error!(%error, "nothing was decided about a rating in quarantine");
            refused(StatusCode::SERVICE_UNAVAILABLE, BUSY).await
        }
    }
}
