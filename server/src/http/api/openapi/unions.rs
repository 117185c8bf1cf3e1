//! Types that are flattened into one object on the wire. What is generated from a contract loses
//! the parts of a flattened union, so that each alternative is a type of its own here, told by
//! `action`.

use haochaping::work_order::ActionKind;
use serde_json::{Map, Value, json};

use super::names::{SCHEMAS, pascal, reference};

/// The union that is flattened into others.
const UNION: &str = "Action";

/// Of which type an alternative is one.
pub(super) const OF: &str = "x-of";

/// Makes every type that is put together of others one object, or one object for each alternative.
pub(super) fn unfold(schemas: &mut Map<String, Value>) {
    let composed = schemas.iter().filter(|(_, schema)| schema["allOf"].is_array());
    let composed: Vec<_> = composed.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    for (name, schema) in composed {
        let mut whole = json!({"type": "object", "properties": {}, "required": []});
        let is_union = put_parts(&mut whole, &schema, schemas);
        whole["description"] = schema["description"].clone();
        if is_union {
            put_alternatives(schemas, &name, &whole);
        } else {
            schemas.insert(name, whole);
        }
    }
    schemas.remove(UNION);
}

/// Adds the fields of all parts; says whether one is the union.
fn put_parts(whole: &mut Value, schema: &Value, schemas: &Map<String, Value>) -> bool {
    let mut is_union = false;
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let named = part["$ref"].as_str().and_then(|path| path.rsplit('/').next());
        if named == Some(UNION) {
            is_union = true;
            continue;
        }
        let part = named.map_or(part, |name| &schemas[name]);
        for (field, of) in part["properties"].as_object().into_iter().flatten() {
            whole["properties"][field] = of.clone();
        }
        let required = part["required"].as_array().into_iter().flatten().cloned();
        whole["required"].as_array_mut().expect("it was made a list").extend(required);
    }
    is_union
}

fn put_alternatives(schemas: &mut Map<String, Value>, name: &str, whole: &Value) {
    let title = |kind: ActionKind| format!("{name}{}", pascal(kind.name()));
    for &kind in ActionKind::ALL {
        schemas.insert(title(kind), alternative(name, kind, whole));
    }
    let all = ActionKind::ALL.iter().copied();
    let mapping: Map<_, _> =
        all.clone().map(|kind| (kind.name().to_owned(), path(&title(kind)).into())).collect();
    let union = json!({
        "description": whole["description"],
        "oneOf": all.map(|kind| reference(&title(kind))).collect::<Vec<_>>(),
        "discriminator": {"propertyName": "action", "mapping": mapping},
    });
    schemas.insert(name.to_owned(), union);
}

fn alternative(of: &str, kind: ActionKind, whole: &Value) -> Value {
    let mut one = whole.clone();
    one[OF] = of.into();
    one["description"] = json!(format!("`{}`", kind.name()));
    one["properties"]["action"] = json!({"type": "string", "const": kind.name()});
    for &field in kind.fields() {
        one["properties"][field] = match field {
            "cause" => reference("WorkOrderCause"),
            "class" => reference("WorkOrderClass"),
            _ => json!({"type": "string"}),
        };
    }
    let required = ["action"].into_iter().chain(kind.fields().iter().copied()).map(Value::from);
    one["required"].as_array_mut().expect("it was made a list").extend(required);
    one
}

/// Whether a field of this type goes with its action.
pub(super) fn is_of_action(schema: &Value, field: &str) -> bool {
    let kind = schema["properties"]["action"]["const"].as_str().and_then(ActionKind::from_name);
    kind.is_some_and(|kind| kind.fields().contains(&field))
}

fn path(name: &str) -> String {
    format!("{SCHEMAS}{name}")
}
