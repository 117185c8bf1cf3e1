//! After the rating: the receipt, or that the service was rated before.

use haochaping::{messages::fill, wire::v1};
use yew::Html;

use super::tag::{tag, text_tag};
use crate::state::State;

pub(super) fn done(state: &State, accepted: &v1::RatingAccepted, is_replay: bool) -> Html {
    let m = state.setting.messages();
    let line = |label: &str, text: &str| tag("div", &[], vec![text_tag("dt", &[], label), text_tag("dd", &[], text)]);
    // The element does what they say; it has the same buttons beside a receipt that came without the app.
    let button = |name: &'static str, label: &str| {
        text_tag("button", &[("class", "hcp-button"), ("type", "button"), ("name", name)], label)
    };
    let receipt = vec![line(m.receipt_label, &accepted.receipt), line(m.lookup_label, &accepted.lookup)];
    let note = [("class", "hcp-note"), ("role", "status"), ("data-copied", m.copied), ("data-failed", m.copy_failed)];
    let buttons = vec![
        button("copy", m.copy),
        button("picture", m.save_picture),
        button("print", m.print),
        text_tag("span", &note, ""),
    ];
    let content = vec![
        text_tag("h2", &[("part", "title")], m.done_title),
        text_tag("p", &[], if is_replay { m.done_again } else { m.done_text }),
        tag("dl", &[("class", "hcp-receipt"), ("part", "receipt")], receipt),
        text_tag("p", &[("class", "hcp-hint")], m.lookup_hint),
        tag("div", &[("class", "hcp-buttons")], buttons),
        tag("p", &[], vec![text_tag("a", &[("href", &accepted.lookup_url)], m.lookup_link)]),
    ];
    section("hcp-done", content)
}

pub(super) fn already_rated(state: &State, on: &str) -> Html {
    let m = state.setting.messages();
    let content = vec![
        text_tag("h2", &[("part", "title")], m.already_title),
        text_tag("p", &[], &fill(m.already_text, &[("date", on)])),
        text_tag("p", &[], m.already_replay),
    ];
    section("hcp-notice", content)
}

fn section(class: &'static str, content: Vec<Html>) -> Html {
    tag("section", &[("class", class), ("tabindex", "-1"), ("data-hcp-news", ""), ("part", "base")], content)
}
