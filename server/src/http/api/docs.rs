//! `GET /api/docs`: the contract of the API as a page, by task. What is written here needs no
//! script.

use std::{
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use haochaping::form::html::escape;
use haochaping_collector::state::App;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::openapi::{self, Task};
use crate::{
    assets,
    http::page::{Host, policy_of},
};

/// The viewer, if it was built.
const VIEWER: &str = "haochaping-docs.js";
const STYLE: &str = include_str!("../../../templates/docs.css");

/// The rules of a scroll bar that comes with the viewer.
const SCROLL_BAR: &str = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='";

/// The page's own rules. Elements of style may also be that scroll bar's, or empty: the viewer adds
/// its rules to those by script.
static STYLE_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |style: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(style)));
    let (own, empty) = (hash(STYLE), hash(""));
    format!("style-src {own}; style-src-elem {own} {SCROLL_BAR} {empty}")
});

struct Script {
    src: String,
    integrity: &'static str,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs<'a> {
    base: &'a str,
    style: &'static str,
    content: String,
    script: Option<Script>,
}

/// The page.
pub async fn show(State(app): State<Arc<App>>) -> Response {
    let base = app.config.base_path();
    let src = format!("{base}/v/{}/{VIEWER}", assets::version());
    let script = assets::integrity(VIEWER).map(|integrity| Script { src, integrity });
    let page =
        Docs { base, style: STYLE, content: plain(&openapi::at(&app.config.public_url)), script };
    let mut response = Html(page.render().expect("a template of our own renders")).into_response();
    // The viewer puts the contract's own texts into the page, by the one policy that its start
    // makes.
    let policy = policy_of(&app.config, Host::default(), &STYLE_POLICY, "default dompurify");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Everything by task, to be opened one by one.
fn plain(document: &Value) -> String {
    let mut out = String::from(
        "<h1>接口文档</h1><p><a href=\"openapi.json\">openapi.json</a> · OpenAPI 3.1</p>",
    );
    put_paragraphs(&mut out, &document["info"]["description"]);
    for task in &openapi::operations().tasks {
        put_task(&mut out, task, document);
    }
    out
}

fn put_task(out: &mut String, task: &Task, document: &Value) {
    let _ = write!(out, "<h2 id=\"{}\">{}</h2>", escape(&task.name), escape(&task.title));
    let parts = ["paths", "webhooks"].map(|part| document[part].as_object().into_iter().flatten());
    for (path, item) in parts.into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation["tags"][0] == *task.name {
                put_operation(out, path, method, operation, document);
            }
        }
    }
}

fn put_operation(out: &mut String, path: &str, method: &str, operation: &Value, document: &Value) {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let call = format!("{} {}", method.to_uppercase(), escape(path));
    let _ = write!(
        out,
        "<details><summary>{} <code>{call}</code></summary>",
        text(&operation["summary"])
    );
    put_paragraphs(out, &operation["description"]);
    for sample in operation["x-codeSamples"].as_array().into_iter().flatten() {
        let _ = write!(out, "<pre>{}</pre>", text(&sample["source"]));
    }
    out.push_str("<dl>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let shared =
            answer["$ref"].as_str().and_then(|path| document.pointer(path.strip_prefix('#')?));
        let message = shared.unwrap_or(answer)["description"].as_str().unwrap_or_default();
        let _ = write!(out, "<dt><code>{status}</code></dt><dd>{}</dd>", marked(message));
    }
    out.push_str("</dl></details>");
}

fn put_paragraphs(out: &mut String, text: &Value) {
    for paragraph in text.as_str().unwrap_or_default().split("\n\n") {
        let _ = write!(out, "<p>{}</p>", marked(paragraph));
    }
}

/// The two marks of Markdown that the contract's texts have: what is bold, and what is code.
fn marked(text: &str) -> String {
    let between = |text: &str, mark: &str, tag: &str| {
        let parts = text.split(mark).enumerate();
        let inside = |(n, part): (usize, &str)| {
            if n % 2 == 1 { format!("<{tag}>{part}</{tag}>") } else { part.to_owned() }
        };
        parts.map(inside).collect::<String>()
    };
    between(&between(&escape(text), "`", "code"), "**", "b")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_texts_become_tags_and_nothing_else_does() {
        assert_eq!(marked("**认证**：`a<b`"), "<b>认证</b>：<code>a&lt;b</code>");
        assert_eq!(marked("<script>"), "&lt;script&gt;");
    }
}
