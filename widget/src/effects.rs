//! What the state asks for, done in the browser.

use gloo::timers::callback::Timeout;
use haochaping::wire::v1;
use wasm_bindgen::{JsValue, closure::Closure};
use yew::Callback;

use crate::{
    host::{Host, read_answer, to_json},
    state::{Effect, Msg},
};

/// After which the page says that the network is slow.
const SLOW_MILLIS: u32 = 3_000;

/// Does everything but moving the focus, which needs the rendered page.
pub(crate) fn run(effect: Effect, host: &Host, collector: &str, tell: &Callback<Msg>) {
    match effect {
        Effect::Send(request) => send(&request, host, collector, tell.clone()),
        Effect::WakeAfter(millis) => after(u32::try_from(millis).unwrap_or(u32::MAX), tell.clone(), Msg::WaitOver),
        Effect::WatchSlowness => after(SLOW_MILLIS, tell.clone(), Msg::TakesLong),
        Effect::Rated { receipt, is_replay } => {
            host.say("hcp-rated", "receipt", &receipt, if is_replay { "replayed" } else { "accepted" });
        }
        Effect::AlreadyRated => host.say("hcp-already-rated", "", "", ""),
        Effect::Failed { code } => host.say("hcp-error", "code", code, ""),
        Effect::FocusNews => {}
    }
}

fn after(millis: u32, tell: Callback<Msg>, msg: Msg) {
    Timeout::new(millis, move || tell.emit(msg)).forget();
}

fn send(request: &v1::RatingRequest, host: &Host, collector: &str, tell: Callback<Msg>) {
    let answer = move |answer: JsValue| {
        tell.emit(Msg::Answered(read_answer(&answer), js_sys::Math::random()));
    };
    let url = [collector, "/api/v1/ratings"].concat();
    host.post(&url, &to_json(request), &Closure::once_into_js(answer));
}
