//! The face of the domain for JavaScript. It converts between the two worlds and decides nothing.

use haochaping::{
    link::Card,
    qr::{Layout, Matrix},
};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// The QR code of a link as an SVG document, with its quiet zone: version 4 and error correction H if the link fits.
///
/// # Errors
/// An `Error` that names the length of a link too long for a card.
#[wasm_bindgen(js_name = qrSvg)]
pub fn qr_svg(link: &str) -> Result<String, JsError> {
    let layout = Layout::of(link)?;
    Ok(Matrix::encode(link, layout)?.to_svg())
}

/// What a card's token says of itself: `{serial, kind, expires}`, or `undefined` if it is no token. Takes a whole link too,
/// in any case. It proves nothing: only the collector can tell whether a card is genuine.
#[wasm_bindgen(js_name = parseCard)]
pub fn parse_card(text: &str) -> JsValue {
    let token = text.trim().rsplit('/').next().unwrap_or("");
    let Ok((card, _)) = Card::read(token) else { return JsValue::UNDEFINED };
    let object = Object::new();
    let fields = [
        ("serial", JsValue::from(card.serial)),
        ("kind", JsValue::from_str(card.kind.name())),
        ("expires", JsValue::from_str(&card.expires.to_string())),
    ];
    for (name, value) in fields {
        // Setting a field of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &value);
    }
    object.into()
}
