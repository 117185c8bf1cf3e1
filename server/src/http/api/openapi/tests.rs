use std::collections::BTreeSet;

use haochaping::rating::{Channel, SatisfactionLevel};

use super::*;

fn schemas() -> impl Iterator<Item = (&'static String, &'static Value)> {
    DOCUMENT["components"]["schemas"].as_object().into_iter().flatten()
}

fn all_operations() -> impl Iterator<Item = &'static Value> {
    let of = |part: &'static str| DOCUMENT[part].as_object().into_iter().flatten();
    of("paths")
        .chain(of("webhooks"))
        .flat_map(|(_, item)| item.as_object().into_iter().flatten())
        .map(|(_, one)| one)
}

fn is_chinese(text: &Value) -> bool {
    text.as_str().unwrap_or_default().chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one))
}

#[test]
fn file_and_server_say_the_same() {
    let kept = include_str!("../../../../openapi.json");
    assert!(kept == text(), "server/openapi.json is out of date: run `cargo xtask codegen`");
}

/// The name that a generator gives to the function.
#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut found = BTreeSet::new();
    for operation in all_operations() {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(id.len() > 5 && id.chars().all(|one| one.is_ascii_alphabetic()), "{id}");
        assert!(found.insert(id), "{id} stands twice");
    }
}

#[test]
fn every_operation_parameter_and_field_is_said_in_chinese() {
    for operation in all_operations() {
        let id = &operation["operationId"];
        assert!(is_chinese(&operation["summary"]) && is_chinese(&operation["description"]), "{id}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(is_chinese(&parameter["description"]), "{id} {}", parameter["name"]);
        }
    }
    for (name, schema) in schemas() {
        let is_alternative = !schema["properties"]["action"]["const"].is_null();
        assert!(is_alternative || is_chinese(&schema["description"]), "{name}");
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let is_tag = is_alternative && field == "action";
            assert!(is_tag || is_chinese(&property["description"]), "{name}.{field}");
        }
    }
}

/// What is said of a thing that is not there is a sentence that nobody reads.
#[test]
fn nothing_is_said_of_what_is_not_there() {
    let (fields, operations) = (descriptions::fields(), descriptions::operations());
    let names: BTreeSet<_> = schemas()
        .flat_map(|(_, schema)| schema["properties"].as_object().into_iter().flatten())
        .map(|(n, _)| n)
        .collect();
    for field in fields.by_name.keys() {
        assert!(names.contains(field), "no type has a field {field}");
    }
    for (name, of) in &fields.types {
        let schema = &DOCUMENT["components"]["schemas"][name];
        assert!(schema.is_object(), "there is no type {name}");
        let first = schema["oneOf"][0]["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        let shown = first.map_or(schema, |first| &DOCUMENT["components"]["schemas"][first]);
        for field in of.fields.keys() {
            assert!(shown["properties"][field].is_object(), "{name} has no field {field}");
        }
    }
    let ids: BTreeSet<_> =
        all_operations().filter_map(|operation| operation["operationId"].as_str()).collect();
    for id in operations.by_id.keys() {
        assert!(ids.contains(id.as_str()), "there is no operation {id}");
    }
}

/// Generators lose the fields of what is put together from an object and a union.
#[test]
fn nothing_is_flattened_and_every_union_says_by_what_it_is_told() {
    for (name, schema) in schemas() {
        assert!(schema["allOf"].is_null(), "{name}");
        let is_union = schema["oneOf"].is_array();
        assert_eq!(is_union, schema["discriminator"].is_object(), "{name}");
        for variant in schema["oneOf"].as_array().into_iter().flatten() {
            let path = variant["$ref"].as_str().unwrap_or_default();
            let mapping = schema["discriminator"]["mapping"].as_object().into_iter().flatten();
            assert!(mapping.into_iter().any(|(_, to)| to == path), "{name} {path}");
        }
    }
}

#[test]
fn names_of_stages_and_steps_are_those_of_the_wire() {
    let values = |name: &str| DOCUMENT["components"]["schemas"][name]["enum"].clone();
    assert_eq!(values("Stage")[6], "appealed");
    assert_eq!(values("ActionKind")[1], "log_attempt");
    assert_eq!(
        values("WorkOrderCause"),
        json!(["case", "matter", "window_staff", "hall", "website"])
    );
    let causes: Vec<_> =
        crate::http::api::widget_failures::CAUSES.into_iter().map(|(cause, ..)| cause).collect();
    let parameter = &DOCUMENT["paths"]["/api/v1/widget-failures"]["post"]["parameters"][0];
    assert_eq!(parameter["schema"]["enum"], json!(causes));
    let channels: Vec<_> = Channel::ALL.into_iter().map(Channel::name).collect();
    assert_eq!(values("Channel"), json!(channels));
    let levels: Vec<_> = SatisfactionLevel::ALL.into_iter().map(SatisfactionLevel::name).collect();
    assert_eq!(values("Level"), json!(levels));
}

#[test]
fn the_served_document_says_where_the_collector_is() {
    let served = at("https://pj.example.gov.cn/hcp");
    assert_eq!(served["servers"][0]["url"], "https://pj.example.gov.cn/hcp");
    assert!(!served.to_string().contains(EXAMPLE_URL));
}
