//! `GET /api/docs`: the API document as a page, without script and without anything from elsewhere.

use std::{fmt::Write as _, sync::Arc};

use axum::{extract::State, http::HeaderMap, response::Response};
use haochaping::form::html::escape;
use serde_json::Value;

use super::openapi;
use crate::{
    app::App,
    http::page::{self, Page, Reader},
};

/// The page.
pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let document = serde_json::to_value(openapi::document()).unwrap_or_default();
    let mut out = String::from("<p><a href=\"openapi.json\">openapi.json</a></p>");
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            put_operation(&mut out, path, method, operation);
        }
    }
    out.push_str("<h2>Schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        put_schema(&mut out, name, schema);
    }
    page::respond(&app, Reader::of(None, None, &headers), &Page::new("API", "/api/docs", out))
}

fn put_operation(out: &mut String, path: &str, method: &str, operation: &Value) {
    let summary = escape(operation["summary"].as_str().unwrap_or(""));
    let heading = format!("{} {}", method.to_uppercase(), escape(path));
    let _ = write!(out, "<h2><code>{heading}</code></h2><p>{summary}</p>");
    let body = operation["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    if let Some((kind, content)) = body {
        let _ = write!(out, "<p>{}: {}</p>", escape(kind), reference(&content["schema"]));
    }
    out.push_str("<div class=\"scroll\"><table><tbody>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let said = escape(response["description"].as_str().unwrap_or(""));
        let body = response["content"].as_object().and_then(|content| content.values().next());
        let schema = body.map(|content| reference(&content["schema"])).unwrap_or_default();
        let _ = write!(out, "<tr><td>{status}</td><td>{said}</td><td>{schema}</td></tr>");
    }
    out.push_str("</tbody></table></div>");
}

fn put_schema(out: &mut String, name: &str, schema: &Value) {
    let _ = write!(out, "<h3 id=\"{0}\"><code>{0}</code></h3>", escape(name));
    let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else {
        let values: Vec<_> = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let _ = write!(out, "<p>{}</p>", escape(&values.join(" · ")));
        return;
    };
    out.push_str("<div class=\"scroll\"><table><tbody>");
    for (field, property) in properties {
        let mark = if required.contains(&field.as_str()) { "required" } else { "" };
        let said = escape(property["description"].as_str().unwrap_or(""));
        let _ = write!(
            out,
            "<tr><td><code>{}</code></td><td>{mark}</td><td>{said} {}</td></tr>",
            escape(field),
            reference(property)
        );
    }
    out.push_str("</tbody></table></div>");
}

/// A link to the schema that is named, if one is.
fn reference(schema: &Value) -> String {
    let named = schema["$ref"].as_str().or_else(|| schema["items"]["$ref"].as_str());
    let name = named.and_then(|path| path.rsplit('/').next()).unwrap_or("");
    if name.is_empty() { String::new() } else { format!("<a href=\"#{0}\">{0}</a>", escape(name)) }
}
