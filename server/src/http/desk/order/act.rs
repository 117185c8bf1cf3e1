//! The page of an order, and its actions.

use axum::{extract::Path, http::StatusCode};
use haochaping::{
    text::trimmed,
    work_order::{Action, ActionKind, Cause, Class, Refused},
};
use haochaping_collector::work_orders::{act as orders, act::ActError};
use serde_json::{Map, Value};

use super::page::{FormState, LoadedOrder, Refusal};
use crate::http::{
    desk::{
        answer::{Answer, CHOOSE, DeskError, Fault},
        extract::{Allowed, Submitted},
        pages::Orders,
        saved::Saved,
        session::Fields,
        texts,
    },
    refused::in_chinese,
};

const MOVED: &str = "工单刚刚有了新的进展，请看过办理记录再提交。您填写的内容还在。";
const BUSY: &str = "系统繁忙，没有提交成功。您填写的内容还在，请稍后再试。";

/// The page.
pub(in crate::http) async fn show(
    Allowed { desk, .. }: Allowed<Orders>,
    Path(id): Path<String>,
) -> Answer {
    Ok(LoadedOrder::read(&desk, &id).await?.page(StatusCode::OK, &FormState::default()))
}

/// An action.
pub(in crate::http) async fn act(
    Path(id): Path<String>,
    Submitted { desk, fields, .. }: Submitted<Orders>,
) -> Answer {
    let order = LoadedOrder::read(&desk, &id).await?;
    let Some(kind) = ActionKind::from_name(fields.get("action")) else {
        let state = FormState { notice: CHOOSE, ..FormState::default() };
        return Ok(order.page(StatusCode::UNPROCESSABLE_ENTITY, &state));
    };
    match take(&order, kind, &fields).await {
        Ok(()) => {
            let done = Saved::new(format!("已登记：{}。", texts::action(kind)));
            // The order may be another's now; who gave it away goes back to the list.
            Ok(if order.is_still_seen(&id).await {
                done.then("/desk", "返回待办").show_at(&desk, &format!("/desk/orders/{id}"))
            } else {
                done.show_at(&desk, "/desk")
            })
        }
        Err(error) => {
            let fault = error.into_fault()?;
            let (status, message) = (fault.status, fault.message.clone());
            let of_page = if status == StatusCode::UNPROCESSABLE_ENTITY { "" } else { &message };
            let refusal = Some(Refusal { action: kind, form: &fields, fault });
            Ok(order.page(status, &FormState { notice: of_page, refusal, ..FormState::default() }))
        }
    }
}

async fn take(order: &LoadedOrder<'_>, kind: ActionKind, fields: &Fields) -> Result<(), DeskError> {
    let action = read_action(kind, fields).map_err(|name| Fault::at(name, "请选择。"))?;
    let n_entries = fields.get("n_entries").parse().unwrap_or(u32::MAX);
    let actor = order.access.actor_about(&order.loaded);
    let taken = orders::act(&order.desk.app, &order.loaded, n_entries, action, &actor).await;
    taken.map(drop).map_err(|error| match error {
        ActError::Refused(Refused::Input { field, code }) => {
            Fault::at(field, in_chinese(&Refused::Input { field, code })).into()
        }
        ActError::Refused(refused) => DeskError::typed(in_chinese(&refused)),
        ActError::Moved(_) => Fault::moved(MOVED).into(),
        ActError::History(error) => {
            tracing::error!(%error, "an action of the desk was not taken");
            Fault { message: BUSY.into(), ..Fault::busy() }.into()
        }
    })
}

/// The action of a form: of its fields those that this action has, and no others. The name of one
/// that cannot be read.
fn read_action(kind: ActionKind, fields: &Fields) -> Result<Action, &'static str> {
    let mut map = Map::from_iter([("action".to_owned(), Value::from(kind.name()))]);
    for name in kind.fields() {
        let value = trimmed(&fields.get(name).replace("\r\n", "\n")).to_owned();
        let is_choice = match *name {
            "cause" => Cause::from_name(&value).is_none(),
            "class" => Class::from_name(&value).is_none(),
            _ => false,
        };
        if is_choice {
            return Err(name);
        }
        map.insert((*name).to_owned(), Value::from(value));
    }
    serde_json::from_value(Value::Object(map)).map_err(|_| "action")
}
