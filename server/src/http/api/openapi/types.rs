//! The types: what each field is, how large it may be, and whether it is there.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    descriptions::{Description, Fields},
    names::{SCHEMAS, reference},
    unions::{OF, is_of_action, unfold},
};

/// Puts what is said of types on the document.
pub(super) fn describe(document: &mut Value, fields: &Fields) {
    let (requests, answers) =
        (reached(document, &requests(document)), reached(document, &answers(document)));
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    unfold(schemas);
    for (name, schema) in &mut *schemas {
        let of = schema.as_object_mut().and_then(|schema| schema.remove(OF));
        let of = of.as_ref().and_then(Value::as_str).unwrap_or(name);
        describe_fields(of, schema, fields);
        if requests.contains(of) {
            if of != name {
                // An action takes what goes with it, and nothing else.
                schema["additionalProperties"] = false.into();
            }
            let_null_be_nothing(schema);
        } else if answers.contains(of) {
            require_what_is_not_omitted(of, schema, fields);
        }
        if let Some(description) = fields.types.get(name) {
            prefix(schema, &description.zh);
        }
    }
    for (name, form) in &fields.forms {
        let mut schema = Value::Object(form.keywords());
        schema["description"] = format!("{}\n\n{}", form.zh, form.en).into();
        schema["examples"] = json!([form.example]);
        schemas.insert(name.clone(), schema);
    }
}

fn describe_fields(of: &str, schema: &mut Value, fields: &Fields) {
    let shape = schema.clone();
    for (field, property) in
        schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
    {
        let description = if is_of_action(&shape, field) {
            fields.of_action(field)
        } else {
            fields.of(of, field)
        };
        describe_field(property, &description);
        if description.omitted {
            property_without_null(property);
        }
    }
}

/// An answer says everything that it knows, and that there is nothing as well.
fn require_what_is_not_omitted(of: &str, schema: &mut Value, fields: &Fields) {
    let Some(properties) = schema["properties"].as_object() else { return };
    let required: Vec<_> =
        properties.keys().filter(|field| !fields.of(of, field).omitted).cloned().collect();
    schema["required"] = required.into();
}

/// Words, bounds and an example on one field.
pub(super) fn describe_field(property: &mut Value, description: &Description) {
    let english = english_of(property);
    let is_nullable = is_nullable(property);
    if let Some(name) = &description.reference {
        *property = if is_nullable {
            json!({"oneOf": [reference(name), {"type": "null"}]})
        } else {
            reference(name)
        };
    } else if let Some(name) = &description.items {
        property["items"] = reference(name);
    } else if property["$ref"].is_null() && property["oneOf"].is_null() {
        put_keywords(property, description, is_nullable);
    }
    property["description"] = match (description.zh.as_str(), english.as_str()) {
        (zh, "") => zh.into(),
        ("", english) => english.into(),
        (zh, english) => format!("{zh}\n\n{english}").into(),
    };
}

/// Bounds on a plain type.
pub(super) fn put_keywords(schema: &mut Value, description: &Description, is_nullable: bool) {
    for (keyword, mut value) in description.keywords() {
        if let (true, "enum", Some(values)) = (is_nullable, keyword.as_str(), value.as_array_mut())
        {
            values.push(Value::Null);
        }
        schema[keyword] = value;
    }
    // The format of 32 bits is of numbers with a sign.
    if schema["format"] == "int32" {
        schema["format"] = "int64".into();
        schema["maximum"] = u32::MAX.into();
    }
    if let Some(example) = &description.example {
        schema["examples"] = json!([example]);
    }
}

