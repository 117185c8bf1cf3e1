//! `GET /api/openapi.json`.

use axum::Json;
use haochaping::wire::v1;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::http::citizen;

#[derive(OpenApi)]
#[openapi(
    info(title = "haochaping", description = "The collector of 政务服务“好差评”", license(name = "MIT OR Apache-2.0")),
    paths(
        super::services::create,
        super::ratings::create,
        super::progress::show,
        super::proof::show,
        citizen::follow_up::create,
        super::links::show,
        super::statistics::show,
        super::open_data::show,
        super::hot_words::show,
        super::assisted_ratings::create,
        super::relay::create,
        super::work_orders::list,
        super::work_orders::show,
        super::work_orders::act,
        super::work_orders::contact,
        super::webhooks::receive,
        super::widget_failures::create,
        super::windows::call,
        super::windows::show,
        super::windows::withdraw,
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
    ),
    components(schemas(v1::Problem, v1::Violation)),
    modifiers(&ApiKey)
)]
struct Document;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        if let Some(components) = &mut document.components {
            components.add_security_scheme("api_key", SecurityScheme::Http(scheme));
        }
    }
}

/// The document.
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document as it is kept in `server/openapi.json`.
pub fn text() -> String {
    let mut text = document().to_pretty_json().expect("the document is plain data");
    text.push('\n');
    text
}

/// The document as an answer.
pub async fn show() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}

#[cfg(test)]
mod tests {
    #[test]
    fn file_and_server_say_the_same() {
        let kept = include_str!("../../../openapi.json");
        assert!(kept == super::text(), "server/openapi.json is out of date: run `cargo xtask codegen`");
    }
}
