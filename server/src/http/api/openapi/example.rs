//! Examples: of a body, put together from those of its fields, and of a call from a shell.

use serde_json::{Map, Value};

/// The placeholder of a key in an example.
const KEY: &str = "$HAOCHAPING_API_KEY";

/// An example of a type: what is required, and what has an example.
pub(super) fn example_of(schema: &Value, schemas: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return example_of(&schemas[name], schemas);
    }
    if let Some(example) = schema["examples"].get(0).or_else(|| schema.get("const")) {
        return example.clone();
    }
    if let Some(first) = schema["oneOf"]
        .get(0)
        .or_else(|| schema["enum"].get(0).filter(|_| schema["type"] != "object"))
    {
        return if first.is_object() { example_of(first, schemas) } else { first.clone() };
    }
    match schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]).as_str() {
        Some("object") => Value::Object(example_of_object(schema, schemas)),
        Some("array") => Value::Array(vec![example_of(&schema["items"], schemas)]),
        Some("integer" | "number") => 1.into(),
        Some("boolean") => false.into(),
        _ => "示例".into(),
    }
}

fn example_of_object(schema: &Value, schemas: &Value) -> Map<String, Value> {
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let shown = properties
        .filter(|(name, field)| required.contains(&name.as_str()) || !field["examples"].is_null());
    shown.map(|(name, field)| (name.clone(), example_of(field, schemas))).collect()
}

/// A call by curl, one part a line.
pub(super) fn shell(url: &str, method: &str, operation: &Value, body: Option<&Value>) -> String {
    let mut url = url.to_owned();
    let mut query = Vec::new();
    let mut lines = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let is_required = parameter["required"] == true;
        let example = &parameter["example"];
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        match parameter["in"].as_str() {
            Some("path") => url = url.replace(&format!("{{{name}}}"), &example),
            Some("query") if is_required || name == "region" => {
                query.push(format!("{name}={example}"));
            }
            Some("header") if is_required => lines.push(format!("-H '{name}: {example}'")),
            _ => {}
        }
    }
    if operation["security"].as_array().is_some_and(|all| !all.is_empty()) {
        lines.push(format!("-H \"Authorization: Bearer {KEY}\""));
    }
    if let Some(body) = body {
        lines.push("-H 'Content-Type: application/json'".to_owned());
        lines.push(format!("-d '{body:#}'"));
    }
    let media = operation
        .get("requestBody")
        .and_then(|body| body.get("content")?.get("application/octet-stream"));
    if media.is_some() {
        lines.push("--data-binary @FILE".to_owned());
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let method =
        if method == "get" { String::new() } else { format!("-X {} ", method.to_uppercase()) };
    [format!("curl {method}'{url}{query}'")]
        .into_iter()
        .chain(lines)
        .collect::<Vec<_>>()
        .join(" \\\n  ")
}
