//! What the state asks for, done in the browser.

use gloo::timers::callback::Timeout;
use yew::Callback;

use crate::{
    host::Host,
    state::{Effect, Msg},
};

/// After which the page says that the network is slow.
const SLOW_MILLIS: u32 = 3_000;

/// Does everything but moving the focus, which needs the rendered page.
pub(crate) fn run(effect: Effect, host: &Host, tell: &Callback<Msg>) {
    match effect {
        Effect::Send => host.send(),
        Effect::WatchSlowness => {
            let tell = tell.clone();
            Timeout::new(SLOW_MILLIS, move || tell.emit(Msg::TakesLong)).forget();
        }
        Effect::FocusNews => {}
    }
}
