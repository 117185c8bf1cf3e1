//! What a form offers, and what is wrong with what was chosen.

use haochaping::{
    form::{level_choices, options_of},
    messages::Lang,
    rating::{INDICATOR_VERSION, Indicator, Rating, SatisfactionLevel, Violations},
    wire::v1,
};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

fn lang(tag: &str) -> Lang {
    Lang::matching(tag).unwrap_or_default()
}

/// The five levels as `{level, name, gloss, isBad}`, from 非常满意 down: official name, and what it
/// says in the language.
#[wasm_bindgen]
pub fn levels(tag: &str) -> String {
    let choices = level_choices(lang(tag).messages()).map(|choice| {
        let (level, is_bad) = (choice.level.name(), choice.level.is_bad());
        json!({ "level": level, "name": choice.name, "gloss": choice.gloss, "isBad": is_bad })
    });
    Value::from(choices.to_vec()).to_string()
}

/// The official options of a level as `{code, text, gloss, isFirst}`; none for a name that is no
/// level.
#[wasm_bindgen]
pub fn options(level: &str, tag: &str) -> String {
    let messages = lang(tag).messages();
    let option = |indicator: &Indicator| {
        json!({
            "code": indicator.code.as_str(), "text": indicator.text, "gloss": messages.indicator_gloss(indicator),
            "isFirst": indicator.is_first,
        })
    };
    let (first, more) = level.parse::<SatisfactionLevel>().map(options_of).unwrap_or_default();
    first.into_iter().chain(more).map(option).collect::<Value>().to_string()
}

/// The version of the list of options.
#[wasm_bindgen(js_name = indicatorVersion)]
pub fn indicator_version() -> String {
    INDICATOR_VERSION.to_owned()
}

/// Everything wrong with a rating of wire v1, each fault as on the wire and with `message` in the
/// rating's language.
///
/// # Errors
/// When the text is not JSON of a rating.
#[wasm_bindgen]
pub fn check(rating: &str) -> Result<String, JsError> {
    let request: v1::RatingRequest = serde_json::from_str(rating)?;
    let messages = lang(&request.lang).messages();
    let faults =
        Rating::try_from(request.draft()).err().map(|Violations(found)| found).unwrap_or_default();
    let say = |fault: v1::Violation| {
        let mut text = serde_json::to_value(&fault).unwrap_or_default();
        text["message"] = messages.fault(&fault).into();
        text
    };
    Ok(faults.iter().map(v1::Violation::from).map(say).collect::<Value>().to_string())
}
