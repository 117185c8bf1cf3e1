//! The contract of the API, held against what a collector answers: each answer of an operation must
//! be one that it serves in its own `openapi.json`, and what it took must be what the contract lets
//! a client send.

mod check;
mod shape;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

pub(crate) use check::{Exchange, check, check_message};

/// Where the document stands for those who refer to its parts.
const NAME: &str = "urn:contract";
const LIMIT: Duration = Duration::from_secs(10);

/// A contract as it was served.
pub(crate) struct Contract {
    document: &'static Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One for the whole process: every collector of a build serves the same.
static SERVED: LazyLock<Mutex<Option<Arc<Contract>>>> = LazyLock::new(Mutex::default);

/// The contract, of whichever collector is asked first. `None` while none can be had, as of one
/// that is being killed.
pub(crate) fn served(base: &str) -> Option<Arc<Contract>> {
    let mut kept = SERVED.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.is_none() {
        *kept = fetch(base).map(Arc::new);
    }
    kept.clone()
}

/// The contract, if a collector was asked for it.
fn known() -> Option<Arc<Contract>> {
    SERVED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn fetch(base: &str) -> Option<Contract> {
    let agent =
        ureq::Agent::config_builder().timeout_global(Some(LIMIT)).proxy(None).build().new_agent();
    let mut answer = agent.get(format!("{base}/api/openapi.json")).call().ok()?;
    let document = serde_json::from_str(
        &answer.body_mut().with_config().limit(u64::MAX).read_to_string().ok()?,
    )
    .ok()?;
    Some(Contract::new(document))
}

impl Contract {
    /// # Panics
    /// If its parts cannot be referred to.
    pub(crate) fn new(document: Value) -> Self {
        let document: &'static Value = Box::leak(Box::new(document));
        let registry =
            Registry::new().add(NAME, document).and_then(jsonschema::RegistryBuilder::prepare);
        let registry = registry.unwrap_or_else(|error| panic!("the contract: {error}"));
        Self { document, registry, validators: Mutex::default() }
    }

    /// The part that a reference leads to, and its place.
    fn resolve(&self, pointer: &str) -> (String, &'static Value) {
        let found = self.document.pointer(pointer).unwrap_or(&Value::Null);
        match found["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
            Some(path) => self.resolve(path),
            None => (pointer.to_owned(), found),
        }
    }

    /// What is wrong with a value, in a line; `None` if it is as the schema at this place has it.
    fn fault(&self, pointer: &str, value: &Value) -> Option<String> {
        let validator = self.validator(pointer);
        let all =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path()));
        Some(all.collect::<Vec<_>>().join("; ")).filter(|message| !message.is_empty())
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let made = validators.entry(pointer.to_owned()).or_insert_with(|| {
            let place = pointer.replace('{', "%7B").replace('}', "%7D");
            let schema = json!({"$ref": format!("{NAME}#{place}")});
            let options =
                jsonschema::options().with_registry(&self.registry).should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{pointer}: {error}")))
        });
        Arc::clone(made)
    }
}
