//! What stands in the place of a form: the receipt, that the rating waits, or a notice. Each is
//! described once, with places to be filled: the collector and the Yew components fill it here, and
//! the plain form carries it as a template that the element fills.

use super::{
    DIRECTION,
    node::{Element, Node, Text},
};
use crate::{
    messages::{Messages, PageMessages},
    wire::v1,
};

/// The attribute of a place: the name of the value that belongs into it.
const PLACE: &str = "data-fill";
/// The attribute of a part that stands in one case only.
const CASE: &str = "data-if";

/// What can stand in the place of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The collector has the rating. Cases `accepted`, `replayed`, `late`; places `receipt`,
    /// `lookup`, `lookup_url`.
    Done,
    /// Another rating stands. Place `date`.
    AlreadyRated,
    /// It waits, written down on the device.
    Saved,
    /// It waits, in this page only.
    Unsaved,
    /// A rating of another time was refused in the end. Cases `already-rated`, `expired`,
    /// `kept-too-long`, `other`; places `date`, `code`, `words`.
    Refused,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Done, Self::AlreadyRated, Self::Saved, Self::Unsaved, Self::Refused];

    /// The name of its template.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::AlreadyRated => "already-rated",
            Self::Saved => "saved",
            Self::Unsaved => "unsaved",
            Self::Refused => "refused",
        }
    }

    /// The section with its places empty and the parts of every case.
    pub fn section(self, messages: &Messages, is_elder: bool) -> Element {
        let p = messages.lang.page_messages();
        let class = if self == Self::Done { Class::Done } else { Class::Notice };
        section(messages, class, is_elder, self.title(p)).children(self.content(messages, p))
    }

    /// The section of one case with its places filled; the buttons for scripts show.
    pub fn filled(
        self,
        messages: &Messages,
        is_elder: bool,
        case: &str,
        values: &[(&str, &str)],
    ) -> Element {
        let mut section = self.section(messages, is_elder);
        fill(&mut section, case, values);
        show_buttons(&mut section);
        section
    }

    /// Its heading.
    pub fn title(self, p: &PageMessages) -> &'static str {
        match self {
            Self::Done => p.done_title,
            Self::AlreadyRated => p.already_title,
            Self::Saved => p.saved_title,
            Self::Unsaved => p.unsaved_title,
            Self::Refused => p.late_refused_title,
        }
    }

    fn content(self, messages: &Messages, p: &PageMessages) -> Vec<Element> {
        let again = || button("again", p.saved_now);
        let text = |text: &'static str| Element::new("p").child(text);
        match self {
            Self::Done => {
                let cases =
                    [("accepted", p.done_text), ("replayed", p.done_again), ("late", p.late_text)];
                let mut parts: Vec<_> =
                    cases.map(|(case, message)| text(message).with(CASE, case)).into();
                parts.extend(receipt(p));
                parts
            }
            Self::AlreadyRated => {
                vec![with_place(p.already_text, "date"), text(messages.already_replay)]
            }
            Self::Saved => vec![text(p.saved_text), again()],
            Self::Unsaved => vec![text(p.unsaved_text), again()],
            Self::Refused => vec![
                with_place(p.already_text, "date").with(CASE, "already-rated"),
                text(messages.link_ended_text).with(CASE, "expired"),
                text(p.late_expired).with(CASE, "kept-too-long"),
                with_place(p.late_refused_text, "code").with(CASE, "other"),
                Element::new("blockquote").with("dir", "auto").with(PLACE, "words"),
                button("dismiss", p.dismiss),
            ],
        }
    }
}

/// Receipt and look-up code, and what can be done with them. Whoever has a script shows the
/// buttons.
fn receipt(p: &PageMessages) -> [Element; 4] {
    let line = |label: &'static str, name: &'static str| {
        let value = Element::new("dd").with(PLACE, name);
        Element::new("div").child(Element::new("dt").child(label)).child(value)
    };
    let list = Element::new("dl")
        .class("hcp-receipt")
        .with("part", "receipt")
        .child(line(p.receipt_label, "receipt"))
        .child(line(p.lookup_label, "lookup"));
    let note = Element::new("span")
        .class("hcp-note")
        .with("role", "status")
        .with("data-copied", p.copied)
        .with("data-failed", p.copy_failed);
    let buttons = Element::new("div")
        .class("hcp-buttons")
        .with("hidden", "")
        .child(button("copy", p.copy))
        .child(button("picture", p.save_picture))
        .child(button("print", p.print))
        .child(note);
    let link = Element::new("a").with(PLACE, "lookup_url").with("href", "").child(p.lookup_link);
    [
        list,
        Element::new("p").class("hcp-hint").child(p.lookup_hint),
        buttons,
        Element::new("p").child(link),
    ]
}

