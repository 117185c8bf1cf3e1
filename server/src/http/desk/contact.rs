//! The contact of a rater in full: after the password once more, and against a reason.

use axum::{extract::Path, http::StatusCode, response::Response};
use haochaping_collector::{
    state::App,
    work_orders::{contact as disclosure, contact::DisclosureError},
};
use haochaping_store::{StoreError, order::OrderRow};

use super::{
    admit::is_still,
    order::{Back, Opened, shown_time},
    session::Posted,
    sign_in::{BUSY, WRONG},
};

/// Who has seen it: when, who, why.
pub(super) async fn read(app: &App, row: &OrderRow) -> Result<Vec<(String, String, String)>, StoreError> {
    let seen = disclosure::seen_by(app, row).await?.into_iter();
    Ok(seen
        .map(|one| {
            let who = one.who.strip_prefix("staff:").unwrap_or(&one.who).to_owned();
            (shown_time(one.at), who, one.reason)
        })
        .collect())
}

/// Shows it on the order's page, in this answer and no other.
pub(in crate::http) async fn show(Path(id): Path<String>, posted: Posted) -> Response {
    let desk = &posted.desk;
    let opened = match Opened::read(desk, &id).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    let (reason, name) = (posted.get("reason"), &desk.session.staff.name);
    let back = |status, fault| opened.page(status, &Back { reason: (reason, fault), ..Back::default() });
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    match is_still(&desk.app, name, desk.client, posted.get("password")).await {
        Ok(true) => {}
        Ok(false) => return back(unprocessable, WRONG),
        Err(error) => {
            tracing::error!(%error, "a password was not checked");
            return back(StatusCode::SERVICE_UNAVAILABLE, BUSY);
        }
    }
    match disclosure::disclose(&desk.app, &opened.loaded, &format!("staff:{name}"), reason).await {
        Ok(contact) => opened.page(StatusCode::OK, &Back { contact: Some(contact), ..Back::default() }),
        Err(DisclosureError::Reason("required")) => back(unprocessable, "请填写查看理由。"),
        Err(DisclosureError::Reason(_)) => back(unprocessable, "查看理由最多 2000 个字。"),
        Err(DisclosureError::Nothing) => back(unprocessable, "没有可以查看的联系方式。"),
        Err(DisclosureError::Store(error)) => {
            tracing::error!(%error, "a contact was not shown");
            back(StatusCode::SERVICE_UNAVAILABLE, BUSY)
        }
    }
}
