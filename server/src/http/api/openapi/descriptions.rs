//! What `server/contract/` says of types and operations.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Of a field, a parameter or a header.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    /// In Chinese.
    #[serde(default)]
    pub(super) zh: String,
    /// In English, where the code has no words of its own.
    #[serde(default)]
    pub(super) en: String,
    /// The type that a text is of.
    #[serde(rename = "ref")]
    pub(super) reference: Option<String>,
    /// The type that each text of a list is of.
    pub(super) items: Option<String>,
    /// Another field whose bounds these are.
    #[serde(alias = "field")]
    pub(super) like: Option<String>,
    /// Whether an answer leaves it out where there is nothing to say.
    #[serde(default)]
    pub(super) omitted: bool,
    /// A value, as an example.
    pub(super) example: Option<Value>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(rename = "enum")]
    values: Option<Vec<Value>>,
    #[serde(rename = "const")]
    fixed: Option<Value>,
    format: Option<String>,
    pattern: Option<String>,
    minimum: Option<Value>,
    maximum: Option<Value>,
    #[serde(rename = "minLength")]
    length_min: Option<Value>,
    #[serde(rename = "maxLength")]
    length_max: Option<Value>,
    #[serde(rename = "minItems")]
    items_min: Option<Value>,
    #[serde(rename = "maxItems")]
    items_max: Option<Value>,
}

impl Description {
    /// The keywords of JSON Schema in it. An empty text takes one away that a field of this name
    /// has in general.
    pub(super) fn keywords(&self) -> Map<String, Value> {
        let all = json!({
            "type": self.kind, "enum": self.values, "const": self.fixed, "format": self.format, "pattern": self.pattern,
            "minimum": self.minimum, "maximum": self.maximum, "minLength": self.length_min, "maxLength": self.length_max,
            "minItems": self.items_min, "maxItems": self.items_max,
        });
        let Value::Object(all) = all else { return Map::new() };
        all.into_iter().filter(|(_, value)| !value.is_null() && value != "").collect()
    }

    /// This in general, with what is particular.
    pub(super) fn with(&self, own: &Self) -> Self {
        let text = |own: &str, general: &str| {
            if own.is_empty() { general.to_owned() } else { own.to_owned() }
        };
        let is_another_form = own.reference.is_some() || own.values.is_some();
        let general = if is_another_form {
            Self { zh: self.zh.clone(), ..Self::default() }
        } else {
            self.clone()
        };
        Self {
            zh: text(&own.zh, &self.zh),
            en: text(&own.en, &self.en),
            reference: own.reference.clone().or(general.reference),
            items: own.items.clone().or(general.items),
            like: own.like.clone().or(general.like),
            omitted: own.omitted || general.omitted,
            example: own.example.clone().or(general.example),
            kind: own.kind.clone().or(general.kind),
            values: own.values.clone().or(general.values),
            fixed: own.fixed.clone().or(general.fixed),
            format: own.format.clone().or(general.format),
            pattern: own.pattern.clone().or(general.pattern),
            minimum: own.minimum.clone().or(general.minimum),
            maximum: own.maximum.clone().or(general.maximum),
            length_min: own.length_min.clone().or(general.length_min),
            length_max: own.length_max.clone().or(general.length_max),
            items_min: own.items_min.clone().or(general.items_min),
            items_max: own.items_max.clone().or(general.items_max),
        }
    }
}

/// Of a type.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Type {
    pub(super) zh: String,
    #[serde(default)]
    pub(super) fields: BTreeMap<String, Description>,
}

/// `fields.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) forms: BTreeMap<String, Description>,
    #[serde(rename = "fields")]
    pub(super) by_name: BTreeMap<String, Description>,
    pub(super) types: BTreeMap<String, Type>,
    pub(super) actions: BTreeMap<String, Description>,
}

impl Fields {
    /// Of a field of a type.
    pub(super) fn of(&self, of: &str, field: &str) -> Description {
        let general = self.by_name.get(field).cloned().unwrap_or_default();
        self.types
            .get(of)
            .and_then(|found| found.fields.get(field))
            .map_or(general.clone(), |own| general.with(own))
    }

    /// Of what goes with an action.
    pub(super) fn of_action(&self, field: &str) -> Description {
        let general = |name: &str| self.by_name.get(name).cloned().unwrap_or_default();
        match self.actions.get(field) {
            None => general(field),
            Some(own) => own.like.as_deref().map(general).unwrap_or_default().with(own),
        }
    }
}

/// Codes by the status with which they are answered.
pub(super) type Codes = BTreeMap<String, Vec<String>>;

/// A task of those who use the API.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task {
    /// Its tag.
    pub(crate) name: String,
    /// Its name in Chinese.
    pub(crate) title: String,
    zh: String,
    en: String,
}

impl Task {
    pub(super) fn tag(&self) -> Value {
        json!({"name": self.name, "x-displayName": self.title, "description": format!("{}\n\n{}", self.zh, self.en)})
    }
}

/// Of an operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    pub(super) title: String,
    pub(super) zh: String,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    #[serde(default)]
    pub(super) problems: Codes,
    /// Headers by the status of the answer that has them.
    #[serde(default)]
    pub(super) headers: Codes,
    #[serde(default)]
    pub(super) params: BTreeMap<String, Description>,
    /// The type that its body is an example of, where there are several.
    pub(super) example: Option<String>,
}

/// `operations.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operations {
    /// In the order of the page.
    pub(crate) tasks: Vec<Task>,
    pub(super) groups: BTreeMap<String, Codes>,
    /// What a status means, in Chinese.
    pub(super) statuses: BTreeMap<String, String>,
    pub(super) params: BTreeMap<String, Description>,
    pub(super) headers: BTreeMap<String, Description>,
    #[serde(rename = "operations")]
    pub(super) by_id: BTreeMap<String, Operation>,
}

impl Operations {
    /// The headers, to be referred to.
    pub(super) fn headers_shown(&self) -> Value {
        let shown = |described: &Description| {
            let text = format!("{}\n\n{}", described.zh, described.en);
            json!({"description": text, "schema": described.keywords(), "example": described.example})
        };
        self.headers
            .iter()
            .map(|(name, described)| (name.replace('-', ""), shown(described)))
            .collect()
    }
}

/// What is said of types.
pub(super) fn fields() -> &'static Fields {
    static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../contract/fields.toml"))
            .expect("fields.toml is read by a test")
    });
    &FIELDS
}

/// What is said of operations.
pub(super) fn operations() -> &'static Operations {
    static OPERATIONS: LazyLock<Operations> = LazyLock::new(|| {
        toml::from_str(include_str!("../../../../contract/operations.toml"))
            .expect("operations.toml is read by a test")
    });
    &OPERATIONS
}
