//! The element's side: what it does for the form, and the shapes that cross between the two.
//!
//! Requests, pictures and focus are the element's business because it needs them for the plain form
//! anyway, and because `serde_json` and the bindings for them would be 15 KB of brotli here. The
//! element reads a finished rating from the fields themselves, which have the names of
//! `haochaping::form::field` in both forms; the browser journeys send it to the real collector.

use haochaping::{
    form::Subject,
    messages::Lang,
    rating::{ContactDraft, RatingDraft},
    wire::v1,
};
use haochaping_yew::{RatingFormProps, Stage};
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use yew::{AttrValue, Callback};

#[wasm_bindgen]
extern "C" {
    /// The `<hao-cha-ping>` element.
    #[derive(Clone)]
    pub type Host;

    /// Puts the mounted form in the place of the server's.
    #[wasm_bindgen(method, js_name = _swap)]
    pub(crate) fn swap(this: &Host);
    /// Sends what the mounted form shows, by way of the outbox.
    #[wasm_bindgen(method, js_name = _send)]
    pub(crate) fn send(this: &Host);
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

/// What the app starts with: what the server's form holds, as the element read it.
pub(crate) fn props(host: Host, found: &JsValue) -> RatingFormProps {
    let lang = text(found, "lang");
    let draft = RatingDraft {
        level: text(found, "level"),
        indicators: items(found, "indicators").iter().filter_map(|code| code.as_string()).collect(),
        indicator_version: text(found, "version"),
        comment: text(found, "comment"),
        anonymous: get(found, "anonymous").is_truthy(),
        contact: ContactDraft { name: text(found, "name"), phone: text(found, "phone") },
        ..RatingDraft::default()
    };
    let sender = host.clone();
    RatingFormProps {
        // The element reads the finished rating from the fields, as it does from the plain form.
        on_submit: Callback::from(move |_| sender.send()),
        on_rendered: Callback::from(move |()| host.swap()),
        lang: Lang::from_tag(&lang).unwrap_or_default(),
        draft,
        is_elder: get(found, "elder").is_truthy(),
        id_prefix: text(found, "prefix").into(),
        is_more_open: get(found, "more").is_truthy(),
        is_contact_open: get(found, "contact").is_truthy(),
        subject: Subject::unknown(),
        stage: Stage::Editing,
        theme: AttrValue::default(),
        on_purpose: Callback::noop(),
    }
}

/// The collector's problem, as the element tells it.
pub(crate) fn read_problem(body: &JsValue) -> v1::Problem {
    let violation = |found: JsValue| v1::Violation {
        field: text(&found, "field"),
        code: text(&found, "code"),
        max: number(&found, "max").map(|max| max as usize),
        found: number(&found, "found").map(|found| found as usize),
        ..v1::Violation::default()
    };
    v1::Problem {
        kind: String::new(),
        title: String::new(),
        detail: None,
        status: 0,
        code: text(body, "code"),
        violations: items(body, "violations").iter().map(violation).collect(),
        rated_on: None,
    }
}

fn number(object: &JsValue, name: &str) -> Option<u32> {
    let number = get(object, name).as_f64().filter(|number| *number >= 0.0)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count, and not negative"
    )]
    Some(number as u32)
}
