//! After the rating: the receipt, or that the service was rated before.

use haochaping::{messages::fill, wire::v1};
use web_sys::HtmlInputElement;
use yew::{Html, MouseEvent, TargetCast, html, html::Scope};

use super::{
    Widget,
    tag::{tag, text_tag},
};
use crate::state::{Msg, State};

pub(super) fn done(state: &State, accepted: &v1::RatingAccepted, is_replay: bool, link: &Scope<Widget>) -> Html {
    let m = state.setting.messages();
    let onclick =
        link.callback(|event: MouseEvent| match event.target_unchecked_into::<HtmlInputElement>().name().as_str() {
            "copy" => Msg::CopyAsked,
            "picture" => Msg::PictureAsked,
            "print" => Msg::PrintAsked,
            _ => Msg::Nothing,
        });
    let line = |label: &str, text: &str| tag("div", &[], vec![text_tag("dt", &[], label), text_tag("dd", &[], text)]);
    let button = |name: &'static str, label: &str| {
        text_tag("button", &[("class", "hcp-button"), ("type", "button"), ("name", name)], label)
    };
    let receipt = vec![line(m.receipt_label, &accepted.receipt), line(m.lookup_label, &accepted.lookup)];
    let lookup = text_tag("a", &[("href", &accepted.lookup_url)], m.lookup_link);
    let content = vec![
        text_tag("h2", &[("part", "title")], m.done_title),
        text_tag("p", &[], if is_replay { m.done_again } else { m.done_text }),
        tag("dl", &[("class", "hcp-receipt"), ("part", "receipt")], receipt),
        text_tag("p", &[("class", "hcp-hint")], m.lookup_hint),
        html! { <p {onclick}>{ button("copy", m.copy) }{ button("picture", m.save_picture) }{ button("print", m.print) }</p> },
        tag("p", &[], vec![lookup]),
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
