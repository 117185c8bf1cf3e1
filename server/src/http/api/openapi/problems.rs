//! What an operation answers when it does not do what was asked.

use std::collections::BTreeMap;

use haochaping::{messages::Lang, work_order::Refused};
use serde_json::{Map, Value, json};

use super::names::{pascal, reference};
use crate::http::problem::title;

/// Stands for every rule that an action on a work order can break.
const REFUSED: &str = "*refused";
/// So many codes make a name.
const NAMED_MAX: usize = 2;

/// Answers that several operations have in common.
#[derive(Debug, Default)]
pub(super) struct Problems(BTreeMap<String, Value>);

impl Problems {
    /// The answer of a status with these codes.
    pub(super) fn answer(&mut self, status: &str, codes: &[String]) -> Value {
        let codes: Vec<&str> = codes.iter().flat_map(|code| expand(code)).collect();
        let answer = answer(status, &codes);
        if codes.len() > NAMED_MAX {
            return answer;
        }
        let name = codes.iter().map(|code| pascal(code)).collect::<Vec<_>>().join("Or") + status;
        let path = format!("#/components/responses/{name}");
        self.0.insert(name, answer);
        json!({"$ref": path})
    }

    /// All of them, to be referred to.
    pub(super) fn shared(self) -> Value {
        self.0.into_iter().collect()
    }
}

fn expand(code: &str) -> Vec<&str> {
    if code == REFUSED {
        Refused::CODES.iter().copied().filter(|code| *code != "invalid-action").collect()
    } else {
        vec![code]
    }
}

fn answer(status: &str, codes: &[&str]) -> Value {
    let line = |code: &&str| {
        format!("- `{code}` {} · {}", title(code, Lang::ZhHans), title(code, Lang::En))
    };
    let examples: Map<_, _> = codes
        .iter()
        .map(|code| ((*code).to_owned(), json!({"value": problem(status, code)})))
        .collect();
    json!({
        "description": codes.iter().map(line).collect::<Vec<_>>().join("\n"),
        "headers": headers(status),
        "content": {"application/problem+json": {"schema": reference("Problem"), "examples": examples}},
        "x-codes": codes,
    })
}

fn headers(status: &str) -> Value {
    let own = match status {
        "401" => Some("WWW-Authenticate"),
        "429" | "503" => Some("Retry-After"),
        _ => None,
    };
    let header = |name: &str| {
        (
            name.to_owned(),
            json!({"$ref": format!("#/components/headers/{}", name.replace('-', ""))}),
        )
    };
    own.into_iter().chain(["Content-Language"]).map(header).collect()
}

fn problem(status: &str, code: &str) -> Value {
    json!({
        "type": format!("urn:haochaping:problem:{code}"),
        "title": title(code, Lang::En),
        "status": status.parse::<u16>().unwrap_or_default(),
        "code": code,
    })
}
