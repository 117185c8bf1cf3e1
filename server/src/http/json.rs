//! A body of JSON. What clients of every kind send is understood: `null` for what is left out, a
//! mark of byte order, gzip (by a layer of the router). What is not, is named with its place.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{StatusCode, header},
};
use haochaping::messages::Lang;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::problem::Problem;

/// The body of a request, read as `T`.
#[derive(Debug)]
pub struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        if kind != "application/json"
            && !(kind.starts_with("application/") && kind.ends_with("+json"))
        {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", ""));
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| {
                match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => {
                        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "")
                    }
                    _ => malformed(
                        "the body ended early, or is not of its content encoding",
                        "请求内容不完整，或与内容编码不符",
                    ),
                }
            })?;
        read(&body).map(Self)
    }
}

fn malformed(english: &str, chinese: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed-json", english).in_chinese(chinese)
}

/// Reads a body.
///
/// # Errors
/// `malformed-json`, with the line and column of what is no JSON, or the path of what is not of its
/// form.
pub(in crate::http) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        let place = format!("第 {} 行第 {} 列", error.line(), error.column());
        malformed(&error.to_string(), &format!("{place}：不是有效的 JSON（UTF-8）"))
    })?;
    entry(value).map_err(|fault| {
        let (english, chinese) = (fault.in_english(), fault.in_chinese());
        malformed(&english, &chinese)
    })
}

/// What is wrong with a value, and where in it.
#[derive(Debug)]
pub(in crate::http) struct Fault {
    /// As in `contact.phone`; empty for the value itself.
    pub(in crate::http) path: String,
    message: String,
}

/// Reads a value in which `null` is what is not there.
///
/// # Errors
/// [`Fault`], the first.
pub(in crate::http) fn entry<T: DeserializeOwned>(mut value: Value) -> Result<T, Fault> {
    make_plain(&mut value);
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        Fault {
            path: if path == "." { String::new() } else { path },
            message: error.into_inner().to_string(),
        }
    })
}

/// Leaves out what is null, and writes whole numbers without a point: `1.0` is a whole number in
/// JSON Schema, and what languages without integers send.
fn make_plain(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(make_plain);
        }
        Value::Array(items) => items.iter_mut().for_each(make_plain),
        Value::Number(number) if number.is_f64() => {
            if let Some(whole) = number.as_f64().and_then(whole) {
                *value = whole.into();
            }
        }
        _ => {}
    }
}

/// The whole number that a number with a point is; `None` beyond those that such a number can tell
/// apart.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.fract() == 0.0 && number.abs() < EXACT;
    is_whole.then(|| format!("{number:.0}").parse().ok()).flatten()
}

impl Fault {
    fn in_english(&self) -> String {
        if self.path.is_empty() {
            self.message.clone()
        } else {
            format!("{}: {}", self.path, self.message)
        }
    }

    pub(in crate::http) fn in_words(&self, lang: Lang) -> String {
        if lang == Lang::En { self.in_english() } else { self.in_chinese() }
    }

    /// The parser's few sentences, in Chinese.
    fn in_chinese(&self) -> String {
        let quoted = |start: &str| self.message.strip_prefix(start)?.split('`').nth(1);
        let text = if let Some(field) = quoted("missing field") {
            format!("缺少字段 {field}")
        } else if let Some(field) = quoted("unknown field") {
            format!("没有字段 {field}")
        } else if let Some(variant) = quoted("unknown variant") {
            let allowed = self.message.split_once("expected ").map_or("", |(_, allowed)| allowed);
            format!(
                "没有取值 {variant}，应为 {}",
                allowed.trim_start_matches("one of ").replace(" or ", ", ")
            )
        } else if let Some((found, expected)) = self
            .message
            .strip_prefix("invalid type: ")
            .and_then(|rest| rest.split_once(", expected "))
        {
            format!("类型应为 {expected}，收到 {found}")
        } else {
            self.message.clone()
        };
        if self.path.is_empty() { text } else { format!("{}：{text}", self.path) }
    }
}

#[cfg(test)]
mod tests {
    use haochaping::wire::v1::{RatingRequest, ServiceRegistration};

    use super::*;

    #[test]
    fn null_is_what_is_not_there() {
        let sent = br#"{"ticket": "t", "key": "k", "visit": null, "level": "satisfied", "indicators": null,
            "indicator_version": "2020-05", "comment": null, "anonymous": null, "contact": {"name": null, "phone": "1"},
            "lang": "zh-Hans", "via": null, "purpose": null}"#;
        let read: RatingRequest = read(sent).unwrap();
        assert_eq!((read.comment.as_str(), read.contact.unwrap().name.as_str()), ("", ""));
    }

    /// As Lua, PHP and spreadsheets write it.
    #[test]
    fn a_whole_number_may_have_a_point() {
        let service = r#"{"case_number": "1", "service_number": 1.0, "agency_code": "", "region": "", "finished_at": "",
            "mode": "online", "real_name": true}"#;
        let read: ServiceRegistration = read(service.as_bytes()).unwrap();
        assert_eq!(read.service_number, 1);
        for (number, is) in
            [(2.0, Some(2)), (-0.0, Some(0)), (1.5, None), (1e300, None), (f64::NAN, None)]
        {
            assert_eq!(whole(number), is, "{number}");
        }
    }

    #[test]
    fn a_mark_of_byte_order_is_no_part_of_a_body() {
        let read: Value = read("\u{feff}{\"a\": 1}".as_bytes()).unwrap();
        assert_eq!(read["a"], 1);
    }

    #[test]
    fn a_fault_is_named_with_its_place_in_both_languages() {
        let fault = |text: &str| {
            entry::<ServiceRegistration>(serde_json::from_str(text).unwrap()).unwrap_err()
        };
        let missing = fault(r#"{"case_number": "1"}"#);
        assert_eq!(missing.in_english(), "missing field `service_number`");
        assert_eq!(missing.in_chinese(), "缺少字段 service_number");
        let variant = fault(
            r#"{"case_number": "1", "service_number": 1, "agency_code": "", "region": "", "finished_at": "", "mode": "fax"}"#,
        );
        assert_eq!(variant.path, "mode");
        assert_eq!(variant.in_chinese(), "mode：没有取值 fax，应为 `online`, `on_site`");
        let kind = fault(r#"{"case_number": 1}"#);
        assert!(kind.in_chinese().starts_with("case_number：类型应为"), "{}", kind.in_chinese());
    }
}
