//! The buttons of what stands in the form's place.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, Document, Element, HtmlAnchorElement, HtmlCanvasElement, Url,
    Window,
};
use yew::{MouseEvent, TargetCast, platform::spawn_local};

use super::RatingMsg;

/// After which a picture that was offered is let go.
const PICTURE_MILLIS: u32 = 10_000;

/// What a press asks for; what only the browser does is done here.
pub(super) fn pressed(event: MouseEvent) -> Option<RatingMsg> {
    let button =
        event.target_dyn_into::<Element>()?.closest("button[type=button]").ok().flatten()?;
    let section = button.closest("section").ok().flatten()?;
    let window = web_sys::window()?;
    match &*button.get_attribute("name")? {
        "again" => return Some(RatingMsg::Again),
        "dismiss" => {
            return Some(RatingMsg::Dismissed(section.get_attribute("data-place")?.parse().ok()?));
        }
        "copy" => copy(window, section),
        // Where printing is forbidden the page stays as it is.
        "print" => drop(window.print()),
        "picture" => drop(save_picture(&window, &section)),
        _ => {}
    }
    None
}

/// Copies the look-up code, and says whether that worked.
fn copy(window: Window, section: Element) {
    spawn_local(async move {
        let is_copied = write_to_clipboard(&window, &section).await.is_ok();
        let Ok(Some(note)) = section.query_selector("[data-copied]") else { return };
        let text = note.get_attribute(if is_copied { "data-copied" } else { "data-failed" });
        note.set_text_content(text.as_deref());
    });
}

async fn write_to_clipboard(window: &Window, section: &Element) -> Result<(), JsValue> {
    let code = lines(section).pop().ok_or(JsValue::NULL)?;
    let navigator = window.navigator();
    // None outside secure contexts.
    if Reflect::get(&navigator, &"clipboard".into())?.is_undefined() {
        return Err(JsValue::NULL);
    }
    JsFuture::from(navigator.clipboard().write_text(&code)).await.map(|_| ())
}

/// Title, and then label and text by turns.
fn lines(section: &Element) -> Vec<String> {
    let Ok(found) = section.query_selector_all("h2,dt,dd") else { return Vec::new() };
    (0..found.length()).filter_map(|place| found.item(place)?.text_content()).collect()
}

/// Draws the receipt and offers it as a file.
fn save_picture(window: &Window, section: &Element) -> Result<(), JsValue> {
    let document = window.document().ok_or(JsValue::NULL)?;
    let canvas = draw(&document, &lines(section))?;
    let offer = Closure::once_into_js(move |blob: Blob| drop(offer(&document, &blob)));
    canvas.to_blob(offer.unchecked_ref())
}

fn draw(document: &Document, lines: &[String]) -> Result<HtmlCanvasElement, JsValue> {
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.unchecked_into();
    let n_lines = u32::try_from(lines.len()).unwrap_or(0);
    canvas.set_width(1_000);
    canvas.set_height(120 + 45 * n_lines);
    let pen: CanvasRenderingContext2d =
        canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    pen.set_fill_style_str("#fff");
    pen.fill_rect(0.0, 0.0, 1_000.0, f64::from(canvas.height()));
    pen.set_fill_style_str("#1b1f24");
    pen.set_font("30px sans-serif");
    for (line, place) in lines.iter().zip(0_u32..) {
        let is_value = place > 0 && place % 2 == 0;
        let row = f64::from(place.div_ceil(2));
        pen.fill_text(line, if is_value { 320.0 } else { 40.0 }, 80.0 + 90.0 * row)?;
    }
    Ok(canvas)
}

fn offer(document: &Document, blob: &Blob) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download("haochaping.png");
    link.click();
    gloo_timers::callback::Timeout::new(PICTURE_MILLIS, move || {
        drop(Url::revoke_object_url(&address));
    })
    .forget();
    Ok(())
}
