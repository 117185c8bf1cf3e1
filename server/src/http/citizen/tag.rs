//! Loader and content as one script, for the one tag of a portal.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use haochaping::form::Element;
use serde::Serialize;

use crate::assets;

/// What the loader is given.
#[derive(Serialize)]
pub(super) struct Given<'a> {
    pub(super) collector: &'a str,
    pub(super) ticket: &'a str,
    /// The language of the content.
    pub(super) lang: &'a str,
    /// Whether the tag asks for this language; else the page's own may want another.
    pub(super) is_asked: bool,
    pub(super) mode: &'a str,
    pub(super) theme: &'a str,
    pub(super) style: &'a str,
    /// Form or notice as nodes: no text that a page would have to parse.
    pub(super) content: &'a Element,
}

/// Loader and content as one script.
pub(super) fn respond(given: &Given<'_>) -> Response {
    let [loader, tag] = assets::tag();
    let script = format!("(function(hcpGiven){{{loader}\n{tag}\n}})({});\n", to_script(given));
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (StatusCode::OK, headers, script).into_response()
}

/// JSON as an expression: two line ends that JSON allows in a string end a line in the scripts of
/// older engines.
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
        let given = Given {
            collector,
            ticket,
            lang,
            is_asked: false,
            mode: "",
            theme: "",
            style: "",
            content: &content,
        };
        let script = to_script(&given);
        assert!(
            script.contains(r"a\u2028b\u2029c\n")
                && !script.contains(['\u{2028}', '\u{2029}', '\n'])
        );
    }
}
