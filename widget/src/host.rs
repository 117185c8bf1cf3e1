//! The element's side: what it does for the form, and the shapes that cross between the two.
//!
//! Requests, pictures and focus are the element's business because it needs them for the plain form anyway, and because
//! `serde_json` and the bindings for them would be 15 KB of brotli here. Names on the wire are those of
//! `haochaping::wire::v1`; the browser journeys send what is written here to the real collector.

use haochaping::{
    client::Outcome,
    messages::Lang,
    rating::{ContactDraft, RatingDraft},
    wire::v1,
};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::state::{Setting, State};

#[wasm_bindgen]
extern "C" {
    /// The `<hao-cha-ping>` element.
    #[derive(Clone)]
    pub type Host;

    /// Puts the mounted form in the place of the server's.
    #[wasm_bindgen(method, js_name = _swap)]
    pub(crate) fn swap(this: &Host);
    /// Sends JSON; `answer` is called with `{status, wait, body}`: status 0 for none, `wait` in seconds or NaN.
    #[wasm_bindgen(method, js_name = _post)]
    pub(crate) fn post(this: &Host, url: &str, body: &Object, answer: &JsValue);
    /// Fires an event.
    #[wasm_bindgen(method, js_name = _say)]
    pub(crate) fn say(this: &Host, name: &str, key: &str, value: &str, outcome: &str);
    /// Moves the focus to what has just come up.
    #[wasm_bindgen(method, js_name = _focusNews)]
    pub(crate) fn focus_news(this: &Host);
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

/// The items of a list; none where there is no list.
fn items(object: &JsValue, name: &str) -> Array {
    get(object, name).dyn_into().unwrap_or_else(|_| Array::new())
}

/// What the server's form holds, as the element read it.
pub(crate) fn read_form(found: &JsValue) -> State {
    let lang = text(found, "lang");
    let setting = Setting {
        ticket: text(found, "ticket"),
        key: text(found, "key"),
        via: Some(text(found, "via")).filter(|via| !via.is_empty()),
        collector: text(found, "collector"),
        lang: Lang::from_tag(&lang).unwrap_or_default(),
        is_elder: get(found, "elder").is_truthy(),
        id_prefix: text(found, "prefix"),
    };
    let draft = RatingDraft {
        level: text(found, "level"),
        indicators: items(found, "indicators").iter().filter_map(|code| code.as_string()).collect(),
        indicator_version: text(found, "version"),
        comment: text(found, "comment"),
        anonymous: get(found, "anonymous").is_truthy(),
        contact: ContactDraft { name: text(found, "name"), phone: text(found, "phone") },
        lang,
    };
    let mut state = State::new(setting, draft);
    state.is_more_open = get(found, "more").is_truthy();
    state.is_contact_open = get(found, "contact").is_truthy();
    state
}

/// A rating as wire v1 has it.
pub(crate) fn to_json(request: &v1::RatingRequest) -> Object {
    // Without a ticket the key is a visit, and stands for both.
    let (name, key) = request.visit.as_ref().map_or(("key", &request.key), |visit| ("visit", visit));
    let texts = [
        ("ticket", &request.ticket),
        (name, key),
        ("level", &request.level),
        ("indicator_version", &request.indicator_version),
        ("comment", &request.comment),
        ("lang", &request.lang),
    ];
    let object = object_of(&texts);
    let put = |name: &str, value: &JsValue| drop(Reflect::set(&object, &JsValue::from_str(name), value));
    put("indicators", &request.indicators.iter().map(|code| JsValue::from_str(code)).collect::<Array>());
    put("anonymous", &JsValue::from_bool(request.anonymous));
    if let Some(v1::Contact { name, phone }) = &request.contact {
        put("contact", &object_of(&[("name", name), ("phone", phone)]));
    }
    if let Some(via) = &request.via {
        put("via", &JsValue::from_str(via));
    }
    object
}

fn object_of(texts: &[(&str, &String)]) -> Object {
    let object = Object::new();
    for (name, text) in texts {
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(text));
    }
    object
}

/// What came back, as the element tells it.
pub(crate) fn read_answer(answer: &JsValue) -> Outcome {
    let Some(status) =
        number(answer, "status").and_then(|status| u16::try_from(status).ok()).filter(|status| *status > 0)
    else {
        return Outcome::NoAnswer;
    };
    let body = get(answer, "body");
    Outcome::Answer {
        status,
        retry_after: number(answer, "wait").map(u64::from),
        accepted: read_accepted(&body),
        problem: read_problem(&body, status),
    }
}

fn number(object: &JsValue, name: &str) -> Option<u32> {
    let number = get(object, name).as_f64().filter(|number| *number >= 0.0)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count, and not negative")]
    Some(number as u32)
}

fn read_accepted(body: &JsValue) -> Option<v1::RatingAccepted> {
    Some(v1::RatingAccepted {
        receipt: get(body, "receipt").as_string()?,
        lookup: get(body, "lookup").as_string()?,
        lookup_url: text(body, "lookup_url"),
        rated_at: String::new(),
    })
}

fn read_problem(body: &JsValue, status: u16) -> Option<v1::Problem> {
    let violation = |found: JsValue| v1::Violation {
        field: text(&found, "field"),
        code: text(&found, "code"),
        max: number(&found, "max").map(|max| max as usize),
        found: number(&found, "found").map(|found| found as usize),
        ..v1::Violation::default()
    };
    Some(v1::Problem {
        kind: String::new(),
        title: String::new(),
        status,
        code: get(body, "code").as_string()?,
        violations: items(body, "violations").iter().map(violation).collect(),
        rated_on: get(body, "rated_on").as_string(),
    })
}
