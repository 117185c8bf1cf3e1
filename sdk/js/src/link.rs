//! Links and their codes.

use haochaping::{
    link::{Card, Ticket},
    qr::{Layout, Matrix},
};
use serde_json::json;
use wasm_bindgen::prelude::*;

/// The QR code of a link as an SVG document, with its quiet zone: version 4 and error correction H
/// if the link fits.
///
/// # Errors
/// An `Error` that names the length of a link too long for a card.
#[wasm_bindgen(js_name = qrSvg)]
pub fn qr_svg(link: &str) -> Result<String, JsError> {
    let layout = Layout::of(link)?;
    Ok(Matrix::encode(link, layout)?.to_svg())
}

/// The token in a link or by itself: what stands behind the last slash, without a query.
fn token(text: &str) -> &str {
    let path = text.trim().split(['?', '#']).next().unwrap_or("");
    path.rsplit('/').next().unwrap_or("")
}

/// What a card's token says of itself: `{serial, kind, expires}`, or `undefined` if it is no token.
/// Takes a whole link too, in any case. It proves nothing: only the collector can tell whether a
/// card is genuine.
#[wasm_bindgen(js_name = parseCard)]
pub fn parse_card(text: &str) -> Option<String> {
    let (card, _) = Card::read(token(text)).ok()?;
    Some(json!({ "serial": card.serial, "kind": card.kind.name(), "expires": card.expires.to_string() }).to_string())
}

/// What a single-use link's token says of itself: `{ticket, endsAt}`, or `undefined` if it is no
/// token. Proves nothing.
#[wasm_bindgen(js_name = parseTicket)]
pub fn parse_ticket(text: &str) -> Option<String> {
    let token = token(text);
    let ticket = Ticket::read(token).ok()?;
    Some(json!({ "ticket": token, "endsAt": ticket.ends_at().to_rfc3339() }).to_string())
}