fn button(name: &'static str, label: &'static str) -> Element {
    Element::new("button")
        .class("hcp-button")
        .with("type", "button")
        .with("name", name)
        .child(label)
}

/// A paragraph whose `{name}` is a place.
fn with_place(text: &'static str, name: &'static str) -> Element {
    let place = ["{", name, "}"].concat();
    let (before, after) = text.split_once(&place).unwrap_or((text, ""));
    Element::new("p").child(before).child(Element::new("span").with(PLACE, name)).child(after)
}

/// Takes away the parts of other cases, and puts values into their places. A link becomes one to
/// the value. The marks of the places go, so that what is filled is markup as any other.
fn fill(element: &mut Element, case: &str, values: &[(&str, &str)]) {
    if let Some(place) = element.get(PLACE) {
        let value = values.iter().find(|(name, _)| *name == place).map_or("", |(_, value)| value);
        let value = Text::Owned(value.to_owned());
        match element.attributes.iter_mut().find(|(name, _)| *name == "href") {
            Some(link) => link.1 = value,
            None => element.children.push(Node::Text(value)),
        }
    }
    element.attributes.retain(|(name, _)| ![PLACE, CASE].contains(name));
    for child in &mut element.children {
        match child {
            Node::Element(child) => fill(child, case, values),
            Node::Text(_) => {}
            Node::List(children) => {
                children.retain(|child| child.get(CASE).is_none_or(|found| found == case));
                for child in children {
                    fill(child, case, values);
                }
            }
        }
    }
}

/// Shows the buttons that do nothing without a script.
fn show_buttons(element: &mut Element) {
    if element.get("class") == Some("hcp-buttons") {
        element.attributes.retain(|(name, _)| *name != "hidden");
    }
    for child in &mut element.children {
        match child {
            Node::Element(child) => show_buttons(child),
            Node::Text(_) => {}
            Node::List(children) => children.iter_mut().for_each(show_buttons),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Done,
    Notice,
}

fn section(messages: &Messages, class: Class, is_elder: bool, title: impl Into<Text>) -> Element {
    let class = match (class, is_elder) {
        (Class::Done, false) => "hcp hcp-done",
        (Class::Done, true) => "hcp hcp-done hcp-elder",
        (Class::Notice, false) => "hcp hcp-notice",
        (Class::Notice, true) => "hcp hcp-notice hcp-elder",
    };
    let section = Element::new("section")
        .class(class)
        .with("lang", messages.lang.tag())
        .with("dir", DIRECTION)
        .with("tabindex", "-1");
    let title = title.into();
    if title.is_empty() {
        section
    } else {
        section.child(Element::new("h2").with("part", "title").child(title))
    }
}

/// What the element may have to say when it sends by itself, each in a `<template
/// data-hcp-end="…">`.
pub(super) fn templates(messages: &Messages, is_elder: bool) -> Vec<Element> {
    let template = |end: End| {
        Element::new("template")
            .with("data-hcp-end", end.name())
            .child(end.section(messages, is_elder))
    };
    End::ALL.map(template).into()
}

/// The end of a rating: receipt, look-up code and what happens next.
#[derive(Clone, Debug)]
pub struct Done<'a> {
    /// The texts.
    pub messages: &'a Messages,
    /// The collector's answer.
    pub accepted: &'a v1::RatingAccepted,
    /// Whether the rating had arrived before.
    pub is_replay: bool,
    /// 大字版
    pub is_elder: bool,
    /// Whether it says its title itself; a page has it above.
    pub has_title: bool,
}

impl Done<'_> {
    /// A section that says so. It carries the receipt for the page's script, never a level, and not
    /// the look-up code.
    pub fn node(&self) -> Element {
        let outcome = if self.is_replay { "replayed" } else { "accepted" };
        let accepted = self.accepted;
        let values = [
            ("receipt", &*accepted.receipt),
            ("lookup", &*accepted.lookup),
            ("lookup_url", &*accepted.lookup_url),
        ];
        let mut section = End::Done.section(self.messages, self.is_elder);
        fill(&mut section, outcome, &values);
        section =
            section.with("data-hcp-done", outcome).with("data-receipt", accepted.receipt.clone());
        if !self.has_title {
            section.children.remove(0);
        }
        section
    }
}

