//! `GET /r/{ticket}/widget.js`: one tag that puts the element where it stands, with loader and form
//! in one answer.
//!
//! Any page can include a script, so this one holds no more than the form shows: no key and no page
//! token. Sending keeps its CORS.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use haochaping_collector::state::App;
use serde::Deserialize;

use super::{
    link::{Access, Link, LinkTarget},
    view::{Filled, LinkView, Params, Shape},
};
use crate::{assets, http::page::Reader};

/// What the tag's address may ask for.
#[derive(Debug, Default, Deserialize)]
pub struct TagQuery {
    lang: Option<String>,
    mode: Option<String>,
    theme: Option<String>,
    via: Option<String>,
}

/// The script. Its status is always 200, since a browser runs no other: what is wrong with the link
/// the element says.
#[utoipa::path(
    get, path = "/r/{ticket}/widget.js", operation_id = "loadWidget", tag = "pages",
    params(
        ("ticket" = String, Path), ("lang" = Option<String>, Query), ("mode" = Option<String>, Query),
        ("theme" = Option<String>, Query), ("via" = Option<String>, Query),
    ),
    responses(
        (status = 200, description = "loader and form, or why there is none", content_type = "text/javascript"),
        (status = 400, description = "the address cannot be read", content_type = "text/html"),
        (status = 404, description = "the collector was built without the widget", content_type = "text/plain"),
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    Path(ticket): Path<String>,
    Query(tag): Query<TagQuery>,
    headers: HeaderMap,
) -> Response {
    if assets::version().is_empty() {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    }
    let asked = Params { lang: tag.lang, mode: tag.mode, via: tag.via, style: None };
    // The page's language is not known here, and its readers' is not the page's: without `?lang=`
    // it is that of the texts.
    let lang = asked.lang.as_deref().unwrap_or("zh-Hans");
    let link = Link::Ticket(ticket);
    let theme = tag.theme.filter(|theme| ["light", "dark", "auto"].contains(&theme.as_str()));
    let view = LinkView {
        app: &app,
        reader: Reader::of(Some(lang), asked.mode.as_deref(), &headers),
        shape: Shape::Script {
            is_lang_asked: asked.lang.is_some(),
            theme: theme.unwrap_or_default(),
        },
        link: &link,
        region: None,
        via: asked.via().to_owned(),
        is_style_inert: true,
    };
    match link.find(&app, Access::Open).await {
        Err(reason) => view.no_form(reason),
        Ok(LinkTarget { rated_on: Some(on), .. }) => view.already_rated(&on, StatusCode::OK),
        Ok(found) => view.form(found, &Filled::default(), StatusCode::OK),
    }
}
