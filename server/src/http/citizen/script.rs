//! `GET /r/{ticket}/widget.js`: one tag that puts the element where it stands, with loader and form in one answer.
//!
//! Any page can include a script, so this one holds no more than the form shows: no key and no page token. Sending keeps its
//! CORS.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::form::{Element, STYLE};
use serde::{Deserialize, Serialize};

use super::{
    link::{Found, Link, Moment},
    view::{Asked, Filled, LinkView, Shape},
};
use crate::{app::App, assets, http::page::Reader};

/// What the tag's address may ask for.
#[derive(Debug, Default, Deserialize)]
pub struct TagQuery {
    lang: Option<String>,
    mode: Option<String>,
    theme: Option<String>,
    via: Option<String>,
}

/// What the loader is given.
#[derive(Serialize)]
struct Given<'a> {
    collector: &'a str,
    ticket: &'a str,
    /// The language of the content.
    lang: &'a str,
    /// Whether the tag asks for this language; else the page's own may want another.
    is_asked: bool,
    mode: &'a str,
    theme: &'a str,
    style: &'a str,
    /// Form or notice as nodes: no text that a page would have to parse.
    content: &'a Element,
}

/// The script. Its status is always 200, since a browser runs no other: what is wrong with the link the element says.
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
    let asked = Asked { lang: tag.lang, mode: tag.mode, via: tag.via, style: None };
    // The page's language is not known here, and its readers' is not the page's: without `?lang=` it is that of the texts.
    let lang = asked.lang.as_deref().unwrap_or("zh-Hans");
    let link = Link::Ticket(ticket);
    let theme = tag.theme.filter(|theme| ["light", "dark", "auto"].contains(&theme.as_str()));
    let view = LinkView {
        app: &app,
        reader: Reader::of(Some(lang), asked.mode.as_deref(), &headers),
        shape: Shape::Script { is_lang_asked: asked.lang.is_some(), theme: theme.unwrap_or_default() },
        link: &link,
        via: asked.via().to_owned(),
        is_style_inert: true,
    };
    match link.find(&app, Moment::Open).await {
        Err(reason) => view.no_form(reason),
        Ok(Found { rated_on: Some(on), .. }) => view.already_rated(&on, StatusCode::OK),
        Ok(found) => view.form(found, &Filled::default(), StatusCode::OK),
    }
}

/// Loader and content as one script.
pub(super) fn respond(view: &LinkView<'_>, is_lang_asked: bool, theme: &str, content: &Element) -> Response {
    let given = Given {
        collector: &view.app.config.public_url,
        ticket: view.link.token(),
        lang: view.reader.lang.tag(),
        is_asked: is_lang_asked,
        mode: if view.reader.is_elder() { view.reader.mode() } else { "" },
        theme,
        style: STYLE,
        content,
    };
    let [loader, tag] = assets::tag();
    let script = format!("(function(hcpGiven){{{loader}\n{tag}\n}})({});\n", to_script(&given));
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (StatusCode::OK, headers, script).into_response()
}

/// JSON as an expression: two line ends that JSON allows in a string end a line in the scripts of older engines.
fn to_script(given: &Given<'_>) -> String {
    let json = serde_json::to_string(given).expect("plain data has a JSON form");
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_line_of_the_script() {
        let content = Element::new("p").child("a\u{2028}b\u{2029}c\n</script>".to_owned());
        let (collector, ticket, lang) = ("https://c.example", "T", "zh-Hans");
        let given =
            Given { collector, ticket, lang, is_asked: false, mode: "", theme: "", style: "", content: &content };
        let script = to_script(&given);
        assert!(script.contains(r"a\u2028b\u2029c\n") && !script.contains(['\u{2028}', '\u{2029}', '\n']));
    }
}
