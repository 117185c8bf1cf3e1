//! `GET /api/docs`: the contract of the API as a page, by task. What is written here needs no script.

use std::{fmt::Write as _, sync::Arc};

use axum::{extract::State, http::HeaderMap, response::Response};
use haochaping::form::html::escape;
use serde_json::Value;

use super::openapi::{self, Task};
use crate::{
    app::App,
    http::page::{self, Page, Reader},
};

/// The page.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let document = openapi::at(&app.config.public_url);
    let mut out = String::from("<p><a href=\"openapi.json\">openapi.json</a> · OpenAPI 3.1</p>");
    put_paragraphs(&mut out, &document["info"]["description"]);
    for task in &openapi::operations().tasks {
        put_task(&mut out, task, &document);
    }
    page::respond(&app, Reader::of(None, None, &headers), &Page::new("接口文档", "/api/docs", out))
}

fn put_task(out: &mut String, task: &Task, document: &Value) {
    let _ = write!(out, "<h2 id=\"{}\">{}</h2>", escape(&task.name), escape(&task.title));
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation["tags"][0] == *task.name {
                put_operation(out, path, method, operation);
            }
        }
    }
}

fn put_operation(out: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let call = format!("{} {}", method.to_uppercase(), escape(path));
    let _ = write!(out, "<details><summary>{} <code>{call}</code></summary>", text(&operation["summary"]));
    put_paragraphs(out, &operation["description"]);
    for sample in operation["x-codeSamples"].as_array().into_iter().flatten() {
        let _ = write!(out, "<pre>{}</pre>", text(&sample["source"]));
    }
    out.push_str("<dl>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let _ = write!(out, "<dt><code>{status}</code></dt><dd>{}</dd>", text(&answer["description"]));
    }
    out.push_str("</dl></details>");
}

fn put_paragraphs(out: &mut String, text: &Value) {
    for paragraph in text.as_str().unwrap_or_default().split("\n\n") {
        let _ = write!(out, "<p>{}</p>", escape(paragraph));
    }
}
