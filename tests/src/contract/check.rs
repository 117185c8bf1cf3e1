use serde_json::Value;

use super::{
    Contract, served,
    shape::{Known, Place, find},
};
use crate::Answer;

/// A request and what came back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange<'a> {
    /// In capitals.
    pub(crate) method: &'a str,
    /// Whole, with its query.
    pub(crate) url: &'a str,
    /// The headers of the request.
    pub(crate) headers: &'a [(String, String)],
    /// Its body.
    pub(crate) body: Option<&'a [u8]>,
    /// What came back.
    pub(crate) answer: &'a Answer,
}

/// Holds an exchange against the contract that the same collector serves. What the contract does
/// not speak of, such as the desk, is passed over.
///
/// # Panics
/// If the contract has no such answer, or would not have let such a request be sent.
pub(crate) fn check(exchange: &Exchange<'_>) {
    let Some((origin, path, query)) = split(exchange.url) else { return };
    let is_ours = ["/api/v1/", "/ledger/", "/r/", "/R/", "/c/", "/healthz", "/readyz"]
        .iter()
        .any(|start| path.contains(start));
    if !is_ours {
        return;
    }
    let Some(contract) = served(origin) else { return };
    let call = format!("{} {path}", exchange.method);
    match find(contract.document, exchange.method, path) {
        Known::Operation(place) => {
            let answered = contract.answer(&place, exchange.answer);
            answered.unwrap_or_else(|fault| panic!("{call} of {}: {fault}", place.path));
            if (200..300).contains(&exchange.answer.status) {
                let sent = contract.request(&place, exchange, query);
                sent.unwrap_or_else(|fault| {
                    panic!("{call} was taken, and is not as {} has it: {fault}", place.path)
                });
            }
        }
        Known::Path if exchange.answer.status == 405 && path.contains("/api/v1/") => {
            contract
                .problem(exchange.answer, &["method-not-allowed"])
                .unwrap_or_else(|fault| panic!("{call}: {fault}"));
        }
        Known::Path | Known::Nothing => {}
    }
}

/// Origin, path and query.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let host = url.find("://")? + 3;
    let at = host + url[host..].find('/')?;
    let (path, query) = url[at..].split_once('?').unwrap_or((&url[at..], ""));
    Some((&url[..at], path, query))
}

impl Contract {
    fn answer(&self, place: &Place, answer: &Answer) -> Result<(), String> {
        let pointer = format!("{}/responses/{}", place.pointer, answer.status);
        let (pointer, response) = self.resolve(&pointer);
        if response.is_null() {
            return Err(format!("{} is not in the contract: {}", answer.status, shown(answer)));
        }
        for name in response["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
            if answer.headers.get(name).is_none() {
                return Err(format!("{} without {name}", answer.status));
            }
        }
        let kind = media_of(&answer.header("content-type"));
        // Said before anything was read of whoever asks, when every connection is taken: as a proxy
        // would.
        if answer.status == 503 && kind == "text/plain" {
            return Ok(());
        }
        if let Some(codes) = response["x-codes"].as_array() {
            let codes: Vec<_> = codes.iter().filter_map(Value::as_str).collect();
            return self.problem(answer, &codes);
        }
        let media = &response["content"][kind.as_str()];
        if media.is_null() {
            let is_empty = response["content"].is_null() && answer.body.is_empty();
            return if is_empty {
                Ok(())
            } else {
                Err(format!("{} of {kind}: {}", answer.status, shown(answer)))
            };
        }
        if kind != "application/json" || !answer.header("content-encoding").is_empty() {
            return Ok(());
        }
        let place = format!("{pointer}/content/application~1json/schema");
        self.fault(&place, &answer.json())
            .map_or(Ok(()), |fault| Err(format!("{fault}\n{}", shown(answer))))
    }

