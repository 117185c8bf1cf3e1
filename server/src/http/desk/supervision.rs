//! 督办: what a service-management body keeps an eye on, and the ratings in quarantine, about which
//! it decides without knowing what they say.

use std::time::Duration;

use askama::Template;
use axum::{extract::Path, http::StatusCode};
use haochaping::{calendar::Instant, link::Receipt, work_order::Stage};
use haochaping_collector::cards::change;
use haochaping_store::{
    Decision, Quarantined, StoreError,
    order::queue::{DeskQuery, OrderQueue},
};
use serde::Deserialize;

use super::{
    answer::{Answer, CHOOSE, DeskError, Fault},
    extract::{Allowed, Submitted},
    frame::{Frame, respond},
    pages::{Page, Supervision},
    saved::Saved,
    session::{Desk, trimmed},
};
use crate::http::filters;

/// The longest reason, in characters.
const WHY_MAX: usize = 200;
/// Counted no further: a desk that has more has other worries.
const COUNTED_MAX: u32 = 9_999;

struct Held {
    receipt: String,
    card: u32,
    region: String,
    limit: &'static str,
    rated_at: Instant,
    release_at: Instant,
    /// No reprisal: those whose card it is decide nothing, and learn no more than the day.
    may_decide: bool,
}

/// How many orders wait in a queue.
struct Count {
    name: &'static str,
    path: &'static str,
    n: u64,
}

/// The form of a rating in quarantine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    decision: String,
    #[serde(deserialize_with = "trimmed")]
    why: String,
}

/// What was refused: of which rating, and what was typed.
#[derive(Default)]
struct FormState<'a> {
    receipt: &'a str,
    why: &'a str,
    fault: &'a str,
}

#[derive(Template)]
#[template(path = "desk/supervision.html")]
struct SupervisionPage<'a> {
    f: Frame,
    counts: Vec<Count>,
    held: Vec<Held>,
    state: &'a FormState<'a>,
}

/// The page.
pub(in crate::http) async fn show(Allowed { desk, .. }: Allowed<Supervision>) -> Answer {
    page(&desk, StatusCode::OK, &FormState::default()).await
}

async fn page(desk: &Desk, status: StatusCode, state: &FormState<'_>) -> Answer {
    let (counts, held) = read(desk).await?;
    let held = held.iter().map(|one| shown(desk, one)).collect();
    let f = Frame::inside(desk, Supervision::PATH, "督办", !status.is_success());
    Ok(respond(status, &SupervisionPage { f, counts, held, state }))
}

async fn read(desk: &Desk) -> Result<(Vec<Count>, Vec<Quarantined>), StoreError> {
    let (store, now) = (&desk.app.store, desk.app.clock.now());
    let soon = now + Duration::from_hours(24);
    let all = DeskQuery {
        queue: OrderQueue::Due,
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
        (
            "24 小时内到期",
            "/desk?due=soon",
            DeskQuery { due_before: Some(soon), due_from: Some(now), ..all.clone() },
        ),
        (
            "拟认定误评或恶意",
            "/desk?stage=contested",
            DeskQuery { stages: vec![Stage::Contested], ..all.clone() },
        ),
        ("待裁定的申诉与改派", "/desk/appeals", DeskQuery { queue: OrderQueue::Body, ..all }),
    ];
    let mut counts = Vec::new();
    for (name, path, query) in asked {
        counts.push(Count { name, path, n: store.count_orders(query).await? });
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
    Held {
        receipt: receipt_of(one),
        card: one.card,
        region: desk.app.region_name(one.region),
        limit: if one.reason == "source" { "同一来源过多" } else { "一天过多" },
        rated_at: one.rated_at,
        release_at: one.release_at,
        may_decide,
    }
}

/// Lets a rating count now, or leaves it out for good. The body whose card it is does not decide
/// about it.
pub(in crate::http) async fn decide(
    Path(receipt): Path<String>,
    Submitted { desk, form, .. }: Submitted<Supervision, Form>,
) -> Answer {
    match apply(&desk, &receipt, &form).await {
        Ok(saved) => Ok(saved.show_at(&desk, Supervision::PATH)),
        Err(error) => {
            let fault = error.into_fault()?;
            page(
                &desk,
                fault.status,
                &FormState { receipt: &receipt, why: &form.why, fault: &fault.message },
            )
            .await
        }
    }
}

async fn apply(desk: &Desk, receipt: &str, form: &Form) -> Result<Saved, DeskError> {
    let found = held(desk).await?.into_iter().find(|one| receipt_of(one) == receipt);
    let one = found.ok_or_else(|| DeskError::gone(desk))?;
    let (decision, done) = match form.decision.as_str() {
        "release" => (Decision::Released, "这条评价从现在起计入"),
        "exclude" => (Decision::Excluded, "这条评价不计入"),
        _ => return Err(DeskError::typed(CHOOSE)),
    };
    if !shown(desk, &one).may_decide {
        return Err(DeskError::typed("不能决定本机构服务码的评价。"));
    }
    if form.why.is_empty() || form.why.chars().count() > WHY_MAX {
        return Err(DeskError::typed("请填写理由，最多 200 个字。"));
    }
    if !change::decide(&desk.app.acting(desk.actor()), &one, (receipt, decision, &form.why)).await?
    {
        return Err(Fault::moved("这条评价刚刚已由他人决定，或已到期计入，请刷新查看。").into());
    }
    Ok(Saved::new(format!("{done}：{receipt}。理由已记录。")))
}
