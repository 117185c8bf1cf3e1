//! `GET /api/openapi.json`: the contract of the API. Its shapes come from the handlers and from the
//! types of the wire; what `server/contract/` says of both is put on them: Chinese, bounds,
//! examples and problems.

mod descriptions;
mod example;
mod names;
mod operations;
mod problems;
mod types;
mod unions;
mod webhooks;

use std::sync::{Arc, LazyLock};

use axum::{
    extract::State,
    http::header,
    response::{AppendHeaders, IntoResponse, Response},
};
pub(super) use descriptions::{Operations, Task};
use haochaping::wire::v1;
use haochaping_collector::state::App;
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::http::{citizen, health, ledger};

#[derive(OpenApi)]
#[openapi(
    paths(
        super::services::create,
        super::links::show,
        super::ratings::create,
        super::progress::show,
        super::proof::show,
        citizen::follow_up::create,
        super::assisted_ratings::create,
        super::relay::create,
        super::work_orders::list,
        super::work_orders::show,
        super::work_orders::act,
        super::work_orders::contact,
        super::windows::call,
        super::windows::show,
        super::windows::withdraw,
        super::webhooks::receive,
        super::statistics::show,
        super::open_data::show,
        super::hot_words::show,
        ledger::key,
        ledger::checkpoint,
        ledger::cosigned,
        ledger::cosign,
        ledger::tile,
        ledger::tables,
        ledger::table,
        super::widget_failures::create,
        citizen::form::page,
        citizen::form::scanned_page,
        citizen::form::fragment,
        citizen::script::show,
        citizen::submit::submit,
        citizen::done::page,
        citizen::form::card_page,
        citizen::form::card_fragment,
        citizen::submit::submit_card,
        citizen::done::card_page,
        health::healthz,
        health::readyz,
    ),
    components(schemas(v1::Problem, v1::WorkOrderEvent, v1::RaterMessage, v1::Invitation))
)]
struct Shapes;

/// Where the collector is said to be in what is kept; the served document says where it is.
const EXAMPLE_URL: &str = "https://hcp.example.gov.cn";

/// The document of a collector that is nowhere yet.
static DOCUMENT: LazyLock<Value> = LazyLock::new(build);

fn build() -> Value {
    let mut document = serde_json::to_value(Shapes::openapi()).expect("the document is plain data");
    let (types, operations) = (descriptions::fields(), descriptions::operations());
    document["info"] = info();
    document["servers"] =
        json!([{"url": EXAMPLE_URL, "description": "本系统的公开地址 · the public address"}]);
    document["tags"] = operations.tasks.iter().map(Task::tag).collect();
    document["components"]["securitySchemes"] = json!({"api_key": {
        "type": "http",
        "scheme": "bearer",
        "description": "API 密钥，由运维用 `haochaping api-key add 名称 --scope …` 生成，只显示一次。每个密钥有范围：地区、部门与用途。\
            \n\nA key that the operator makes with `haochaping api-key add NAME --scope …`; it is shown once.",
    }});
    document["webhooks"] = webhooks::all();
    document["components"]["headers"] = operations.headers_shown();
    types::describe(&mut document, types);
    operations::describe(&mut document, operations, types);
    types::drop_unused(&mut document);
    document
}

fn info() -> Value {
    json!({
        "title": "好差评 · haochaping",
        "version": env!("CARGO_PKG_VERSION"),
        "description": include_str!("../../../../contract/introduction.md").trim(),
        "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
    })
}

/// The document as it is kept in `server/openapi.json`.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&*DOCUMENT).expect("the document is plain data");
    text.push('\n');
    text
}

/// The document of the collector at this address.
pub(super) fn at(public_url: &str) -> Value {
    let text = DOCUMENT.to_string().replace(EXAMPLE_URL, public_url);
    serde_json::from_str(&text).expect("an address is put where an address was")
}

/// What is said of operations.
pub(super) fn operations() -> &'static Operations {
    descriptions::operations()
}

/// The document as an answer. Tools on other sites may read it: it is the same for everybody.
pub async fn show(State(app): State<Arc<App>>) -> Response {
    let headers = AppendHeaders([
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::CACHE_CONTROL, "no-cache"),
    ]);
    (headers, axum::Json(at(&app.config.public_url))).into_response()
}

#[cfg(test)]
mod tests;