/// What the code says of a field, wherever it is put.
fn english_of(property: &mut Value) -> String {
    let own = property.as_object_mut().and_then(|object| object.remove("description"));
    let inner = || {
        property["oneOf"]
            .as_array_mut()?
            .iter_mut()
            .find_map(|one| one.as_object_mut()?.remove("description"))
    };
    own.or_else(inner).and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The Chinese in front of the English.
pub(super) fn prefix(schema: &mut Value, zh: &str) {
    let english = schema["description"].as_str().unwrap_or_default();
    schema["description"] =
        if english.is_empty() { zh.into() } else { format!("{zh}\n\n{english}").into() };
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

fn is_nullable(property: &Value) -> bool {
    let lists_null =
        property["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into()));
    lists_null || property["oneOf"].as_array().is_some_and(|all| all.iter().any(is_null))
}

/// A field that is left out is never null.
fn property_without_null(property: &mut Value) {
    if let Some(kinds) = property["type"].as_array_mut() {
        kinds.retain(|kind| kind != "null");
        if let [only] = &kinds[..] {
            property["type"] = only.clone();
        }
    }
    if let Some([only]) = property["oneOf"].as_array_mut().map(|all| {
        all.retain(|one| !is_null(one));
        &all[..]
    }) {
        let (only, description) = (only.clone(), property["description"].clone());
        *property = only;
        property["description"] = description;
    }
    property_without_null_keys(property);
}

/// Looking a key up must not leave it behind as null.
fn property_without_null_keys(property: &mut Value) {
    if let Some(object) = property.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
}

/// In a request `null` is what is not there, wherever a field may be missing.
fn let_null_be_nothing(schema: &mut Value) {
    let required: BTreeSet<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, property) in properties {
        if required.contains(name) || is_nullable(property) {
            continue;
        }
        if let Some(kind) = property["type"].as_str().map(str::to_owned) {
            property["type"] = json!([kind, "null"]);
            if let Some(values) = property["enum"].as_array_mut() {
                values.push(Value::Null);
            }
        } else if let Some(path) = property["$ref"].as_str().map(str::to_owned) {
            *property = json!({"oneOf": [{"$ref": path}, {"type": "null"}], "description": property["description"]});
        }
        property_without_null_keys(property);
    }
}

/// The names that a part of the document refers to.
fn names(part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            if let Some(name) =
                fields.get("$ref").and_then(|path| path.as_str()?.strip_prefix(SCHEMAS))
            {
                found.insert(name.to_owned());
            }
            fields.values().for_each(|value| names(value, found));
        }
        Value::Array(all) => all.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

/// With everything that these types refer to.
fn reached(document: &Value, roots: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = roots.clone();
    loop {
        let mut more = all.clone();
        for name in &all {
            names(&document["components"]["schemas"][name], &mut more);
        }
        if more.len() == all.len() {
            return all;
        }
        all = more;
    }
}

fn operations_of(document: &Value) -> impl Iterator<Item = &Value> {
    document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, item)| item.as_object().into_iter().flatten())
        .map(|(_, one)| one)
}

fn requests(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    operations_of(document).for_each(|one| names(&one["requestBody"], &mut found));
    found
}

fn answers(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::from(["Problem".to_owned()]);
    operations_of(document).for_each(|one| names(&one["responses"], &mut found));
    names(&document["webhooks"], &mut found);
    found
}

/// Types that nothing refers to any more, since they became part of others.
pub(super) fn drop_unused(document: &mut Value) {
    let mut roots = BTreeSet::new();
    names(&document["paths"], &mut roots);
    names(&document["webhooks"], &mut roots);
    names(&document["components"]["responses"], &mut roots);
    let used = reached(document, &roots);
    if let Some(Value::Object(schemas)) = document["components"].get_mut("schemas") {
        schemas.retain(|name, _| used.contains(name));
    }
    clean(document);
}

/// Takes out what was only looked at: a key without a value says nothing.
fn clean(part: &mut Value) {
    match part {
        Value::Object(fields) => clean_object(fields),
        Value::Array(all) => all.iter_mut().for_each(clean),
        _ => {}
    }
}

fn clean_object(fields: &mut Map<String, Value>) {
    fields.retain(|_, value| !value.is_null());
    fields.values_mut().for_each(clean);
}