    /// Whether it is a problem with one of these codes.
    fn problem(&self, answer: &Answer, codes: &[&str]) -> Result<(), String> {
        let kind = media_of(&answer.header("content-type"));
        if kind != "application/problem+json" {
            return Err(format!("{} of {kind:?}, not a problem: {}", answer.status, shown(answer)));
        }
        if !answer.header("content-encoding").is_empty() {
            return Ok(());
        }
        let problem = answer.json();
        if let Some(fault) = self.fault("/components/schemas/Problem", &problem) {
            return Err(format!("{fault}\n{problem}"));
        }
        let is_known = problem["code"].as_str().is_some_and(|code| codes.contains(&code))
            && problem["status"] == answer.status;
        if is_known { Ok(()) } else { Err(format!("{problem} is none of {codes:?}")) }
    }

    fn request(&self, place: &Place, exchange: &Exchange<'_>, query: &str) -> Result<(), String> {
        self.query(place, query)?;
        let media = format!("{}/requestBody/content/application~1json", place.pointer);
        let is_json = !self.document.pointer(&media).unwrap_or(&Value::Null).is_null();
        let header =
            |name: &str| exchange.headers.iter().any(|(found, _)| found.eq_ignore_ascii_case(name));
        // A packed body is read as what it is unpacked.
        if !is_json || header("content-encoding") {
            return Ok(());
        }
        let body = exchange.body.unwrap_or_default();
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let mut sent: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        if !leave_out_rejected(&mut sent, exchange.answer) {
            return Ok(());
        }
        self.fault(&format!("{media}/schema"), &sent)
            .map_or(Ok(()), |fault| Err(format!("{fault}\n{sent}")))
    }

    fn query(&self, place: &Place, query: &str) -> Result<(), String> {
        let (_, operation) = self.resolve(&place.pointer);
        let parameters = || operation["parameters"].as_array().into_iter().flatten();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(at) = parameters().position(|one| one["name"] == name && one["in"] == "query")
            else {
                continue;
            };
            let schema = format!("{}/parameters/{at}/schema", place.pointer);
            let is_number = operation["parameters"][at]["schema"]["type"] == "integer";
            let number = value.parse::<i64>().ok().filter(|_| is_number);
            let value = number.map_or_else(|| Value::from(value), Value::from);
            // An empty filter is none.
            if value != ""
                && let Some(fault) = self.fault(&schema, &value)
            {
                return Err(format!("{name}: {fault}"));
            }
        }
        Ok(())
    }
}

/// Entries that were refused by themselves are no part of what was taken. Says whether anything is
/// left.
fn leave_out_rejected(sent: &mut Value, answer: &Answer) -> bool {
    let rejected =
        if answer.body.is_empty() { Value::Null } else { answer.json()["rejected"].clone() };
    let rejected: Vec<_> =
        rejected.as_array().into_iter().flatten().filter_map(|one| one["index"].as_u64()).collect();
    let list = if sent["services"].is_null() { "ratings" } else { "services" };
    let Some(entries) = sent.get_mut(list).and_then(Value::as_array_mut) else { return true };
    let mut at = 0..;
    entries.retain(|_| !at.next().is_some_and(|at: u64| rejected.contains(&at)));
    !entries.is_empty()
}

fn media_of(kind: &str) -> String {
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn shown(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).chars().take(600).collect()
}

