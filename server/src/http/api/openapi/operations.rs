//! The operations: what each is for, its parameters, its problems, and how it is called from a
//! shell.

use serde_json::{Value, json};

use super::{
    EXAMPLE_URL,
    descriptions::{Codes, Fields, Operation, Operations},
    example::{example_of, shell},
    names::reference,
    problems::Problems,
    types::prefix,
};

/// Puts what is said of operations on the document.
pub(super) fn describe(document: &mut Value, descriptions: &Operations, fields: &Fields) {
    let mut problems = Problems::default();
    let schemas = document["components"]["schemas"].clone();
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            let Some(own) =
                operation["operationId"].as_str().and_then(|id| descriptions.by_id.get(id))
            else {
                continue;
            };
            put_words(operation, own);
            put_parameters(operation, own, descriptions, fields);
            put_statuses(operation, descriptions);
            put_problems(operation, own, descriptions, &mut problems);
            put_headers(operation, &own.headers);
            let body = put_example(operation, own, &schemas);
            if operation["security"].is_null() {
                operation["security"] = json!([]);
            }
            // A browser posts forms; nobody types one.
            if is_form(operation) {
                continue;
            }
            let sample = shell(&format!("{EXAMPLE_URL}{path}"), method, operation, body.as_ref());
            operation["x-codeSamples"] =
                json!([{"lang": "Shell", "label": "curl", "source": sample}]);
        }
    }
    document["components"]["responses"] = problems.shared();
}

fn is_form(operation: &Value) -> bool {
    let body = operation.get("requestBody").and_then(|body| body.get("content")?.as_object());
    body.is_some_and(|content| content.contains_key("application/x-www-form-urlencoded"))
}

fn put_words(operation: &mut Value, own: &Operation) {
    let english = [&operation["summary"], &operation["description"]];
    let english: Vec<_> = english.into_iter().filter_map(Value::as_str).collect();
    operation["description"] = format!("{}\n\n{}", own.zh, english.join(" ")).into();
    operation["summary"] = own.title.clone().into();
}

fn put_parameters(
    operation: &mut Value,
    own: &Operation,
    descriptions: &Operations,
    fields: &Fields,
) {
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let general = descriptions.params.get(&name).cloned().unwrap_or_default();
        let like = general
            .like
            .as_deref()
            .and_then(|field| fields.by_name.get(field))
            .cloned()
            .unwrap_or_default();
        let words =
            like.with(&own.params.get(&name).map_or(general.clone(), |own| general.with(own)));
        let is_number = parameter["schema"]["type"]
            .as_array()
            .map_or(&parameter["schema"]["type"], |all| &all[0])
            == "integer";
        let mut schema = words.keywords();
        schema.insert("type".into(), if is_number { "integer" } else { "string" }.into());
        if is_number && !schema.contains_key("minimum") {
            schema.insert("minimum".into(), 0.into());
        }
        if let Some(default) = parameter["schema"].get("default") {
            schema.insert("default".into(), default.clone());
        }
        parameter["schema"] = Value::Object(schema);
        prefix(parameter, &words.zh);
        if let Some(example) = &words.example {
            parameter["example"] = example.clone();
        }
    }
}

/// What each status means, before what it means here.
fn put_statuses(operation: &mut Value, descriptions: &Operations) {
    for (status, answer) in
        operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten()
    {
        prefix(answer, descriptions.statuses.get(status).map_or("", String::as_str));
    }
}

fn put_problems(
    operation: &mut Value,
    own: &Operation,
    descriptions: &Operations,
    problems: &mut Problems,
) {
    let mut codes = Codes::new();
    let groups = own.groups.iter().map(String::as_str).chain(["all"]);
    let of_groups = groups.filter_map(|name| descriptions.groups.get(name));
    for (status, of_status) in of_groups.chain([&own.problems]).flatten() {
        codes.entry(status.clone()).or_default().extend(of_status.iter().cloned());
    }
    for (status, codes) in codes {
        // A page says in HTML what another operation says in JSON.
        if operation["responses"][&status].is_null() {
            operation["responses"][&status] = problems.answer(&status, &codes);
        }
    }
}

fn put_headers(operation: &mut Value, headers: &Codes) {
    for (status, names) in headers {
        let header = |name: &String| {
            (
                name.clone(),
                json!({"$ref": format!("#/components/headers/{}", name.replace('-', ""))}),
            )
        };
        operation["responses"][status]["headers"] = names.iter().map(header).collect();
    }
}

/// The example of its body, which is also put where tools look for it.
fn put_example(operation: &mut Value, own: &Operation, schemas: &Value) -> Option<Value> {
    let media =
        operation.get_mut("requestBody")?.get_mut("content")?.get_mut("application/json")?;
    let schema = own.example.as_deref().map_or_else(|| media["schema"].clone(), reference);
    let example = example_of(&schema, schemas);
    media["example"] = example.clone();
    Some(example)
}
