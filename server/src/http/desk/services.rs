//! 查找办件: a finished service by its case number; where an operator enters a rating at the
//! citizen's word.

use askama::Template;
use axum::{extract::Query, http::StatusCode};
use haochaping::{identifier::fold_number, work_order::Role};
use haochaping_collector::intake::{assist, assist::Operator};
use haochaping_store::assist::FoundService;
use serde::Deserialize;

use super::{
    answer::Answer,
    extract::Allowed,
    frame::{Frame, respond},
    pages::{Page, Services},
    session::Desk,
};

/// The case number.
#[derive(Debug, Default, Deserialize)]
pub(in crate::http) struct Params {
    #[serde(default)]
    case: String,
}

struct Line {
    name: String,
    item: String,
    agency: String,
    region: String,
    finished_on: String,
    number: u32,
    is_rated: bool,
    rated_on: Option<String>,
    may_enter: bool,
}

#[derive(Template)]
#[template(path = "desk/services.html")]
struct ServicesPage {
    f: Frame,
    case: String,
    lines: Vec<Line>,
    is_operator: bool,
}

/// The operator that somebody at the desk is.
pub(super) fn operator(desk: &Desk) -> Operator {
    let staff = &desk.session.staff;
    Operator {
        who: desk.actor().to_string(),
        agencies: staff.agency.iter().cloned().collect(),
        regions: vec![staff.region],
    }
}

/// What a service is called in addresses of the desk.
pub(super) fn name_of(service: &FoundService) -> String {
    format!("{}-{}", service.part, uuid::Uuid::from_bytes(service.id))
}

/// The page.
pub(in crate::http) async fn show(
    Allowed { desk, .. }: Allowed<Services>,
    Query(params): Query<Params>,
) -> Answer {
    let (operator, case) = (operator(&desk), fold_number(&params.case));
    let found = if case.is_empty() {
        Vec::new()
    } else {
        assist::find(&desk.app, &operator, &case).await?
    };
    let is_operator = desk.session.staff.role == Role::Operator;
    let line = |service: FoundService| Line {
        name: name_of(&service),
        may_enter: is_operator && operator.may_enter(&service) && service.rated_at.is_none(),
        // No reprisal: by its day somebody of the rated body would tell an anonymous person by case
        // number.
        rated_on: service
            .rated_at
            .filter(|_| operator.may_enter(&service))
            .map(|at| at.date_in_china().to_string()),
        is_rated: service.rated_at.is_some(),
        item: service.item_name.unwrap_or_else(|| "未登记事项名称".to_owned()),
        agency: service.agency_name.unwrap_or(service.agency),
        region: desk.app.region_name(service.region),
        finished_on: service.finished_at.date_in_china().to_string(),
        number: service.service_number,
    };
    let lines = found.into_iter().map(line).collect();
    let f = Frame::inside(&desk, Services::PATH, "查找办件", false);
    Ok(respond(StatusCode::OK, &ServicesPage { f, case, lines, is_operator }))
}