/// What stands where a form would be: the service was rated, or the link cannot be used.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// The texts.
    pub messages: &'a Messages,
    /// The stable code: `already-rated`, `expired` and so on.
    pub code: &'a str,
    /// The heading; empty on a page, which has it above.
    pub title: &'a str,
    /// What is to be said.
    pub text: &'a str,
    /// What can be done.
    pub way_out: &'a str,
    /// 大字版
    pub is_elder: bool,
}

impl<'a> Notice<'a> {
    /// Why a link opens no form, by the stable code of the collector's answer.
    pub fn of_link(messages: &'a Messages, code: &'a str, is_elder: bool) -> Self {
        let (title, text) = link_texts(messages, code);
        Self {
            messages,
            code,
            title,
            text,
            way_out: messages.lang.page_messages().hotline,
            is_elder,
        }
    }

    /// A section that says so.
    pub fn node(&self) -> Element {
        section(self.messages, Class::Notice, self.is_elder, self.title.to_owned())
            .with("data-hcp-notice", self.code.to_owned())
            .child(Element::new("p").child(self.text.to_owned()))
            .child(Element::new("p").child(self.way_out.to_owned()))
    }
}

/// Heading and text of why a link opens no form.
fn link_texts(messages: &Messages, code: &str) -> (&'static str, &'static str) {
    let p = messages.lang.page_messages();
    match code {
        "expired" => (p.link_ended_title, messages.link_ended_text),
        "card-malformed" => (p.card_malformed_title, p.card_malformed_text),
        "card-not-genuine" => (p.card_forged_title, p.card_forged_text),
        "card-expired" => (p.card_expired_title, p.card_expired_text),
        "card-revoked" => (p.card_revoked_title, p.card_revoked_text),
        "card-replaced" => (p.card_replaced_title, p.card_replaced_text),
        "unknown" => (p.service_unknown_title, p.service_unknown_text),
        "malformed" | "not-genuine" => (p.link_wrong_title, messages.link_wrong_text),
        _ => (p.failed_title, p.failed_text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Lang;

    #[test]
    fn every_end_has_its_template_in_every_language_and_none_says_sent_but_the_receipt() {
        for lang in Lang::ALL {
            let html: String =
                templates(lang.messages(), false).iter().map(Element::to_html).collect();
            let p = lang.page_messages();
            assert_eq!(html.matches("<template").count(), 5);
            assert_eq!(html.matches(p.done_title).count(), 1, "{lang:?}");
            assert!(!html.contains('{'), "{lang:?}: a place was not filled");
        }
    }

    #[test]
    fn a_filled_end_shows_one_case_and_no_empty_place() {
        let messages = Lang::ZhHans.messages();
        let html = End::Refused
            .filled(messages, true, "other", &[("code", "x<y"), ("words", "我的话")])
            .to_html();
        assert!(html.contains("x&lt;y") && html.contains("我的话") && html.contains("hcp-elder"));
        assert!(!html.contains("data-") && !html.contains(messages.link_ended_text));
        let html =
            End::AlreadyRated.filled(messages, false, "", &[("date", "2026-11-20")]).to_html();
        assert!(html.contains("已于 <span>2026-11-20</span> 评价"), "{html}");
    }

    #[test]
    fn the_receipt_is_escaped_and_the_lookup_code_is_in_no_attribute_of_the_section() {
        let accepted = v1::RatingAccepted {
            receipt: "0000-<b>".into(),
            lookup: "AAAAA".into(),
            lookup_url: "https://collector.example/q/AAAAA".into(),
            ..v1::RatingAccepted::default()
        };
        let messages = Lang::ZhHans.messages();
        let done = Done {
            messages,
            accepted: &accepted,
            is_replay: false,
            is_elder: false,
            has_title: true,
        };
        let html = done.node().to_html();
        assert!(html.contains("0000-&lt;b&gt;") && !html.contains("<b>"));
        assert!(!html.split('>').next().unwrap().contains("AAAAA"));
        assert!(html.contains("href=\"https://collector.example/q/AAAAA\""));
    }
}