/// Holds a message that came by a webhook against the contract of whoever sent it.
///
/// # Panics
/// If the contract has no such message.
pub(crate) fn check_message(message: &Value) {
    let Some(contract) = super::known() else { return };
    let mut all = contract.document["webhooks"].as_object().into_iter().flatten();
    let body = "post/requestBody/content/application~1json/schema";
    let place = |name: &str| format!("/webhooks/{name}/{body}");
    let is_of = |name: &str| {
        let types = contract.document.pointer(&format!("{}/properties/type/enum", place(name)));
        types.and_then(Value::as_array).is_some_and(|types| types.contains(&message["type"]))
    };
    let (name, _) = all
        .find(|(name, _)| is_of(name))
        .unwrap_or_else(|| panic!("no message of type {}", message["type"]));
    if let Some(fault) = contract.fault(&place(name), message) {
        panic!("{name}: {fault}\n{message}");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use ureq::http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::workspace;

    fn contract() -> Contract {
        let text = std::fs::read_to_string(workspace().join("server/openapi.json"))
            .expect("the contract is kept");
        Contract::new(serde_json::from_str(&text).expect("the contract is JSON"))
    }

    fn place(method: &str, path: &str) -> Place {
        match find(contract().document, method, path) {
            Known::Operation(place) => place,
            other => panic!("{method} {path}: {other:?}"),
        }
    }

    fn answer(status: u16, kind: &'static str, body: &Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static(kind));
        headers.insert("content-language", HeaderValue::from_static("en"));
        Answer { status, headers, body: body.to_string().into_bytes() }
    }

    #[test]
    fn an_answer_that_the_contract_does_not_have_is_found() {
        let (contract, call) = (contract(), place("GET", "/api/v1/ratings/X"));
        let found = |status, kind, body: Value| {
            contract.answer(&call, &answer(status, kind, &body)).unwrap_err()
        };
        let progress = json!({"receipt": "0C4M-7K2Q-MVX0-A9RT", "rated_at": "2026-11-20T15:10:00+08:00", "status": "accepted"});
        assert!(
            found(200, "application/json", progress.clone()).contains("handling"),
            "a field that is always there"
        );
        assert!(found(418, "application/json", progress.clone()).contains("418"));
        assert!(found(200, "text/html", progress.clone()).contains("text/html"));
        let mut whole = progress;
        whole["handling"] = Value::Null;
        assert_eq!(contract.answer(&call, &answer(200, "application/json", &whole)), Ok(()));
        whole["status"] = "Accepted".into();
        assert!(found(200, "application/json", whole).contains("status"));
        let problem = json!({"type": "urn:haochaping:problem:busy", "title": "", "status": 404, "code": "busy"});
        assert!(
            found(404, "application/problem+json", problem).contains("busy"),
            "a code of another status"
        );
    }

    #[test]
    fn a_request_that_the_contract_does_not_let_be_sent_is_found() {
        let (contract, call) = (contract(), place("POST", "/api/v1/services"));
        let service = |mode: &str| {
            json!({
                "case_number": "A-1", "service_number": 1, "agency_code": "11110000000021135M", "region": "321002",
                "finished_at": "2026-11-20T15:04:05+08:00", "mode": mode, "real_name": true,
            })
        };
        let sent = |body: &Value, taken: &Value| {
            let (body, taken) = (body.to_string(), answer(200, "application/json", taken));
            let url = "http://127.0.0.1/api/v1/services";
            contract.request(
                &call,
                &Exchange {
                    method: "POST",
                    url,
                    headers: &[],
                    body: Some(body.as_bytes()),
                    answer: &taken,
                },
                "",
            )
        };
        let none = json!({"tickets": [], "rejected": []});
        assert_eq!(sent(&json!({"services": [service("online")]}), &none), Ok(()));
        assert!(sent(&json!({"services": [service("fax")]}), &none).unwrap_err().contains("fax"));
        let second = json!({"tickets": [], "rejected": [{"index": 1}]});
        assert_eq!(
            sent(&json!({"services": [service("online"), service("fax")]}), &second),
            Ok(()),
            "refused by itself"
        );
    }

    /// Readers copy them.
    #[test]
    fn every_example_of_a_body_is_as_its_schema_has_it() {
        let contract = contract();
        let mut n = 0;
        for (path, item) in contract.document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let media = &operation["requestBody"]["content"]["application/json"];
                let escaped = path.replace('/', "~1");
                let place = format!(
                    "/paths/{escaped}/{method}/requestBody/content/application~1json/schema"
                );
                if !media.is_null() {
                    assert_eq!(contract.fault(&place, &media["example"]), None, "{method} {path}");
                    n += 1;
                }
            }
        }
        assert!(n > 8, "{n} bodies have examples");
    }
}
