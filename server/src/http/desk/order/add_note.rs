//! Adds an inner note to an order.

use axum::extract::Path;
use haochaping::{text::is_plain, work_order::TEXT_MAX};
use haochaping_collector::accounts::audit_trail::AuditAction;
use serde::Deserialize;

use super::{
    notes,
    page::{FormState, LoadedOrder, Unkept},
};
use crate::http::desk::{
    answer::{Answer, DeskError},
    extract::Submitted,
    pages::Orders,
    saved::Saved,
    session::trimmed,
};

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Form {
    #[serde(deserialize_with = "trimmed")]
    note: String,
}

/// Adds one.
pub(in crate::http) async fn add(
    Path(id): Path<String>,
    Submitted { desk, form, .. }: Submitted<Orders, Form>,
) -> Answer {
    let order = LoadedOrder::read(&desk, &id).await?;
    match keep(&order, &id, &form.note).await {
        Ok(()) => Ok(Saved::new("备注已保存。").show_at(&desk, &format!("/desk/orders/{id}"))),
        Err(error) => {
            let fault = error.into_fault()?;
            let note = Unkept { typed: &form.note, fault: &fault.message };
            Ok(order.page(fault.status, &FormState { note, ..FormState::default() }))
        }
    }
}

async fn keep(order: &LoadedOrder<'_>, id: &str, text: &str) -> Result<(), DeskError> {
    let (desk, row) = (order.desk, &order.loaded.row);
    if text.is_empty() {
        return Err(DeskError::typed("请填写。"));
    }
    if text.chars().count() > TEXT_MAX {
        return Err(DeskError::typed("最多 2000 个字。"));
    }
    if !is_plain(text) {
        return Err(DeskError::typed("含有不能使用的字符。"));
    }
    let note = notes::seal(&desk.app, row, desk.actor().to_string(), text);
    desk.app
        .store
        .add_note(row.part, row.rating, note, desk.audit(AuditAction::NoteAdded, id))
        .await?;
    Ok(())
}
