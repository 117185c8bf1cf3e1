//! The element's side: what it does for the form, and the shapes that cross between the two.
//!
//! Requests, pictures and focus are the element's business because it needs them for the plain form anyway, and because
//! `serde_json` and the bindings for them would be 15 KB of brotli here. Names on the wire are those of
//! `haochaping::wire::v1`; the browser journeys send what is written here to the real collector.

use haochaping::{
    form::Subject,
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
    /// Sends JSON; `answer` is called with status (0 for none), seconds to wait (-1 for none) and the parsed body.
    #[wasm_bindgen(method, js_name = _post)]
    pub(crate) fn post(this: &Host, url: &str, body: &Object, answer: &JsValue);
    /// Fires an event.
    #[wasm_bindgen(method, js_name = _say)]
    pub(crate) fn say(this: &Host, name: &str, key: &str, value: &str, outcome: &str);
    /// Moves the focus to what has just come up.
    #[wasm_bindgen(method, js_name = _focusNews)]
    pub(crate) fn focus_news(this: &Host);
    /// Copies a text; `done` is called with whether it was.
    #[wasm_bindgen(method, js_name = _copy)]
    pub(crate) fn copy(this: &Host, text: &str, done: &JsValue);
    /// Offers lines of label and text as a picture.
    #[wasm_bindgen(method, js_name = _picture)]
    pub(crate) fn picture(this: &Host, lines: Vec<String>);
    /// Prints the page.
    #[wasm_bindgen(method, js_name = _print)]
    pub(crate) fn print(this: &Host);
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn text(object: &JsValue, name: &str) -> String {
    get(object, name).as_string().unwrap_or_default()
}

fn texts(object: &JsValue, name: &str) -> Vec<String> {
    Array::from(&get(object, name)).iter().filter_map(|item| item.as_string()).collect()
}

/// What the server's form holds, as the element read it.
pub(crate) fn read_form(found: &JsValue) -> State {
    let lang = text(found, "lang");
    let some = |name| Some(text(found, name)).filter(|text| !text.is_empty());
    let setting = Setting {
        ticket: text(found, "ticket"),
        key: text(found, "key"),
        via: some("via"),
        collector: text(found, "collector"),
        lang: Lang::from_tag(&lang).unwrap_or_default(),
        is_elder: get(found, "elder").is_truthy(),
        theme: some("theme"),
        subject: Subject {
            item: text(found, "item"),
            agency: text(found, "agency"),
            finished_on: text(found, "finished"),
        },
        id_prefix: text(found, "prefix"),
    };
    let draft = RatingDraft {
        level: text(found, "level"),
        indicators: texts(found, "indicators"),
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
    let object = Object::new();
    let put = |name: &str, value: &JsValue| drop(Reflect::set(&object, &JsValue::from_str(name), value));
    let put_text = |name: &str, value: &str| put(name, &JsValue::from_str(value));
    put_text("ticket", &request.ticket);
    put_text("key", &request.key);
    put_text("level", &request.level);
    put("indicators", &request.indicators.iter().map(|code| JsValue::from_str(code)).collect::<Array>());
    put_text("indicator_version", &request.indicator_version);
    put_text("comment", &request.comment);
    put("anonymous", &JsValue::from_bool(request.anonymous));
    if let Some(v1::Contact { name, phone }) = &request.contact {
        let contact = Object::new();
        for (field, value) in [("name", name), ("phone", phone)] {
            let _ = Reflect::set(&contact, &JsValue::from_str(field), &JsValue::from_str(value));
        }
        put("contact", &contact);
    }
    put_text("lang", &request.lang);
    if let Some(via) = &request.via {
        put_text("via", via);
    }
    object
}

/// The body as a receipt; `None` if it is none.
pub(crate) fn read_accepted(body: &JsValue) -> Option<v1::RatingAccepted> {
    Some(v1::RatingAccepted {
        receipt: get(body, "receipt").as_string()?,
        lookup: get(body, "lookup").as_string()?,
        lookup_url: text(body, "lookup_url"),
        rated_at: text(body, "rated_at"),
    })
}

/// The body as a problem of this status; `None` if it is none.
pub(crate) fn read_problem(body: &JsValue, status: u16) -> Option<v1::Problem> {
    let count = |object: &JsValue, name| {
        let number = get(object, name).as_f64()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of characters")]
        Some(number as usize)
    };
    let violation = |found: JsValue| v1::Violation {
        field: text(&found, "field"),
        code: text(&found, "code"),
        max: count(&found, "max"),
        found: count(&found, "found"),
        ..v1::Violation::default()
    };
    Some(v1::Problem {
        kind: String::new(),
        title: String::new(),
        status,
        code: get(body, "code").as_string()?,
        violations: Array::from(&get(body, "violations")).iter().map(violation).collect(),
        rated_on: get(body, "rated_on").as_string(),
    })
}
