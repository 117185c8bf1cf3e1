//! The app behind `<hao-cha-ping>`. The thin class in `js/element.js` mounts it over the server's
//! form, which a person may be using already: values and open parts are handed over, focus and
//! caret are put back, and the form is replaced in one step. The form itself is
//! `haochaping_yew::RatingFormView`; `host` is the border to the class.
//!
#![doc = include_str!("../README.md")]

mod host;

use haochaping_yew::{Msg, RatingFormView, Stage};
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::AppHandle;

use crate::host::Host;

/// A mounted form. Dropping it on the JavaScript side without [`Mounted::destroy`] leaves the app
/// in the page.
#[wasm_bindgen]
#[expect(missing_debug_implementations, reason = "an app handle has none that says anything")]
pub struct Mounted(AppHandle<RatingFormView>);

#[wasm_bindgen]
impl Mounted {
    /// Takes the app out of the page and frees what it holds.
    pub fn destroy(self) {
        self.0.destroy();
    }

    /// The collector refuses what was sent: `problem` is its answer, and the form says why, with
    /// everything kept.
    pub fn refuse(&self, problem: &JsValue) {
        self.0.send_message(Msg::Turned(Stage::Refused(host::read_problem(problem))));
    }
}

/// Mounts the form into `root`, a `<div>` in the shadow root of `host`. `found` is what the
/// server's form holds now; `host` hears once when everything is rendered, and puts `root` in its
/// place.
#[wasm_bindgen]
pub fn mount(root: Element, host: Host, found: &JsValue) -> Mounted {
    Mounted(
        yew::Renderer::<RatingFormView>::with_root_and_props(root, host::props(host, found))
            .render(),
    )
}
