//! The contact of a rater in full: after the password once more, and against a reason.

use axum::{extract::Path, http::StatusCode};
use haochaping::wire::v1;
use haochaping_collector::work_orders::contact::{DisclosureError, disclose};
use serde::Deserialize;

use super::page::{FormState, LoadedOrder, Unkept};
use crate::http::desk::{
    answer::{Answer, DeskError},
    extract::Submitted,
    pages::Orders,
    password::{WRONG, is_still},
};

/// The form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    reason: String,
    password: String,
}

/// Shows it on the order's page, in this answer and no other.
pub(in crate::http) async fn show(
    Path(id): Path<String>,
    Submitted { desk, form, .. }: Submitted<Orders, Form>,
) -> Answer {
    let order = LoadedOrder::read(&desk, &id).await?;
    match open(&order, &form).await {
        Ok(contact) => Ok(order
            .page(StatusCode::OK, &FormState { contact: Some(contact), ..FormState::default() })),
        Err(error) => {
            let fault = error.into_fault()?;
            let reason = Unkept { typed: &form.reason, fault: &fault.message };
            Ok(order.page(fault.status, &FormState { reason, ..FormState::default() }))
        }
    }
}

async fn open(order: &LoadedOrder<'_>, form: &Form) -> Result<v1::Contact, DeskError> {
    let desk = order.desk;
    if !is_still(&desk.app, &desk.session.staff.name, desk.client, &form.password).await? {
        return Err(DeskError::typed(WRONG));
    }
    disclose(&desk.app, &order.loaded, &desk.actor(), &form.reason).await.map_err(|error| {
        match error {
            DisclosureError::Reason("required") => DeskError::typed("请填写查看理由。"),
            DisclosureError::Reason(_) => DeskError::typed("查看理由最多 2000 个字。"),
            DisclosureError::Nothing => DeskError::typed("没有可以查看的联系方式。"),
            DisclosureError::Store(error) => DeskError::Store(error),
        }
    })
}
